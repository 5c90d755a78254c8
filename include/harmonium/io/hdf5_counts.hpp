// SPDX-License-Identifier: MIT
/// @file
/// Counts out of arrays of an HDF5 file: compressed by cell, compressed by gene, or dense.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/io/hdf5_array.hpp"

namespace harmonium::inline v0_2::io::hdf5 {

/// Why a number is no count, continuing the sentence "count -3 ..."; null if it is one.
template <class Number>
const char* complaint_of(Number value) {
  if constexpr (std::floating_point<Number>) {
    if (!std::isfinite(value)) return "is not finite";
    if (value < 0) return "is negative";
    if (value != std::floor(value)) return "is not a whole number";
    if (static_cast<double>(value) > std::numeric_limits<std::int32_t>::max())
      return "is too large: a count is at most 2147483647";
  } else {
    if (std::cmp_less(value, 0)) return "is negative";
    if (!std::in_range<std::int32_t>(value)) return "is too large: a count is at most 2147483647";
  }
  return nullptr;
}

/// Numbers of any type as counts. @return the first that is none, or `count`.
template <class Number>
std::int64_t to_counts(const Number* in, std::int64_t count, std::int32_t* out) {
  bool plain = true;
  for (std::int64_t k = 0; k < count; ++k) {  // without a branch, so that it is vectorised
    bool fits = false;
    if constexpr (std::same_as<Number, float>)
      fits = in[k] >= 0 && in[k] < 2147483648.0F;
    else if constexpr (std::same_as<Number, double>)
      fits = in[k] >= 0 && in[k] <= 2147483647.0;
    else
      fits = std::cmp_greater_equal(in[k], 0) && std::cmp_less_equal(in[k], 2147483647);
    const auto value = static_cast<std::int32_t>(fits ? in[k] : Number(0));
    plain &= fits && static_cast<Number>(value) == in[k];
    out[k] = value;
  }
  if (plain) return count;
  std::int64_t bad = 0;
  while (bad < count && !complaint_of(in[bad])) ++bad;
  return bad;
}

/// Fails, naming the element and what it is. @param at its position, row by row
template <class Number>
[[noreturn]] void refuse_count(const array& from, std::int64_t at, Number value) {
  char text[48];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  const std::string place = from.columns() > 1
                                ? "row " + std::to_string(at / from.columns()) + ", column " +
                                      std::to_string(at % from.columns())
                                : "element " + std::to_string(at);
  from.where().fail(place + ": count " + std::string(text, end) + " " + complaint_of(value));
}

/// Whether the first values of an array of numbers (its first block) are counts; false for no
/// numbers.
inline bool looks_like_counts(const array& from) {
  const auto what = from.element_kind();
  if (what != array::kind::whole && what != array::kind::real) return false;
  bool counts = true;
  const std::int64_t rows = std::min(from.rows(), from.block_rows());
  std::vector<double> first(static_cast<std::size_t>(rows * from.columns()));
  from.read(0, rows, first.data());
  for (const double value : first) counts = counts && !complaint_of(value);
  return counts;
}

/// What the rows of a compressed matrix are.
enum class compressed_by { cell, gene };

/// Reads a group of `data`, `indices` and `indptr` (scipy's CSR of cells x genes and R's or 10x's
/// CSC of genes x cells alike are compressed by cell). Indices of a row may come in any order;
/// explicit zeros are dropped. Memory: 8 bytes a cell, 8 bytes a count of what is read at a time,
/// and blocks of about 2 MB a thread. What is compressed by gene is transposed by counting sort,
/// for which `indices` are read twice.
class compressed_reader {
 public:
  /// @param threads that inflate
  /// @throws io_error if an array is missing or of the wrong kind, or they do not fit together.
  compressed_reader(const object& group, compressed_by how, index cells, index genes,
                    int threads = 1)
      : data_(group.at("data"), 1, {}, threads),
        indices_(group.at("indices"), 1, {}, threads),
        pointers_(read_pointers(group, how == compressed_by::cell ? cells : genes,
                                how == compressed_by::cell ? "cells" : "genes")),
        how_(how),
        cells_(cells),
        genes_(genes) {
    if (data_.rows() != indices_.rows())
      indices_.where().fail("has " + std::to_string(indices_.rows()) + " elements, data " +
                            std::to_string(data_.rows()));
    if (pointers_.back() != data_.rows())
      group.at("indptr").fail("ends with " + std::to_string(pointers_.back()) + ", data has " +
                              std::to_string(data_.rows()) + " elements");
    if (indices_.element_kind() != array::kind::whole)
      indices_.where().fail("holds " + indices_.description() + ", whole numbers were expected");
  }

  /// All cells.
  /// @throws io_error naming the element that is out of range, no count, or there twice.
  count_matrix<> read() {
    if (how_ == compressed_by::cell) return read(0, cells_);
    starts_.assign(static_cast<std::size_t>(cells_) + 1, 0);
    resize(data_.rows());
    read_genes();
    return without_zeros();
  }

  /// Cells [begin, end), where the matrix is compressed by cell. Ranges read one after another
  /// inflate nothing twice.
  /// @throws std::invalid_argument unless 0 <= begin <= end <= cells, or if it is compressed by
  ///         gene; io_error as above, of what is in the range.
  count_matrix<> read(index begin, index end) {
    require(how_ == compressed_by::cell, "compressed_reader::read",
            "what is compressed by gene cannot be read a range of cells at a time");
    require(0 <= begin && begin <= end && end <= cells_, "compressed_reader::read",
            "a range of the " + std::to_string(cells_) + " cells expected, got [" +
                std::to_string(begin) + ", " + std::to_string(end) + ")");
    const auto first = pointers_.begin() + begin;
    starts_.assign(first, first + (end - begin) + 1);
    for (auto& start : starts_) start -= *first;
    resize(starts_.back());
    read_cells(begin, *first);
    return without_zeros();
  }

  /// Counts that are stored, explicit zeros among them, of cells [begin, end): what `read` holds at
  /// most.
  [[nodiscard]] index stored(index begin, index end) const {
    return pointers_[static_cast<std::size_t>(end)] - pointers_[static_cast<std::size_t>(begin)];
  }

 private:
  static std::vector<std::int64_t> read_pointers(const object& group, index rows,
                                                 const char* what) {
    const array from(group.at("indptr"), 1);
    if (from.element_kind() != array::kind::whole)
      from.where().fail("holds " + from.description() + ", whole numbers were expected");
    if (from.rows() != rows + 1)
      from.where().fail("has " + std::to_string(from.rows()) + " elements, expected " +
                        std::to_string(rows + 1) + ", one more than there are " + what);
    auto pointers = from.whole_numbers();
    if (pointers.front() != 0)
      from.where().fail("begins with " + std::to_string(pointers.front()) + ", expected 0");
    for (std::size_t k = 1; k < pointers.size(); ++k)
      if (pointers[k] < pointers[k - 1])
        from.where().fail("element " + std::to_string(k) + " is " + std::to_string(pointers[k]) +
                          ", less than the one before, " + std::to_string(pointers[k - 1]));
    return pointers;
  }

  void resize(std::int64_t counts) {
    index_.resize(static_cast<std::size_t>(counts));
    value_.resize(static_cast<std::size_t>(counts));
  }

  /// Calls `use(positions, count, begin)` for blocks of elements [first, last) of `indices`, each
  /// below `limit`.
  template <class Use>
  void for_each_position(std::int64_t first, std::int64_t last, index limit, const char* what,
                         Use&& use) {
    const auto each = [&](const auto* block, std::int64_t count, std::int64_t begin) {
      if constexpr (std::integral<std::remove_cvref_t<decltype(*block)>>) {
        bool in_range = true;
        for (std::int64_t k = 0; k < count; ++k)
          in_range &= std::cmp_less(block[k], limit) && !std::cmp_less(block[k], 0);
        for (std::int64_t k = 0; !in_range && k < count; ++k)
          if (std::cmp_less(block[k], 0) || !std::cmp_less(block[k], limit))
            indices_.where().fail("element " + std::to_string(begin + k) + " is " +
                                  std::to_string(block[k]) + ", out of range: there are " +
                                  std::to_string(limit) + " " + what);
        use(block, count, begin);
      }
    };
    indices_.for_each_block(first, last, last_indices_, each);
  }

  /// Calls `use(counts, count, begin)` for blocks of elements [first, last) of `data`.
  template <class Use>
  void for_each_count(std::int64_t first, std::int64_t last, Use&& use) {
    std::vector<std::int32_t> counts;
    const auto each = [&](const auto* block, std::int64_t count, std::int64_t begin) {
      counts.resize(static_cast<std::size_t>(count));
      const std::int64_t good = to_counts(block, count, counts.data());
      if (good < count) refuse_count(data_, begin + good, block[good]);
      use(counts.data(), count, begin);
    };
    data_.for_each_block(first, last, last_data_, each);
  }

  /// @param first_cell the first of `starts_` @param first its first element
  void read_cells(index first_cell, std::int64_t first) {
    const std::int64_t last = first + starts_.back();
    for_each_position(first, last, genes_, "genes",
                      [&](const auto* block, std::int64_t count, std::int64_t begin) {
                        std::transform(block, block + count, index_.begin() + (begin - first),
                                       [](auto gene) { return static_cast<std::int32_t>(gene); });
                      });
    for_each_count(first, last,
                   [&](const std::int32_t* block, std::int64_t count, std::int64_t begin) {
                     std::copy(block, block + count, value_.begin() + (begin - first));
                   });
    for (std::size_t cell = 0; cell + 1 < starts_.size(); ++cell) {
      sort_by_gene(starts_[cell], starts_[cell + 1]);
      for (auto k = starts_[cell] + 1; k < starts_[cell + 1]; ++k)
        if (gene_at(k) == gene_at(k - 1))
          occurs_twice(gene_at(k), first_cell + static_cast<index>(cell));
    }
  }

  void read_genes() {
    for_each_position(0, indices_.rows(), cells_, "cells",
                      [&](const auto* block, std::int64_t count, std::int64_t) {
                        for (std::int64_t k = 0; k < count; ++k)
                          ++starts_[static_cast<std::size_t>(block[k]) + 1];
                      });
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    std::vector<std::int64_t> next(starts_.begin(), starts_.end() - 1);
    std::vector<std::int32_t> cells;
    std::size_t gene = 0;
    for_each_count(
        0, data_.rows(), [&](const std::int32_t* block, std::int64_t count, std::int64_t begin) {
          cells.resize(static_cast<std::size_t>(count));
          indices_.read(begin, count, cells.data());  // in range, as seen above
          for (std::int64_t k = 0; k < count; ++k) {
            while (begin + k >= pointers_[gene + 1]) ++gene;
            const auto cell = static_cast<std::size_t>(cells[static_cast<std::size_t>(k)]);
            const auto to = next[cell]++;
            index_[static_cast<std::size_t>(to)] = static_cast<std::int32_t>(gene);
            value_[static_cast<std::size_t>(to)] = block[k];
            if (to > starts_[cell] && gene_at(to - 1) == gene_at(to))
              occurs_twice(gene_at(to), static_cast<index>(cell));
          }
        });
  }

  [[nodiscard]] std::int32_t gene_at(std::int64_t k) const {
    return index_[static_cast<std::size_t>(k)];
  }

  [[noreturn]] void occurs_twice(std::int32_t gene, index cell) const {
    indices_.where().fail("gene " + std::to_string(gene) + " occurs twice in cell " +
                          std::to_string(cell));
  }

  void sort_by_gene(std::int64_t begin, std::int64_t end) {
    const auto first = index_.begin() + begin;
    if (std::is_sorted(first, index_.begin() + end)) return;
    pairs_.clear();
    for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k)
      pairs_.emplace_back(index_[k], value_[k]);
    std::sort(pairs_.begin(), pairs_.end());
    auto k = static_cast<std::size_t>(begin);
    for (const auto& pair : pairs_) {
      std::tie(index_[k], value_[k]) = pair;
      ++k;
    }
  }

  /// What was read, given away.
  count_matrix<> without_zeros() {
    drop_zeros();
    return {std::move(value_), std::move(index_), std::move(starts_), genes_};
  }

  void drop_zeros() {
    if (std::find(value_.begin(), value_.end(), 0) == value_.end()) return;
    std::size_t kept = 0;
    std::size_t k = 0;
    for (std::size_t cell = 0; cell + 1 < starts_.size(); ++cell) {
      const auto end = static_cast<std::size_t>(starts_[cell + 1]);
      starts_[cell] = static_cast<std::int64_t>(kept);
      for (; k < end; ++k) {
        if (value_[k] == 0) continue;
        index_[kept] = index_[k];
        value_[kept++] = value_[k];
      }
    }
    starts_.back() = static_cast<std::int64_t>(kept);
    index_.resize(kept);
    value_.resize(kept);
  }

  array data_;
  array indices_;
  std::vector<std::int64_t> pointers_;
  compressed_by how_;
  index cells_;
  index genes_;
  kept_block last_data_;
  kept_block last_indices_;
  // Of what is being read.
  std::vector<std::int64_t> starts_;
  std::vector<std::int32_t> index_;  // gene of each count
  std::vector<std::int32_t> value_;
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs_;
};

/// Reads a dense matrix of cells x genes, a block of rows at a time.
/// @throws io_error for another shape, or naming row and column of what is no count.
inline count_matrix<> read_dense(const object& where, index cells, index genes) {
  const array from(where, 2);
  if (from.rows() != cells || from.columns() != genes)
    where.fail("is " + std::to_string(from.rows()) + " x " + std::to_string(from.columns()) +
               ", expected " + std::to_string(cells) + " cells x " + std::to_string(genes) +
               " genes");
  count_matrix<> counts(genes);
  std::vector<std::int32_t> row;
  from.for_each_block([&](const auto* block, std::int64_t count, std::int64_t begin) {
    row.resize(static_cast<std::size_t>(genes));
    for (std::int64_t at = 0; at < count; at += genes) {
      const std::int64_t good = to_counts(block + at, genes, row.data());
      if (good < genes) refuse_count(from, begin + at + good, block[at + good]);
      for (index gene = 0; gene < genes; ++gene)
        counts.push_back(gene, row[static_cast<std::size_t>(gene)]);
      counts.finish_cell();
    }
  });
  return counts;
}

}  // namespace harmonium::inline v0_2::io::hdf5

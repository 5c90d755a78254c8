// SPDX-License-Identifier: MIT
/// @file
/// Sparse counts, "compressed by cell": for every cell its genes and their counts. The three arrays
/// are those of a 10x (genes x cells, by column) and of an h5ad (cells x genes, by row) file alike.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// The non-zero counts of one cell.
template <class Value, class Index>
struct cell_counts {
  std::span<const Index> genes;   ///< ascending, each below the number of genes
  std::span<const Value> values;  ///< as many as `genes`

  [[nodiscard]] std::size_t size() const noexcept { return genes.size(); }
};

/// Counts that can be walked cell by cell. Laws: `nonzeros()` is the sum of the cells' sizes; genes
/// of a cell ascend. Both `count_view` and `count_matrix` are models.
template <class C>
concept count_source = requires(const C& counts, index cell) {
  typename C::value_type;
  typename C::index_type;
  { counts.cells() } -> std::same_as<index>;
  { counts.genes() } -> std::same_as<index>;
  { counts.nonzeros() } -> std::same_as<index>;
  { counts.cell(cell).genes.size() } -> std::convertible_to<std::size_t>;
  { counts.cell(cell).values.size() } -> std::convertible_to<std::size_t>;
};

/// Borrowed counts: three arrays owned by someone else, who must outlive the view. Copying is
/// cheap.
/// @tparam Value   type of a count; whole numbers, also when stored as float or double
/// @tparam Index   type of a gene's position, std::int32_t or std::int64_t
/// @tparam Pointer type of a position in the arrays, std::int32_t or std::int64_t
template <class Value = std::int32_t, std::signed_integral Index = std::int32_t,
          std::signed_integral Pointer = std::int64_t>
class count_view {
 public:
  using value_type = Value;
  using index_type = Index;
  using pointer_type = Pointer;

  /// @param values   counts, cell after cell
  /// @param genes    gene of each count, 0-based, ascending within a cell
  /// @param pointers cells + 1 positions: cell i owns [pointers[i], pointers[i + 1])
  /// @param gene_count number of genes (columns)
  /// @throws std::invalid_argument if the lengths do not fit together. The contents are not walked:
  ///         `validate` does that, once, at the edge where foreign data come in.
  count_view(std::span<const Value> values, std::span<const Index> genes,
             std::span<const Pointer> pointers, index gene_count)
      : values_(values), gene_index_(genes), pointers_(pointers), genes_(gene_count) {
    require(gene_count >= 0, "count_view", "the number of genes must not be negative");
    require(!pointers.empty(), "count_view", "pointers must hold cells + 1 positions, got none");
    require(values.size() == genes.size(), "count_view",
            "values and gene indices must be equally many");
    require(pointers.front() == 0 && std::cmp_equal(pointers.back(), values.size()), "count_view",
            "pointers must begin with 0 and end with the number of values");
  }

  /// The same from raw pointers, for callers without spans.
  count_view(const Value* values, const Index* genes, const Pointer* pointers, index cell_count,
             index gene_count)
      : count_view(std::span(values, static_cast<std::size_t>(pointers[cell_count])),
                   std::span(genes, static_cast<std::size_t>(pointers[cell_count])),
                   std::span(pointers, static_cast<std::size_t>(cell_count) + 1), gene_count) {}

  [[nodiscard]] index cells() const noexcept { return static_cast<index>(pointers_.size()) - 1; }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  [[nodiscard]] index nonzeros() const noexcept { return static_cast<index>(values_.size()); }

  [[nodiscard]] cell_counts<Value, Index> cell(index i) const noexcept {
    const auto begin = static_cast<std::size_t>(pointers_[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(pointers_[static_cast<std::size_t>(i) + 1]);
    return {gene_index_.subspan(begin, end - begin), values_.subspan(begin, end - begin)};
  }

  [[nodiscard]] std::span<const Value> values() const noexcept { return values_; }
  [[nodiscard]] std::span<const Index> gene_indices() const noexcept { return gene_index_; }
  [[nodiscard]] std::span<const Pointer> pointers() const noexcept { return pointers_; }

 private:
  std::span<const Value> values_;
  std::span<const Index> gene_index_;
  std::span<const Pointer> pointers_;
  index genes_;
};

/// Owned counts, filled cell by cell:
///
///     count_matrix<> counts(genes);
///     counts.push_back(gene, count);   // ascending genes, zero counts are dropped
///     counts.finish_cell();
template <class Value = std::int32_t, std::signed_integral Index = std::int32_t,
          std::signed_integral Pointer = std::int64_t>
class count_matrix {
 public:
  using value_type = Value;
  using index_type = Index;
  using pointer_type = Pointer;

  explicit count_matrix(index genes = 0) : genes_(genes) {
    require(genes >= 0, "count_matrix", "the number of genes must not be negative");
    require(std::cmp_less_equal(genes, std::numeric_limits<Index>::max()), "count_matrix",
            "more genes than the index type can number");
  }

  /// Takes over arrays laid out as in `count_view`.
  count_matrix(std::vector<Value> values, std::vector<Index> genes, std::vector<Pointer> pointers,
               index gene_count)
      : values_(std::move(values)),
        gene_index_(std::move(genes)),
        pointers_(std::move(pointers)),
        genes_(gene_count) {
    (void)view();  // checks the lengths
  }

  void reserve(index cells, index nonzeros) {
    pointers_.reserve(static_cast<std::size_t>(cells) + 1);
    values_.reserve(static_cast<std::size_t>(nonzeros));
    gene_index_.reserve(static_cast<std::size_t>(nonzeros));
  }

  /// Adds a count to the unfinished cell.
  /// @throws std::overflow_error if `count` does not fit `Value`.
  template <class Count>
  void push_back(index gene, Count count) {
    if (count == Count(0)) return;
    require(gene >= 0 && gene < genes_, "count_matrix::push_back",
            "the gene must be below the number of genes");
    if constexpr (std::integral<Value> && std::integral<Count>) {
      if (!std::in_range<Value>(count)) overflow(gene, std::to_string(count));
    } else if constexpr (std::integral<Value>) {
      if (!(count >= Count(0)) || count >= std::ldexp(Count(1), std::numeric_limits<Value>::digits))
        overflow(gene, std::to_string(count));
      if (count != std::floor(count))
        throw std::domain_error("count_matrix: count " + std::to_string(count) + " of gene " +
                                std::to_string(gene) + " is not a whole number");
    }
    values_.push_back(static_cast<Value>(count));
    gene_index_.push_back(static_cast<Index>(gene));
  }

  /// Adds counts to the unfinished cell, none of them 0.
  /// @param genes ascending, each below the number of genes; as many as `values`
  void push_listed(std::span<const Index> genes, std::span<const Value> values) {
    const std::size_t size = values_.size();
    values_.resize(size + values.size());
    gene_index_.resize(size + values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
      values_[size + k] = values[k];
      gene_index_[size + k] = genes[k];
    }
  }

  /// Appends the non-zero counts of a whole cell, one entry per gene; what `push_back` refuses,
  /// this does.
  template <std::floating_point Scalar>
  void push_row(std::span<const Scalar> row) {
    require(std::ssize(row) == genes_, "count_matrix::push_row", "one count per gene is needed");
    constexpr auto most = static_cast<Scalar>(
        std::min<double>(32767, static_cast<double>(std::numeric_limits<Value>::max())));
    const std::size_t size = values_.size();
    values_.resize(size + row.size());
    gene_index_.resize(size + row.size());
    // Writes every count, and moves on past those that are not zero: no branch to mispredict.
    std::size_t end = size;
    bool plain = true;
    for (std::size_t m = 0; m < row.size(); ++m) {
      const bool fits = row[m] >= Scalar(0) && row[m] <= most;
      const auto value = static_cast<std::int32_t>(fits ? row[m] : Scalar(0));
      plain &= static_cast<Scalar>(value) == row[m];
      values_[end] = static_cast<Value>(value);
      gene_index_[end] = static_cast<Index>(m);
      end += value != 0 ? 1 : 0;
    }
    if (!plain) end = size;
    values_.resize(end);
    gene_index_.resize(end);
    if (plain) return;
    for (std::size_t m = 0; m < row.size(); ++m) push_back(static_cast<index>(m), row[m]);
  }

  /// @throws std::overflow_error if there are more counts than `Pointer` can number.
  void finish_cell() { pointers_.push_back(checked_pointer(values_.size())); }

  /// Appends all cells of `other`, which must have the same genes.
  void append(const count_matrix& other) {
    require(other.genes_ == genes_, "count_matrix::append", "the numbers of genes differ");
    require(&other != this, "count_matrix::append", "cannot append itself");
    const Pointer offset = pointers_.back();
    values_.insert(values_.end(), other.values_.begin(), other.values_.end());
    gene_index_.insert(gene_index_.end(), other.gene_index_.begin(), other.gene_index_.end());
    for (std::size_t i = 1; i < other.pointers_.size(); ++i)
      pointers_.push_back(checked_pointer(static_cast<std::size_t>(offset) +
                                          static_cast<std::size_t>(other.pointers_[i])));
  }

  [[nodiscard]] count_view<Value, Index, Pointer> view() const {
    return {values_, gene_index_, pointers_, genes_};
  }
  operator count_view<Value, Index, Pointer>() const {
    return view();
  }  // NOLINT: borrowing is free

  [[nodiscard]] index cells() const noexcept { return static_cast<index>(pointers_.size()) - 1; }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  [[nodiscard]] index nonzeros() const noexcept { return static_cast<index>(values_.size()); }
  [[nodiscard]] cell_counts<Value, Index> cell(index i) const noexcept {
    const auto begin = static_cast<std::size_t>(pointers_[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(pointers_[static_cast<std::size_t>(i) + 1]);
    return {std::span(gene_index_).subspan(begin, end - begin),
            std::span(values_).subspan(begin, end - begin)};
  }

  friend bool operator==(const count_matrix&, const count_matrix&) = default;

 private:
  static Pointer checked_pointer(std::size_t position) {
    if (!std::in_range<Pointer>(position))
      throw std::overflow_error("count_matrix: more counts than the pointer type can number");
    return static_cast<Pointer>(position);
  }

  [[noreturn]] static void overflow(index gene, const std::string& count) {
    throw std::overflow_error("count_matrix: count " + count + " of gene " + std::to_string(gene) +
                              " does not fit the value type, whose largest value is " +
                              std::to_string(std::numeric_limits<Value>::max()));
  }

  std::vector<Value> values_;
  std::vector<Index> gene_index_;
  std::vector<Pointer> pointers_ = std::vector<Pointer>(1, Pointer(0));
  index genes_ = 0;
};

static_assert(count_source<count_view<>> && count_source<count_matrix<>>);

/// Walks all counts once and throws unless they are whole numbers >= 0 of existing genes in
/// ascending order. Cost: O(non-zeros).
/// @throws std::domain_error naming cell, gene and value; std::invalid_argument for bad structure.
template <count_source Counts>
void validate(const Counts& counts) {
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) {
      const auto gene = cell.genes[k];
      if (gene < 0 || std::cmp_greater_equal(gene, counts.genes()) ||
          (k > 0 && gene <= cell.genes[k - 1])) {
        throw std::invalid_argument("validate: cell " + std::to_string(i) + ": gene index " +
                                    std::to_string(gene) + " is out of range or out of order (" +
                                    std::to_string(counts.genes()) + " genes)");
      }
      const auto value = static_cast<double>(cell.values[k]);
      if (!(value >= 0) || value != std::floor(value) || std::isinf(value)) {
        throw std::domain_error("validate: cell " + std::to_string(i) + ", gene " +
                                std::to_string(gene) + ": count " + std::to_string(value) +
                                " is not a whole number >= 0");
      }
    }
  }
}

/// Counts per cell, length cells.
template <count_source Counts>
vector<double> library_sizes(const Counts& counts) {
  vector<double> sizes = vector<double>::Zero(counts.cells());
  for (index i = 0; i < counts.cells(); ++i)
    for (const auto value : counts.cell(i).values) sizes[i] += static_cast<double>(value);
  return sizes;
}

/// Mean count of every gene over the cells, length genes; zeros where there is no cell.
template <count_source Counts>
vector<double> gene_means(const Counts& counts) {
  vector<double> sums = vector<double>::Zero(counts.genes());
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      sums[static_cast<index>(cell.genes[k])] += static_cast<double>(cell.values[k]);
  }
  if (counts.cells() > 0)
    for (double& sum : sums) sum /= static_cast<double>(counts.cells());
  return sums;
}

/// Dense cells x genes copy, for small data and tests.
template <class Scalar = double, count_source Counts>
matrix<Scalar> to_dense(const Counts& counts) {
  matrix<Scalar> dense = matrix<Scalar>::Zero(counts.cells(), counts.genes());
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      dense(i, static_cast<index>(cell.genes[k])) = static_cast<Scalar>(cell.values[k]);
  }
  return dense;
}

}  // namespace harmonium::inline v0_2

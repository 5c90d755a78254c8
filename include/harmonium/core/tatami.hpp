// SPDX-License-Identifier: MIT
/// @file
/// Counts held in a matrix with the interface of `tatami::Matrix` (tatami 3 and 4, and what R's
/// beachmat and Python's mattress hand over): dense, sparse, delayed or in a file. By the interface
/// alone: tatami is not included, and not needed by who does not use it.
///
///     std::shared_ptr<const tatami::Matrix<double, int>> matrix = ...;      // genes x cells
///     const auto counts = hm::view_genes_by_cells(*matrix);      // what lies in memory is
///     borrowed const auto owned = hm::compress_genes_by_cells(*matrix);   // 8 bytes a count,
///     matrix may go
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/whole_count.hpp"

namespace harmonium::inline v0_2 {

/// What `tatami::Matrix<Value, Index>` has and is used here. Laws (tatami's): extractors fetch any
/// row or column in any order; what they return stays until their next fetch; they write to the
/// buffers, which are as long as the row or column, or return a pointer to what they have; indices
/// ascend. Index is signed, as tatami's default is.
template <class M>
concept tatami_matrix = std::signed_integral<typename M::index_type> &&
    std::copyable<typename M::value_type> &&
    requires(const M& matrix, typename M::index_type i, typename M::value_type* values,
             typename M::index_type* indices) {
  { matrix.nrow() } -> std::same_as<typename M::index_type>;
  { matrix.ncol() } -> std::same_as<typename M::index_type>;
  { matrix.is_sparse() } -> std::same_as<bool>;
  { matrix.dense_row()->fetch(i, values) } -> std::same_as<const typename M::value_type*>;
  { matrix.dense_column()->fetch(i, values) } -> std::same_as<const typename M::value_type*>;
  {
    matrix.sparse_row()->fetch(i, values, indices).value
    } -> std::convertible_to<const typename M::value_type*>;
  {
    matrix.sparse_row()->fetch(i, values, indices).index
    } -> std::convertible_to<const typename M::index_type*>;
  { matrix.sparse_column()->fetch(i, values, indices).number } -> std::convertible_to<std::size_t>;
};

/// The counts of such a matrix, cell by cell. A cell that the matrix holds as it is returned is
/// borrowed; of all others (dense, delayed, in a file, compressed the other way) the non-zero
/// counts are kept here: 12 bytes each for double and int, for a moment up to three times that. 32
/// bytes a cell come on top. Reading is done when it is made; afterwards threads may share it, and
/// copies of it are good.
template <class Value, std::signed_integral Index>
class tatami_counts {
 public:
  using value_type = Value;
  using index_type = Index;

  [[nodiscard]] index cells() const noexcept { return std::ssize(places_); }
  [[nodiscard]] index genes() const noexcept { return genes_; }
  [[nodiscard]] index nonzeros() const noexcept { return nonzeros_; }
  [[nodiscard]] cell_counts<Value, Index> cell(index i) const noexcept {
    const place& at = places_[static_cast<std::size_t>(i)];
    const bool here = at.values == nullptr;
    return {{here ? own_genes_.data() + at.begin : at.genes, at.size},
            {here ? own_values_.data() + at.begin : at.values, at.size}};
  }
  /// How many cells lie in the matrix and are borrowed.
  [[nodiscard]] index borrowed_cells() const noexcept {
    return std::count_if(places_.begin(), places_.end(),
                         [](const place& at) { return at.values != nullptr; });
  }

  /// For the functions below.
  explicit tatami_counts(index genes) : genes_(genes) {}
  void borrow(const Value* values, const Index* genes, std::size_t size) {
    places_.push_back({values, genes, 0, size});
    nonzeros_ += static_cast<index>(size);
  }
  /// Keeps the counts that are not zero.
  void keep(const Value* values, const Index* genes, std::size_t size) {
    const std::size_t begin = own_values_.size();
    for (std::size_t k = 0; k < size; ++k) {
      if (values[k] == Value(0)) continue;
      own_values_.push_back(values[k]);
      own_genes_.push_back(genes == nullptr ? static_cast<Index>(k) : genes[k]);
    }
    places_.push_back({nullptr, nullptr, begin, own_values_.size() - begin});
    nonzeros_ += static_cast<index>(own_values_.size() - begin);
  }

 private:
  struct place {
    const Value* values;  ///< null: in own_values_, from begin on
    const Index* genes;
    std::size_t begin, size;
  };
  std::vector<place> places_;
  std::vector<Value> own_values_;
  std::vector<Index> own_genes_;
  index genes_ = 0, nonzeros_ = 0;
};

static_assert(count_source<tatami_counts<double, int>>);

/// Walks the cells of a matrix in ascending order: sparse(cell, values, genes, number, stays) or
/// dense(cell, values), where stays() tells whether values and genes lie in the matrix.
template <bool Rows, tatami_matrix Matrix, class Sparse, class Dense>
void walk_tatami_cells(const Matrix& matrix, Sparse&& sparse, Dense&& dense) {
  using value_type = typename Matrix::value_type;
  using index_type = typename Matrix::index_type;
  const index_type cells = Rows ? matrix.nrow() : matrix.ncol();
  const auto genes = static_cast<std::size_t>(Rows ? matrix.ncol() : matrix.nrow());
  std::vector<value_type> values(genes);
  if (!matrix.is_sparse()) {
    const auto extractor = [&] {
      if constexpr (Rows)
        return matrix.dense_row();
      else
        return matrix.dense_column();
    }();
    for (index_type i = 0; i < cells; ++i) dense(i, extractor->fetch(i, values.data()));
    return;
  }
  const auto make = [&] {
    if constexpr (Rows)
      return matrix.sparse_row();
    else
      return matrix.sparse_column();
  };
  std::vector<index_type> indices(genes), other_indices;
  std::vector<value_type> other_values;
  const auto extractor = make();
  decltype(make()) other{};
  for (index_type i = 0; i < cells; ++i) {
    const auto range = extractor->fetch(i, values.data(), indices.data());
    const auto written = range.value == values.data() || range.index == indices.data();
    // Two extractors that return the same place do not own it: it is the matrix's.
    const auto stays = [&] {
      if (written) return false;
      if (!other) {
        other = make();
        other_values.resize(genes);
        other_indices.resize(genes);
      }
      const auto second = other->fetch(i, other_values.data(), other_indices.data());
      return second.value == range.value && second.index == range.index;
    };
    sparse(i, range.value, range.index, static_cast<std::size_t>(range.number), stays);
  }
}

/// The two orientations of the functions below.
template <bool Rows, tatami_matrix Matrix>
auto view_tatami_cells(const Matrix& matrix) {
  tatami_counts<typename Matrix::value_type, typename Matrix::index_type> counts(
      static_cast<index>(Rows ? matrix.ncol() : matrix.nrow()));
  const auto genes = static_cast<std::size_t>(counts.genes());
  walk_tatami_cells<Rows>(
      matrix,
      [&](auto, const auto* values, const auto* indices, std::size_t number, auto&& stays) {
        if (number > 0 && stays())
          counts.borrow(values, indices, number);
        else
          counts.keep(values, indices, number);
      },
      [&](auto, const auto* values) { counts.keep(values, nullptr, genes); });
  return counts;
}
/// Counts of a tatami matrix with all cells' non-zeros copied.
/// @tparam Rows   genes are the rows (else cells are)
/// @param function named by errors
/// @throws std::invalid_argument for entries that are no counts, or gene numbers that do not ascend
template <class Value, bool Rows, tatami_matrix Matrix>
count_matrix<Value> compress_tatami_cells(const Matrix& matrix, const char* function) {
  count_matrix<Value> counts(static_cast<index>(Rows ? matrix.ncol() : matrix.nrow()));
  const auto add = [&](index cell, index gene, auto value) {
    if (value == decltype(value)(0)) return;
    require_whole_count(value, function, cell, gene);
    counts.push_back(gene, value);
  };
  walk_tatami_cells<Rows>(
      matrix,
      [&](index cell, const auto* values, const auto* indices, std::size_t number, auto&&) {
        for (std::size_t k = 0; k < number; ++k) {
          if (k > 0 && indices[k] <= indices[k - 1])
            throw std::invalid_argument(std::string(function) + ": cell " + std::to_string(cell) +
                                        ": gene index " + std::to_string(indices[k]) +
                                        " does not ascend");
          add(cell, static_cast<index>(indices[k]), values[k]);
        }
        counts.finish_cell();
      },
      [&](index cell, const auto* values) {
        for (index gene = 0; gene < counts.genes(); ++gene) add(cell, gene, values[gene]);
        counts.finish_cell();
      });
  return counts;
}

/// Borrows a genes x cells matrix (the usual way round), which must outlive the result and stay
/// unchanged. Nothing dense is made of it. `validate` checks foreign data; stored zeros of borrowed
/// cells stay entries. Fetches each cell once, borrowed ones twice; a matrix that prefers rows is
/// read slowly.
template <tatami_matrix Matrix>
[[nodiscard]] auto view_genes_by_cells(const Matrix& matrix) {
  return view_tatami_cells<false>(matrix);
}
/// The same of a cells x genes matrix.
template <tatami_matrix Matrix>
[[nodiscard]] auto view_cells_by_genes(const Matrix& matrix) {
  return view_tatami_cells<true>(matrix);
}
/// A temporary would be gone before its view is used.
template <tatami_matrix Matrix>
void view_genes_by_cells(const Matrix&&) = delete;
template <tatami_matrix Matrix>
void view_cells_by_genes(const Matrix&&) = delete;

/// The counts of a genes x cells matrix as owned sparse counts, read once, cell by cell: for what
/// is dense, delayed or in a file.
/// @tparam Value type of the stored counts
/// @throws std::domain_error naming cell, gene and value of what is no whole number >= 0;
///         std::overflow_error if a count does not fit; std::invalid_argument if indices do not
///         ascend or are no gene's.
template <class Value = std::int32_t, tatami_matrix Matrix>
[[nodiscard]] count_matrix<Value> compress_genes_by_cells(const Matrix& matrix) {
  return compress_tatami_cells<Value, false>(matrix, "compress_genes_by_cells");
}
/// The same of a cells x genes matrix.
template <class Value = std::int32_t, tatami_matrix Matrix>
[[nodiscard]] count_matrix<Value> compress_cells_by_genes(const Matrix& matrix) {
  return compress_tatami_cells<Value, true>(matrix, "compress_cells_by_genes");
}

}  // namespace harmonium::inline v0_2

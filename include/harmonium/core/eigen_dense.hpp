// SPDX-License-Identifier: MIT
/// @file
/// Counts held in a dense Eigen matrix. Sparse counts are another thing, so this is the one place
/// where they are copied; `dense_rows` (core/rows.hpp) borrows dense numbers for units that are not
/// counts.
#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/whole_count.hpp"

namespace harmonium::inline v0_2 {

/// Any dense Eigen expression, cells x genes, as owned sparse counts: matrices and maps of either
/// storage order, blocks, `genes_by_cells.transpose()`. Evaluated element by element.
/// @tparam Value type of the stored counts
/// @throws std::domain_error naming cell, gene and value of what is no whole number >= 0;
///         std::overflow_error if a count does not fit.
template <class Value = std::int32_t, class Derived>
[[nodiscard]] count_matrix<Value> compress(const Eigen::DenseBase<Derived>& dense) {
  const Derived& counts = dense.derived();
  count_matrix<Value> compressed(counts.cols());
  for (index cell = 0; cell < counts.rows(); ++cell) {
    for (index gene = 0; gene < counts.cols(); ++gene) {
      const typename Derived::Scalar count = counts.coeff(cell, gene);
      require_whole_count(count, "compress", cell, gene);
      compressed.push_back(gene, count);
    }
    compressed.finish_cell();
  }
  return compressed;
}

}  // namespace harmonium::inline v0_2

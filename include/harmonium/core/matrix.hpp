// SPDX-License-Identifier: MIT
/// @file
/// Dense arrays: row-major matrices (cells x genes, cells x units), and views of them.
#pragma once

#include <Eigen/Core>

namespace harmonium::inline v0_2 {

/// Every extent and position in the library.
using index = Eigen::Index;

/// Dense, row-major, owning. Rows are cells (or units of the layer below), columns are units.
template <class Scalar>
using matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Dense vector, owning.
template <class Scalar>
using vector = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

/// Read access to a row-major matrix. A column-major argument is copied silently; a genes x cells
/// column-major buffer is the same bytes as a cells x genes row-major one and enters through
/// `.transpose()` without a copy.
template <class Scalar>
using matrix_view = Eigen::Ref<const matrix<Scalar>, 0, Eigen::OuterStride<>>;

/// Write access to a row-major matrix; a column-major argument does not compile.
template <class Scalar>
using matrix_span = Eigen::Ref<matrix<Scalar>, 0, Eigen::OuterStride<>>;

/// Gives an array a size; where that changes it, nothing of what it held is left. Where memory runs
/// out it stays as it was: Eigen 3.4's own `resize` gives the old memory back before it asks for
/// the new, and once more when the array goes.
template <class Scalar>
void give_size(matrix<Scalar>& array, index rows, index columns) {
  if (array.rows() == rows && array.cols() == columns) return;
  matrix<Scalar> fresh(rows, columns);
  array.swap(fresh);
}
template <class Scalar>
void give_size(vector<Scalar>& array, index size) {
  if (array.size() == size) return;
  vector<Scalar> fresh(size);
  array.swap(fresh);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// A matrix as a factor of a product: where its entries lie.
#pragma once

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A factor of a product, as it lies or transposed: entry (i, j) is data[i * row + j * column].
template <class Scalar>
struct factor {
  const Scalar* data;   ///< entry (0, 0); borrowed
  index rows, columns;  ///< its extents
  index row, column;    ///< steps in `data` from a row to the next and from a column to the next

  [[nodiscard]] factor transposed() const { return {data, columns, rows, column, row}; }
};

/// A row-major matrix of `rows` x `columns` without gaps.
template <class Scalar>
factor<Scalar> as_factor(const Scalar* data, index rows, index columns) {
  return {data, rows, columns, columns, 1};
}
template <class Scalar>
factor<Scalar> as_factor(const matrix<Scalar>& of) {
  return as_factor(of.data(), of.rows(), of.cols());
}

}  // namespace harmonium::inline v0_2

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

}  // namespace harmonium::inline v0_2

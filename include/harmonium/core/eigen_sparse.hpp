// SPDX-License-Identifier: MIT
/// @file
/// Counts held in an Eigen sparse matrix, seen without a copy.
#pragma once

#include <Eigen/SparseCore>
#include <concepts>
#include <span>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"

namespace harmonium::inline v0_2 {

/// View of a matrix compressed by its outer dimension, the cells. `outer` and `inner` of the two
/// functions below are made equal here.
template <class Value, int Order, std::signed_integral StorageIndex>
count_view<Value, StorageIndex, StorageIndex> view_compressed(
    const Eigen::SparseMatrix<Value, Order, StorageIndex>& counts, const char* function) {
  require(counts.isCompressed(), function,
          "the matrix is not compressed; call makeCompressed() first");
  const auto cells = static_cast<std::size_t>(counts.outerSize());
  const auto entries = static_cast<std::size_t>(counts.nonZeros());
  return {std::span(counts.valuePtr(), entries), std::span(counts.innerIndexPtr(), entries),
          std::span(counts.outerIndexPtr(), cells + 1), counts.innerSize()};
}

/// Borrows a row-major cells x genes matrix, which must outlive the view and stay unchanged.
/// Stored zeros stay entries; `validate` checks foreign data.
/// @throws std::invalid_argument unless the matrix is compressed.
template <class Value, std::signed_integral StorageIndex>
count_view<Value, StorageIndex, StorageIndex> view_cells_by_genes(
    const Eigen::SparseMatrix<Value, Eigen::RowMajor, StorageIndex>& counts) {
  return view_compressed(counts, "view_cells_by_genes");
}

/// Borrows a column-major genes x cells matrix (the layout of R's dgCMatrix and of a 10x file) as
/// cells x genes, on the same terms.
/// @throws std::invalid_argument unless the matrix is compressed.
template <class Value, std::signed_integral StorageIndex>
count_view<Value, StorageIndex, StorageIndex> view_genes_by_cells(
    const Eigen::SparseMatrix<Value, Eigen::ColMajor, StorageIndex>& counts) {
  return view_compressed(counts, "view_genes_by_cells");
}

/// A temporary would be gone before its view is used.
template <class Value, std::signed_integral StorageIndex>
void view_cells_by_genes(const Eigen::SparseMatrix<Value, Eigen::RowMajor, StorageIndex>&&) =
    delete;
template <class Value, std::signed_integral StorageIndex>
void view_genes_by_cells(const Eigen::SparseMatrix<Value, Eigen::ColMajor, StorageIndex>&&) =
    delete;

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
#include "harmonium/core/eigen_sparse.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace hm = harmonium;

namespace {

template <class Value, int Order, class Index>
Eigen::SparseMatrix<Value, Order, Index> two_by_three() {
  Eigen::SparseMatrix<Value, Order, Index> counts(2, 3);
  counts.insert(0, 1) = 5;
  counts.insert(1, 0) = 7;
  counts.insert(1, 2) = 9;
  return counts;
}

template <class Matrix>
concept viewable_by_cell = requires(Matrix&& counts) {
  hm::view_cells_by_genes(std::forward<Matrix>(counts));
};

using row_major = Eigen::SparseMatrix<double, Eigen::RowMajor, int>;
using column_major = Eigen::SparseMatrix<double, Eigen::ColMajor, int>;
static_assert(viewable_by_cell<const row_major&>);
static_assert(!viewable_by_cell<row_major>, "a temporary would dangle");
static_assert(!viewable_by_cell<const column_major&>, "this would transpose silently");

}  // namespace

TEST_CASE_TEMPLATE("cells x genes, row-major", Value, int, std::int64_t, float, double) {
  auto counts = two_by_three<Value, Eigen::RowMajor, int>();
  CHECK_THROWS_WITH_AS(hm::view_cells_by_genes(counts), doctest::Contains("makeCompressed"),
                       std::invalid_argument);
  counts.makeCompressed();
  const hm::count_view<Value, int, int> view = hm::view_cells_by_genes(counts);
  CHECK(view.values().data() == counts.valuePtr());  // no copy
  CHECK(view.gene_indices().data() == counts.innerIndexPtr());
  CHECK(view.cells() == 2);
  CHECK(view.genes() == 3);
  CHECK_NOTHROW(hm::validate(view));
  CHECK(hm::to_dense<int>(view) == (hm::matrix<int>(2, 3) << 0, 5, 0, 7, 0, 9).finished());
}

TEST_CASE_TEMPLATE("genes x cells, column-major", Index, int, std::int64_t) {
  auto counts = two_by_three<std::int32_t, Eigen::ColMajor, Index>();  // 2 genes, 3 cells
  CHECK_THROWS_AS(hm::view_genes_by_cells(counts), std::invalid_argument);
  counts.makeCompressed();
  const hm::count_view<std::int32_t, Index, Index> view = hm::view_genes_by_cells(counts);
  CHECK(view.values().data() == counts.valuePtr());
  CHECK(view.cells() == 3);
  CHECK(view.genes() == 2);
  CHECK(hm::to_dense<int>(view) == (hm::matrix<int>(3, 2) << 0, 7, 5, 0, 0, 9).finished());
}

TEST_CASE("empty matrices") {
  const row_major nothing(0, 4);
  CHECK(hm::view_cells_by_genes(nothing).cells() == 0);
  const column_major zeros(4, 2);
  CHECK(hm::view_genes_by_cells(zeros).cells() == 2);
  CHECK(hm::view_genes_by_cells(zeros).nonzeros() == 0);
}

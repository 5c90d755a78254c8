// SPDX-License-Identifier: MIT
#include "harmonium/core/tatami.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "support/tatami_like.hpp"

namespace hm = harmonium;

namespace {

using tatami_like::returns;
using double_matrix = tatami_like::compressed<double, int>;

/// 4 genes x 3 cells, by column; the second cell is empty.
double_matrix genes_by_cells(returns how, bool sparse = true, double factor = 1) {
  return {4, 3, false, {1, 2, 7, 3, 1}, {0, 3, 1, 2, 3}, {0, 2, 2, 5}, how, sparse, factor};
}
const hm::matrix<int> expected =
    (hm::matrix<int>(3, 4) << 1, 0, 0, 2, 0, 0, 0, 0, 0, 7, 3, 1).finished();

/// One cell of 3 genes.
double_matrix one_cell(std::vector<double> values, std::vector<int> genes) {
  const std::size_t size = values.size();
  return {3, 1, false, std::move(values), std::move(genes), {0, size}, returns::own_memory};
}

template <class M>
concept viewable = requires(M&& matrix) {
  hm::view_genes_by_cells(std::forward<M>(matrix));
};

struct without_extractors {
  using value_type = double;
  using index_type = int;
  int nrow() const { return 0; }
  int ncol() const { return 0; }
  bool is_sparse() const { return true; }
};

}  // namespace

static_assert(hm::tatami_matrix<double_matrix>);
static_assert(hm::tatami_matrix<tatami_like::matrix<double, int>>, "through the base class");
static_assert(hm::tatami_matrix<tatami_like::matrix<float, std::int64_t>>);
static_assert(!hm::tatami_matrix<without_extractors> && !hm::tatami_matrix<hm::matrix<double>>);
static_assert(viewable<const double_matrix&>);
static_assert(!viewable<double_matrix>, "a temporary would dangle");

TEST_CASE("cells that lie in the matrix are borrowed") {
  const auto matrix = genes_by_cells(returns::own_memory);
  const tatami_like::matrix<double, int>& base = matrix;
  const auto counts = hm::view_genes_by_cells(base);
  static_assert(hm::count_source<std::remove_const_t<decltype(counts)>>);
  CHECK(counts.cells() == 3);
  CHECK(counts.genes() == 4);
  CHECK(counts.nonzeros() == 5);
  CHECK(counts.borrowed_cells() == 2);  // there is nothing to borrow of an empty one
  CHECK(counts.cell(0).values.data() == matrix.values().data());
  CHECK(counts.cell(2).values.data() == matrix.values().data() + 2);
  CHECK(counts.cell(2).genes.data() == matrix.indices().data() + 2);
  CHECK(counts.cell(1).size() == 0);
  CHECK_NOTHROW(hm::validate(counts));
  CHECK(hm::to_dense<int>(counts) == expected);
  CHECK(hm::library_sizes(counts)[2] == 11);
}

TEST_CASE("what an extractor holds, computes or gathers is kept") {
  for (const returns how : {returns::buffers, returns::cache}) {
    const auto matrix = genes_by_cells(how);
    const auto counts = hm::view_genes_by_cells(matrix);
    CHECK(counts.borrowed_cells() == 0);
    CHECK(counts.nonzeros() == 5);
    CHECK(hm::to_dense<int>(counts) == expected);
    const auto copy = counts;  // stands on its own arrays
    CHECK(copy.cell(2).values.data() != counts.cell(2).values.data());
    CHECK(hm::to_dense<int>(copy) == expected);
  }
  const auto delayed = genes_by_cells(returns::own_memory, true, 3);
  CHECK(hm::to_dense<int>(hm::view_genes_by_cells(delayed)) == 3 * expected);
  const auto dense = genes_by_cells(returns::own_memory, false);
  const auto counts = hm::view_genes_by_cells(dense);
  CHECK(counts.nonzeros() == 5);  // nothing dense is kept
  CHECK(hm::to_dense<int>(counts) == expected);
}

TEST_CASE("cells x genes, and genes x cells compressed by gene") {
  const double_matrix by_cell(3, 4, true, {1, 2, 7, 3, 1}, {0, 3, 1, 2, 3}, {0, 2, 2, 5},
                              returns::own_memory);
  const auto borrowed = hm::view_cells_by_genes(by_cell);
  CHECK(borrowed.borrowed_cells() == 2);
  CHECK(borrowed.genes() == 4);
  CHECK(hm::to_dense<int>(borrowed) == expected);
  CHECK(hm::to_dense<int>(hm::compress_cells_by_genes(by_cell)) == expected);

  const double_matrix by_gene(4, 3, true, {1, 7, 3, 2, 1}, {0, 2, 2, 0, 2}, {0, 1, 2, 3, 5},
                              returns::own_memory);
  const auto gathered = hm::view_genes_by_cells(by_gene);
  CHECK(gathered.borrowed_cells() == 0);
  CHECK(hm::to_dense<int>(gathered) == expected);
  CHECK(hm::to_dense<int>(hm::compress_genes_by_cells(by_gene)) == expected);
}

TEST_CASE("compressed counts are owned, of the type asked for") {
  for (const bool sparse : {true, false}) {
    const hm::count_matrix<> counts =
        hm::compress_genes_by_cells(genes_by_cells(returns::own_memory, sparse));
    CHECK(counts.nonzeros() == 5);
    CHECK(hm::to_dense<int>(counts) == expected);
  }
  const tatami_like::compressed<float, std::int64_t> floats(2, 1, false, {0, 300}, {0, 1}, {0, 2},
                                                            returns::own_memory);
  CHECK(hm::compress_genes_by_cells<std::int64_t>(floats).nonzeros() == 1);  // stored zero dropped
  CHECK(hm::view_genes_by_cells(floats).nonzeros() == 2);                    // borrowed as it is
  CHECK_THROWS_AS(hm::compress_genes_by_cells<std::uint8_t>(floats), std::overflow_error);
}

TEST_CASE("what is no count is refused, naming cell and gene") {
  CHECK_THROWS_WITH_AS(
      hm::compress_genes_by_cells(one_cell({1, 2.5}, {0, 2})),
      "compress_genes_by_cells: cell 0, gene 2: count 2.500000 is not a whole number >= 0",
      std::domain_error);
  CHECK_THROWS_AS(hm::compress_genes_by_cells(one_cell({-1}, {0})), std::domain_error);
  CHECK_THROWS_AS(hm::compress_genes_by_cells(one_cell({std::nan("")}, {0})), std::domain_error);
  CHECK_THROWS_WITH_AS(hm::compress_genes_by_cells(one_cell({1, 1}, {2, 0})),
                       "compress_genes_by_cells: cell 0: gene index 0 does not ascend",
                       std::invalid_argument);
  CHECK_THROWS_AS(hm::compress_genes_by_cells(one_cell({1}, {3})), std::invalid_argument);
  const auto fractions = one_cell({1, 2.5}, {0, 2});
  CHECK_THROWS_AS(hm::validate(hm::view_genes_by_cells(fractions)), std::domain_error);
}

TEST_CASE("without cells or genes") {
  const double_matrix no_cells(4, 0, false, {}, {}, {0}, returns::own_memory);
  CHECK(hm::view_genes_by_cells(no_cells).cells() == 0);
  CHECK(hm::view_genes_by_cells(no_cells).genes() == 4);
  const double_matrix no_genes(0, 2, false, {}, {}, {0, 0, 0}, returns::own_memory, false);
  CHECK(hm::view_genes_by_cells(no_genes).cells() == 2);
  CHECK(hm::compress_genes_by_cells(no_genes).cells() == 2);
}

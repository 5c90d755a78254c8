// SPDX-License-Identifier: MIT
#include "harmonium/core/select_counts.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/three_cells.hpp"

namespace hm = harmonium;

using support::three_cells, support::three_cells_dense;

TEST_CASE("a selection shows cells without copying them") {
  const auto counts = three_cells();
  const hm::cell_selection some(counts, {2, 0, 2});
  CHECK(some.cells() == 3);
  CHECK(some.genes() == 4);
  CHECK(some.nonzeros() == 6);
  CHECK(some.cell(1).values.data() == counts.cell(0).values.data());
  const std::vector<hm::index> rows{2, 0, 2};
  CHECK(hm::to_dense(some) == hm::to_dense(hm::select_cells(counts, rows)));
  CHECK(hm::cell_selection(counts, {}).nonzeros() == 0);
  CHECK_THROWS_AS(hm::cell_selection(counts, {3}), std::invalid_argument);
  CHECK_THROWS_AS(hm::cell_selection(counts, {-1}), std::invalid_argument);
}

TEST_CASE("selected cells come in the order asked for, with repeats") {
  const std::vector<hm::index> rows{2, 0, 2, 1}, bad{0, 3}, negative{-1};
  const auto counts = three_cells();
  const auto dense = three_cells_dense();
  const auto chosen = hm::to_dense(hm::select_cells(counts, rows));
  REQUIRE(chosen.rows() == 4);
  for (hm::index i = 0; i < 4; ++i)
    CHECK(chosen.row(i) == dense.row(rows[static_cast<std::size_t>(i)]));
  CHECK(hm::select_cells(counts.view(), {}).cells() == 0);
  CHECK_THROWS_AS(hm::select_cells(counts, bad), std::invalid_argument);
  CHECK_THROWS_AS(hm::select_cells(counts, negative), std::invalid_argument);
}

TEST_CASE("selected genes are numbered anew") {
  const std::vector<hm::index> columns{0, 3}, descending{3, 0}, twice{1, 1}, bad{4};
  const auto chosen = hm::select_genes(three_cells(), columns);
  CHECK(chosen.genes() == 2);
  hm::matrix<double> expected(3, 2);
  expected << 0, 1, 0, 0, 5, 7;
  CHECK(hm::to_dense(chosen) == expected);
  for (const auto& wrong : {descending, twice, bad})
    CHECK_THROWS_AS(hm::select_genes(three_cells(), wrong), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/core/counts_by_gene.hpp"

#include <doctest/doctest.h>

#include "support/random_counts.hpp"

namespace hm = harmonium;

TEST_CASE("turned counts are the same counts") {
  hm::random_engine rng(1);
  const auto counts = support::random_counts(30, 17, rng);
  const hm::counts_by_gene columns(counts);
  REQUIRE(columns.cells() == 30);
  REQUIRE(columns.genes() == 17);
  hm::matrix<double> back = hm::matrix<double>::Zero(30, 17);
  for (hm::index j = 0; j < 17; ++j) {
    const auto cells = columns.cells(j);
    for (std::size_t k = 0; k < cells.size(); ++k) {
      if (k > 0) CHECK(cells[k] > cells[k - 1]);
      back(cells[k], j) = columns.values(j)[k];
    }
  }
  CHECK(back == hm::to_dense(counts));
}

TEST_CASE("stored zeros are dropped") {
  const hm::count_matrix<> stored({2, 0, 1}, {0, 1, 1}, {0, 2, 3}, 2);
  const hm::counts_by_gene columns(stored);
  CHECK(columns.values(1).size() == 1);
  CHECK(columns.cells(1)[0] == 1);
}

// SPDX-License-Identifier: MIT
#include "harmonium/core/counts_by_gene.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <vector>

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

TEST_CASE("values keep their type, and a count takes no more memory than compressed by cell") {
  hm::random_engine rng(2);
  const auto counts = support::random_counts(5, 7, rng);
  const hm::counts_by_gene columns(counts);
  static_assert(sizeof(columns.cells(0)[0]) + sizeof(columns.values(0)[0]) == 8);
  const hm::count_matrix<double> parts({0.25, 1.5}, {1, 1}, {0, 1, 2}, 2);
  CHECK(hm::counts_by_gene(parts).values(1)[1] == 1.5);
}

TEST_CASE("places are positions gene by gene, met cell by cell") {
  hm::random_engine rng(3);
  const auto counts = support::random_counts(30, 17, rng);
  const hm::cells_by_gene where(counts);
  std::vector<std::int32_t> cells(where.size(), -1), values(where.size(), -1);
  hm::index last = 0;
  where.for_each_place(counts, [&](std::size_t place, hm::index cell, std::int32_t value) {
    CHECK(cell >= last);
    last = cell;
    cells[place] = static_cast<std::int32_t>(cell);
    values[place] = value;
  });
  const hm::counts_by_gene columns(counts);
  for (hm::index j = 0; j < 17; ++j) {
    CHECK(std::ranges::equal(where.part(std::span(cells), j), columns.cells(j)));
    CHECK(std::ranges::equal(where.part(std::span(values), j), columns.values(j)));
  }
}

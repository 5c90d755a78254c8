// SPDX-License-Identifier: MIT
#include "harmonium/models/baselines/bootstrap.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <vector>

#include "support/generator_conformance.hpp"
#include "support/random_counts.hpp"

namespace hm = harmonium;

TEST_CASE("generated cells are pilot cells, each about equally often") {
  hm::random_engine rng(1);
  hm::count_matrix<> pilot(3);
  for (int i = 0; i < 10; ++i) {
    pilot.push_back(0, i);
    pilot.push_back(2, 1);
    pilot.finish_cell();
  }
  const auto model = hm::bootstrap::fit(pilot);
  CHECK(model.genes() == 3);
  CHECK(model.pilot() == pilot);
  const auto cells = hm::to_dense<int>(model.generate(10000, rng));
  std::vector<double> seen(10, 0);
  for (hm::index i = 0; i < cells.rows(); ++i) {
    REQUIRE(cells(i, 1) == 0);
    REQUIRE(cells(i, 2) == 1);
    ++seen[static_cast<std::size_t>(cells(i, 0))];
  }
  // Standard deviation of a count: sqrt(10000 * 0.1 * 0.9) = 30.
  for (const double count : seen) CHECK(std::abs(count - 1000) < 5 * 30);
}

TEST_CASE("the laws of a generator") {
  hm::random_engine rng(2);
  tiny::check_generator(hm::bootstrap::fit(support::random_counts(20, 9, rng)));
}

TEST_CASE("degenerate pilots") {
  CHECK_THROWS_AS((void)hm::bootstrap::fit(hm::count_matrix<>(4)), std::invalid_argument);
  hm::random_engine rng(4);
  hm::count_matrix<> one(2);
  one.push_back(1, 7);
  one.finish_cell();
  const auto cells = hm::to_dense<int>(hm::bootstrap::fit(one).generate(3, rng));
  CHECK(cells.col(0).isZero());
  CHECK(cells.col(1).isConstant(7));
  const hm::count_matrix<std::int64_t> large({std::int64_t{1} << 33}, {0}, {0, 1}, 1);
  CHECK_THROWS_AS((void)hm::bootstrap::fit(large), std::overflow_error);
}

// SPDX-License-Identifier: MIT
#include "harmonium/metrics/same_neighbours.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "support/two_samples.hpp"

namespace hm = harmonium;

TEST_CASE("fresh cells mix, wrong ones do not, copies attract the pilot only") {
  const hm::same_neighbours metric;
  const auto fresh = support::against_toy_cells(metric, support::fresh_cells());
  // Over repeats with 240 + 240 (120 + 120) such cells, same_set is 0.496 with a standard deviation
  // of 0.007 (0.010), knn_auc 0.482 with 0.033 (0.047).
  CHECK(std::abs(fresh.at("same_set") - 0.496) < 4 * 0.007);
  CHECK(std::abs(fresh.at("same_set_fresh") - 0.496) < 4 * 0.010);
  CHECK(std::abs(fresh.at("knn_auc") - 0.482) < 4 * 0.033);
  CHECK(std::abs(fresh.at("knn_auc_fresh") - 0.482) < 4 * 0.047);
  const auto wrong = support::against_toy_cells(metric, support::wrong_cells());
  for (const auto& [name, value] : wrong) CHECK(value > 0.65);
  const auto copies =
      support::against_toy_cells(hm::same_neighbours{.neighbours = 1}, support::copied_cells());
  CHECK(copies.at("same_set") < copies.at("same_set_fresh"));
}

TEST_CASE("two cells of each kind by hand") {
  // In principal components distances stay: real cells at one end of a line, synthetic at the
  // other.
  hm::count_matrix<> real(2), made(2);
  for (const int x : {1, 2}) {
    real.push_back(0, 100 * x), real.push_back(1, x);
    real.finish_cell();
    made.push_back(0, x), made.push_back(1, 100 * x);
    made.finish_cell();
  }
  const std::vector<hm::index> two{0, 0};
  const auto apart = support::score(hm::same_neighbours{.neighbours = 1}, real, two, made, two);
  CHECK(apart.at("same_set") == 1);
  CHECK(apart.at("knn_auc") == 1);
  // More neighbours than cells: all three others, one of which is of the own kind.
  const auto all = support::score(hm::same_neighbours{}, real, two, made, two);
  CHECK(all.at("same_set") == doctest::Approx(1.0 / 3).epsilon(1e-15));
  CHECK(all.at("knn_auc") == 0);
}

TEST_CASE("no pilot, no cell, bad options") {
  const hm::same_neighbours metric;
  const auto unknown = support::against_toy_cells(metric, support::fresh_cells(), false);
  CHECK(unknown.at("same_set") > 0);
  CHECK(std::isnan(unknown.at("same_set_fresh")));
  CHECK(std::isnan(unknown.at("knn_auc_fresh")));
  for (const auto& [name, value] : support::against_toy_cells(metric, hm::count_matrix<>(15)))
    CHECK(std::isnan(value));
  CHECK_THROWS_AS((void)support::against_toy_cells(hm::same_neighbours{.neighbours = 0},
                                                   support::fresh_cells()),
                  std::invalid_argument);
}

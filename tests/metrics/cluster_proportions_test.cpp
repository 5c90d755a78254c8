// SPDX-License-Identifier: MIT
#include "harmonium/metrics/cluster_proportions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "support/score.hpp"

namespace hm = harmonium;

namespace {

// Only the number of cells matters.
hm::count_matrix<> cells(std::size_t count) {
  hm::count_matrix<> counts(1);
  for (std::size_t i = 0; i < count; ++i) counts.finish_cell();
  return counts;
}

std::map<std::string, double> proportions(const std::vector<hm::index>& reference,
                                          const std::vector<hm::index>& synthetic,
                                          const hm::cluster_proportions& metric = {}) {
  return support::score(metric, cells(reference.size()), reference, cells(synthetic.size()),
                        synthetic);
}

}  // namespace

TEST_CASE("equal proportions differ by nothing, in any order and number") {
  const auto same = proportions({0, 0, 1, 2}, {2, 0, 1, 0, 0, 1, 2, 0});
  CHECK(same.at("total_variation") == 0);
  CHECK(same.at("table1") == 0);
  CHECK(same.at("types_found") == 1);
}

TEST_CASE("Table 1 is the sum of the differences in cells when both sides are equally many") {
  // 4 2 2 against 2 2 4: |4 - 2| + |2 - 2| + |2 - 4| = 4 of 8 cells.
  const auto figures = proportions({0, 0, 0, 0, 1, 1, 2, 2}, {0, 0, 1, 1, 2, 2, 2, 2});
  CHECK(figures.at("table1") == 4);
  CHECK(figures.at("total_variation") == 0.25);
}

TEST_CASE("nothing in common reaches the ends of the ranges") {
  const auto figures = proportions({0, 0, 1, 1}, {2, 2, 3});
  CHECK(figures.at("total_variation") == 1);
  CHECK(figures.at("table1") == 8);
  CHECK(figures.at("types_found") == 0);
}

TEST_CASE("a cluster that no synthetic cell falls into is missed") {
  CHECK(proportions({0, 0, 0, 1}, {0, 0, 0, 0}).at("types_found") == 0.5);
}

TEST_CASE("unlabelled cells are left out") {
  const auto figures = proportions({0, 1, -1}, {0, 1, -1, -1, -1});
  CHECK(figures.at("total_variation") == 0);
  for (const auto& [name, value] : proportions({-1, -1}, {0, 1})) CHECK(std::isnan(value));
  for (const auto& [name, value] : proportions({0, 1}, {})) CHECK(std::isnan(value));
}

TEST_CASE("rare types are counted on their own") {
  // Shares 0.5, 0.3, 0.1, 0.1.
  const std::vector<hm::index> reference{0, 0, 0, 0, 0, 1, 1, 1, 2, 3};
  CHECK(proportions(reference, {0, 1, 3}, {.rare = 0.2}).at("rare_types_found") == 0.5);
  CHECK(proportions(reference, {0, 1, 3}, {.rare = 0.1}).at("types_found") == 0.75);
  CHECK(std::isnan(proportions(reference, {0, 1, 3}, {.rare = 0.1}).at("rare_types_found")));
  CHECK_THROWS_AS((void)proportions(reference, {0}, {.rare = -1}), std::invalid_argument);
}

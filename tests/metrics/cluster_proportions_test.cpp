// SPDX-License-Identifier: MIT
#include "harmonium/metrics/cluster_proportions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"

namespace hm = harmonium;

namespace {

// Only the number of cells matters.
hm::count_matrix<> cells(std::size_t count) {
  hm::count_matrix<> counts(1);
  for (std::size_t i = 0; i < count; ++i) counts.finish_cell();
  return counts;
}

std::vector<hm::figure> proportions(const std::vector<hm::index>& reference,
                                    const std::vector<hm::index>& synthetic) {
  return hm::cluster_proportions{}.evaluate(cells(reference.size()), reference,
                                            cells(synthetic.size()), synthetic);
}

double value(const std::vector<hm::figure>& figures, const std::string& name) {
  for (const auto& f : figures)
    if (f.name == name) return f.value;
  throw std::out_of_range(name);
}

}  // namespace

TEST_CASE("equal proportions differ by nothing, in any order and number") {
  const auto same = proportions({0, 0, 1, 2}, {2, 0, 1, 0, 0, 1, 2, 0});
  CHECK(value(same, "total_variation") == 0);
  CHECK(value(same, "table1") == 0);
  CHECK(value(same, "types_found") == 1);
}

TEST_CASE("Table 1 is the sum of the differences in cells when both sides are equally many") {
  // 4 2 2 against 2 2 4: |4 - 2| + |2 - 2| + |2 - 4| = 4 of 8 cells.
  const auto figures = proportions({0, 0, 0, 0, 1, 1, 2, 2}, {0, 0, 1, 1, 2, 2, 2, 2});
  CHECK(value(figures, "table1") == 4);
  CHECK(value(figures, "total_variation") == 0.25);
}

TEST_CASE("nothing in common reaches the ends of the ranges") {
  const auto figures = proportions({0, 0, 1, 1}, {2, 2, 3});
  CHECK(value(figures, "total_variation") == 1);
  CHECK(value(figures, "table1") == 8);
  CHECK(value(figures, "types_found") == 0);
}

TEST_CASE("a cluster that no synthetic cell falls into is missed") {
  CHECK(value(proportions({0, 0, 0, 1}, {0, 0, 0, 0}), "types_found") == 0.5);
}

TEST_CASE("unlabelled cells are left out") {
  const auto figures = proportions({0, 1, -1}, {0, 1, -1, -1, -1});
  CHECK(value(figures, "total_variation") == 0);
  for (const auto& f : proportions({-1, -1}, {0, 1})) CHECK(std::isnan(f.value));
  for (const auto& f : proportions({0, 1}, {})) CHECK(std::isnan(f.value));
}

TEST_CASE("sizes that do not fit are refused") {
  const std::vector<hm::index> two{0, 1};
  CHECK_THROWS_AS(hm::cluster_proportions{}.evaluate(cells(3), two, cells(2), two),
                  std::invalid_argument);
  CHECK_THROWS_AS(hm::cluster_proportions{}.evaluate(cells(2), two, cells(3), two),
                  std::invalid_argument);
  CHECK_THROWS_AS(hm::cluster_proportions{}.evaluate(cells(2), two, hm::count_matrix<>(2), {}),
                  std::invalid_argument);
}

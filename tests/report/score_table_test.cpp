// SPDX-License-Identifier: MIT
#include "harmonium/report/score_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace hm = harmonium;

TEST_CASE("mean and standard deviation") {
  const auto three = hm::summarise({1, 2, 6});
  CHECK(three.mean == 3);
  CHECK(three.spread == doctest::Approx(std::sqrt(7.0)));
  CHECK(hm::summarise({5}).mean == 5);
  CHECK(std::isnan(hm::summarise({5}).spread));
  CHECK(std::isnan(hm::summarise({}).mean));
  CHECK(std::isnan(hm::summarise({1, std::numeric_limits<double>::quiet_NaN()}).mean));
}

TEST_CASE("figures are found by candidate, metric and name, in the order of the repeats") {
  hm::score_table table;
  hm::evaluation one{{{"m", "", "", "", {{"a", 1}, {"b", 2}}}, {"n", "", "", "", {{"a", 3}}}}};
  table.add("x", 1, one);
  one.metrics[0].figures[0].value = 7;
  table.add("x", 2, one);
  table.add("y", 1, one);
  CHECK(table.rows.size() == 9);
  CHECK(table.rows[4].repeat == 2);
  CHECK(table.values("x", "m", "a") == std::vector<double>{1, 7});
  CHECK(table.values("y", "n", "a") == std::vector<double>{3});
  CHECK(table.values("y", "n", "b").empty());
}

// SPDX-License-Identifier: MIT
#include "harmonium/study/study_table.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("figures find their place, also those that come later") {
  hm::study_table table{{10, 20}, 2, {"a", "b"}, {}, {}};
  table.add(10, 1, std::vector<hm::study_score>{{"a", "m", "x", 1}, {"b", "m", "x", 2}});
  table.add(20, 2, std::vector<hm::study_score>{{"a", "m", "x", 3}, {"a", "n", "y", 4}});
  CHECK(table.figures == std::vector<std::string>{"m.x", "n.y"});
  REQUIRE(table.values.size() == 16);
  CHECK(table.values[table.position(0, 1, 1, 0)] == 2);
  CHECK(table.over_repeats(10, "a", "m.x") == std::vector<double>{1});
  CHECK(table.over_repeats(20, "a", "m.x") == std::vector<double>{3});
  CHECK(table.over_repeats(20, "a", "n.y") == std::vector<double>{4});
  CHECK(table.over_repeats(10, "b", "n.y").empty());
  CHECK(std::isnan(table.values.back()));
  CHECK(table.has("n.y"));
  CHECK(!table.has("n.x"));
}

TEST_CASE("what the table does not have") {
  hm::study_table table{{10}, 1, {"a"}, {}, {}};
  const std::vector<hm::study_score> stranger{{"c", "m", "x", 1}};
  CHECK_THROWS_AS(table.add(10, 1, stranger), std::invalid_argument);
  CHECK_THROWS_AS(table.add(11, 1, {}), std::invalid_argument);
  CHECK_THROWS_AS(table.add(10, 2, {}), std::invalid_argument);
  CHECK_THROWS_AS((void)table.over_repeats(10, "a", "m.x"), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/study/study_results.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace hm = harmonium;

TEST_CASE("the table as an xtensor with names") {
  hm::study_table table{{10, 20}, 3, {"a", "b"}, {}, {}};
  table.add(20, 3, std::vector<hm::study_score>{{"b", "m", "x", 7}, {"b", "m", "y", 8}});
  const hm::study_results found(table);
  CHECK(found.values.dimension() == 4);
  CHECK(found.values.shape()[0] == 2);
  CHECK(found.values.shape()[1] == 3);
  CHECK(found.values.shape()[2] == 2);
  CHECK(found.values.shape()[3] == 2);
  CHECK(found.values(1, 2, 1, 0) == 7);
  CHECK(found.values(1, 2, 1, 1) == 8);
  CHECK(std::isnan(found.values(0, 2, 1, 1)));
  CHECK(found.repeats == std::vector<hm::index>{1, 2, 3});
  CHECK(found.metrics == std::vector<std::string>{"m.x", "m.y"});
}

// SPDX-License-Identifier: MIT
#include "harmonium/study/cost.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace hm = harmonium;

TEST_CASE("cells to load") {
  CHECK(hm::cells_to_load(1000, {}) == 1000);
  CHECK(hm::cells_to_load(1000, {.recovery = 0.5}) == 2000);
  CHECK(hm::cells_to_load(900, {.recovery = 0.5, .doublets = 0.1}) == 2000);
  CHECK(hm::cells_to_load(901, {.recovery = 0.5, .doublets = 0.1}) == 2003);
  CHECK(hm::cells_to_load(0, {.recovery = 0.5}) == 0);
  CHECK_THROWS_AS(hm::cells_to_load(1, {.recovery = 0}), std::invalid_argument);
  CHECK_THROWS_AS(hm::cells_to_load(1, {.doublets = 1}), std::invalid_argument);
}

TEST_CASE("cost of a design") {
  const auto found = hm::cost_of(385, {.per_cell = 0.5, .per_plate = 100, .plate = 384});
  CHECK(found.plates == 2);
  CHECK(found.amount == 385 * 0.5 + 200);
  CHECK(hm::cost_of(384, {.per_plate = 100}).amount == 100);
  CHECK(!hm::cost_of(384, {}).amount);
  CHECK(hm::cost_of(0, {.per_cell = 2}).amount == 0);
  CHECK_THROWS_AS(hm::cost_of(1, {.plate = 0}), std::invalid_argument);
  CHECK_THROWS_AS(hm::cost_of(1, {.per_cell = -1}), std::invalid_argument);
}

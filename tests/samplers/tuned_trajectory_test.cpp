// SPDX-License-Identifier: MIT
#include "harmonium/samplers/tuned_trajectory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "support/paths.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

TEST_CASE("neighbours are rejected about equally often, and replicas come round") {
  const auto model = tiny::two_modes();
  const auto path = tiny::balanced_path(model);
  hm::random_engine rng(2);
  const auto tuned = hm::tuned_trajectory(path, {.rungs = 10, .stages = 6, .rounds = 64}, rng);
  REQUIRE(tuned.rungs.size() == 10);
  CHECK(tuned.places.front() == 1);
  CHECK(tuned.places.back() == 0);
  CHECK(tuned.rungs.front().parameters() == model.parameters());
  CHECK(tuned.rungs.back().parameters() == path.first().parameters());
  // 1024 tries of each pair in the last stage but one; the ladder moves little any more.
  const auto [least, most] = std::minmax_element(tuned.rejection.begin(), tuned.rejection.end());
  CHECK(*most - *least < 0.2);
  CHECK(tuned.barrier > 0.5);
  CHECK(tuned.round_trips > 0);
  CHECK_THROWS_AS((void)hm::tuned_trajectory(path, {.rungs = 1}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tuned_trajectory(path, {.stages = 0}, rng), std::invalid_argument);
}

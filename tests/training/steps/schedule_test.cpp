// SPDX-License-Identifier: MIT
#include "harmonium/training/steps/schedule.hpp"

#include <doctest/doctest.h>

namespace hm = harmonium;

TEST_CASE("rates of an epoch") {
  CHECK(hm::constant_rate{.initial = 0.3}.rate(1000) == 0.3);
  const hm::harmonic_decay decay{.initial = 0.4, .half_life = 10};
  CHECK(decay.rate(0) == 0.4);
  CHECK(decay.rate(10) == doctest::Approx(0.2));
  CHECK(decay.rate(30) == doctest::Approx(0.1));
  const hm::listed_rates listed{{0.5, 0.25}};
  CHECK(listed.rate(0) == 0.5);
  CHECK(listed.rate(1) == 0.25);
  CHECK(listed.rate(99) == 0.25);
  CHECK_THROWS_AS((void)hm::listed_rates{}.rate(0), std::invalid_argument);
}

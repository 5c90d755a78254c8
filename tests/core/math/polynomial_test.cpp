// SPDX-License-Identifier: MIT
#include "harmonium/core/math/polynomial.hpp"

#include <doctest/doctest.h>

namespace math = harmonium::math;

TEST_CASE("horner evaluates from the constant term upwards") {
  static_assert(math::horner(2.0, 5.0) == 5.0);
  static_assert(math::horner(2.0, 5.0, 3.0) == 11.0);
  static_assert(math::horner(2.0f, 5.0f, 3.0f, 1.0f, -1.0f) == 7.0f);
}

TEST_CASE("the slope of a difference is exact where the values agree") {
  constexpr std::array<double, 4> cubic{1.0, 2.0, -3.0, 4.0};
  const auto apart = math::difference(cubic, 3.0, 1.0);
  CHECK(apart.value == 88.0);
  CHECK(apart.slope == 42.0);  // (88 - 4) / 2
  const auto together = math::difference(cubic, 2.0, 2.0);
  CHECK(together.value == 25.0);
  CHECK(together.slope == 38.0);  // 2 - 6 z + 12 z^2
}

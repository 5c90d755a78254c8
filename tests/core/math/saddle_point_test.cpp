// SPDX-License-Identifier: MIT
#include "harmonium/core/math/saddle_point.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "support/accuracy.hpp"

namespace math = harmonium::math;
using support::relative_error;
using support::unit_number;

// Computed with mpmath 1.3 at 60 digits from the doubles given.
TEST_CASE("stirling_error") {
  struct row {
    double x, want;
  };
  constexpr row rows[] = {
      {1e-06, 5.9888309840731798623},
      {0.01, 1.4340079537031842008},
      {0.5, 0.15342640972002734529},
      {1.0, 0.08106146679532725822},
      {3.0, 0.027677925684998339149},
      {9.5, 0.008768700134139385463},
      {10.0, 0.0083305634333628712565},
      {10.5, 0.0079341145643140205472},
      {63.0, 0.0013227402145282561157},
      {1000000.0, 8.3333333333330555556e-8},
      {1000000000000000.0, 8.3333333333333333333e-17},
  };
  for (const row& r : rows) {
    CAPTURE(r.x);
    CHECK(std::abs(math::stirling_error(r.x) - r.want) < (r.x < 10 ? 5e-15 : 1e-17));
  }
}

TEST_CASE("deviance_part") {
  struct row {
    double x, mean, want;
  };
  constexpr row rows[] = {
      {1.0, 1.0, 0.0},
      {5.0, 5.0000001, 9.9999999227529321452e-16},
      {5.0, 6.0, 0.088392216030226868941},
      {5.0, 6.2, 0.12444310191527255074},
      {100.0, 0.001, 1051.2935464970228399},
      {0.001, 100.0, 99.987487074535029771},
      {2000000.0, 2000001.0, 2.4999991666669791665e-7},
      {2000000.0, 2200000.0, 9379.6403913502799121},
      {2000000.0, 2500000.0, 53712.897371580488467},
      {1000000000000000.0, 1000000100000000.0, 4.9999996666666916667},
      {63.0, 63.5, 0.001973691051863628735},
  };
  for (const row& r : rows) {
    CAPTURE(r.x);
    CAPTURE(r.mean);
    CHECK(relative_error(math::deviance_part(r.x, r.mean), r.want) < 1e-14);
  }
}

TEST_CASE("deviance_part has no step where its formula changes, and scales with its arguments") {
  harmonium::random_engine rng(1);
  for (int i = 0; i < 1000; ++i) {
    const double x = 1 + 1e6 * unit_number(rng);
    const double edge = x * (1 - 0.1) / (1 + 0.1);  // |x - mean| = 0.1 (x + mean)
    const double inside = math::deviance_part(x, edge * (1 + 1e-13));
    const double outside = math::deviance_part(x, edge * (1 - 1e-13));
    CHECK(relative_error(inside, outside) < 2e-12);
    CHECK(inside < outside);
    CHECK(math::deviance_part(2 * x, 2 * edge) == 2 * math::deviance_part(x, edge));
  }
}

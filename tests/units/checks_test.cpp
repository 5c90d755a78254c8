// SPDX-License-Identifier: MIT
#include "harmonium/units/checks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace hm = harmonium;

TEST_CASE("powers saturate at 2^62") {
  static_assert(hm::saturated_power(2, 0) == 1);
  static_assert(hm::saturated_power(2, 62) == hm::index{1} << 62);
  static_assert(hm::saturated_power(2, 63) == hm::index{1} << 62);
  static_assert(hm::saturated_power(3, 39) == 4052555153018976267);
  static_assert(hm::saturated_power(3, 40) == hm::index{1} << 62);
  static_assert(hm::saturated_power(1, 1000000000000) == 1);
}

TEST_CASE_TEMPLATE("counts and binary states", S, float, double) {
  const auto counts = [](std::vector<S> state) {
    return hm::all_counts(std::span<const S>(state));
  };
  const auto binary = [](std::vector<S> state) {
    return hm::all_binary(std::span<const S>(state));
  };
  CHECK(counts({0, 1, S(2e9)}));
  CHECK(counts({}));
  CHECK(!counts({0, -1}));
  CHECK(!counts({S(0.5)}));
  CHECK(!counts({std::numeric_limits<S>::infinity()}));
  CHECK(!counts({std::numeric_limits<S>::quiet_NaN()}));
  CHECK(binary({0, 1, 1}));
  CHECK(!binary({0, 2}));
  CHECK(!binary({std::numeric_limits<S>::quiet_NaN()}));
}

TEST_CASE_TEMPLATE("natural parameters are kept within bounds, NaN is not hidden", S, float,
                   double) {
  const S infinity = std::numeric_limits<S>::infinity();
  CHECK(hm::bounded_natural(-infinity) == -700);
  CHECK(hm::bounded_natural(infinity) == 700);
  CHECK(hm::bounded_natural(S(-3)) == -3);
  CHECK(std::isnan(hm::bounded_natural(std::numeric_limits<S>::quiet_NaN())));
}

TEST_CASE("the text of an error names the unit, the value and what was expected") {
  hm::vector<double> entries(3);
  entries << 1.0, 2.0, -0.5;
  CHECK_THROWS_WITH_AS(hm::require_positive_entries(entries, "family", "theta"),
                       "family: theta must be positive and finite, got -0.500000 for unit 2",
                       std::domain_error);
  CHECK_THROWS_WITH_AS(hm::checked_size(-3, "family"),
                       "family: the number of units must not be negative, got -3",
                       std::invalid_argument);
  CHECK(hm::checked_size(3, "family") == 3);
}

// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/importance_weights.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

TEST_CASE("weights") {
  const double big = 5000;
  const std::vector<double> two{big, big + std::log(3.0)};
  const auto some = hm::summarise_weights(two);
  CHECK(some.log_mean == doctest::Approx(big + std::log(2.0)).epsilon(1e-14));
  CHECK(some.standard_error == doctest::Approx(std::sqrt(2.0) / 2 / std::sqrt(2.0)));
  CHECK(some.effective_number == doctest::Approx(16.0 / 10.0));
  // Pairs of equal weights are two groups: the error is that of two, the effective number of four.
  const std::vector<double> four{big, big, two[1], two[1]};
  const auto grouped = hm::summarise_weights(four, 2);
  CHECK(grouped.log_mean == doctest::Approx(some.log_mean).epsilon(1e-14));
  CHECK(grouped.standard_error == doctest::Approx(some.standard_error));
  CHECK(grouped.effective_number == doctest::Approx(2 * some.effective_number));
  CHECK(hm::summarise_weights(four, 4).standard_error == 0);
  CHECK_THROWS_AS((void)hm::summarise_weights({}), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::summarise_weights(four, 3), std::invalid_argument);
}

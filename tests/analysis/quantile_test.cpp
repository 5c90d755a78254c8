// SPDX-License-Identifier: MIT
#include "harmonium/analysis/quantile.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

TEST_CASE("quantiles of R's type 7") {
  // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .25, .5, .9, 1))
  const std::vector<double> five{1, 2, 4, 8, 16};
  CHECK(hm::quantile_of_sorted(five, 0) == 1);
  CHECK(hm::quantile_of_sorted(five, 0.1) == doctest::Approx(1.4).epsilon(1e-15));
  CHECK(hm::quantile_of_sorted(five, 0.25) == 2);
  CHECK(hm::quantile_of_sorted(five, 0.5) == 4);
  CHECK(hm::quantile_of_sorted(five, 0.9) == doctest::Approx(12.8).epsilon(1e-15));
  CHECK(hm::quantile_of_sorted(five, 1) == 16);
}

TEST_CASE("medians, in any order, odd, even, one and none") {
  CHECK(hm::median_of(std::vector<double>{5, 1, 3}) == 3);
  CHECK(hm::median_of(std::vector<double>{5, 1, 3, 4}) == 3.5);
  CHECK(hm::median_of(std::vector<double>{7}) == 7);
  CHECK(std::isnan(hm::median_of({})));
}

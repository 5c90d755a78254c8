// SPDX-License-Identifier: MIT
#include "harmonium/study/power.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

TEST_CASE("the rank-sum score by hand") {
  const std::vector<double> a{1, 2, 2}, b{2, 3};
  // Ranks of a: 1, 3, 3; mean 9, variance 3 * 2 / 12 * (6 - 24 / 20).
  CHECK(hm::rank_sum_score(a, b) == doctest::Approx((7 - 9) / std::sqrt(0.5 * 4.8)));
  CHECK(hm::rank_sum_score(b, a) == doctest::Approx(-hm::rank_sum_score(a, b)));
  CHECK(hm::rank_sum_score(std::vector<double>{2, 2}, std::vector<double>{2}) == 0);
}

TEST_CASE("power to find a marker: alpha without an effect, more with more cells and more change") {
  hm::random_engine rng(4);
  std::vector<double> pool;
  for (int i = 0; i < 2000; ++i)
    pool.push_back(static_cast<double>(hm::draw::negative_binomial(3.0, 2.0, rng)));
  const hm::power_options options{.experiments = 400, .relabellings = 10, .alpha = 0.05};
  const auto power = [&](hm::index cells, double fold) {
    return hm::marker_power(pool, {cells, cells}, fold, options, rng).power;
  };
  // 400 experiments: five standard errors of 0.05 are 0.055; the threshold adds a little.
  CHECK(std::abs(power(60, 1e-6) - 0.05) < 0.06);
  const double few = power(20, 0.6), many = power(120, 0.6);
  CHECK(few > 0.1);
  CHECK(many > few + 0.2);
  CHECK(power(60, 2) > 0.99);
}

TEST_CASE("what cannot be") {
  hm::random_engine rng(4);
  const std::vector<double> pool{1, 2};
  CHECK_THROWS_AS(hm::marker_power({}, {2, 2}, 1, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::marker_power(pool, {0, 2}, 1, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::marker_power(pool, {2, 2}, 0, {}, rng), std::invalid_argument);
}

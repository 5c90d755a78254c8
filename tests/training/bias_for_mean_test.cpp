// SPDX-License-Identifier: MIT
#include "harmonium/training/bias_for_mean.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace hm = harmonium;

namespace {

double mean_at(double a, const std::vector<double>& weights, const std::vector<double>& offsets,
               double theta) {
  double mean = 0;
  for (std::size_t i = 0; i < weights.size(); ++i)
    mean += weights[i] * hm::nb_mean(a + offsets[i], theta);
  return mean;
}

}  // namespace

TEST_CASE("the bias gives the mean, over many orders of magnitude") {
  const std::vector<double> weights{0.1, 0.3, 0.6}, offsets{2.5, 0, -4};
  for (const double theta : {0.01, 1.0, 1e4}) {
    for (const double target : {1e-9, 1e-3, 1.0, 300.0, 1e5}) {
      const double a = hm::nb_bias_for_mean(weights, offsets, theta, target, -1e-14);
      CAPTURE(theta);
      CAPTURE(target);
      CHECK(a + 2.5 < 0);
      // The bias is good to its rounding, and the mean grows by 1 / (1 - e^(a + 2.5)) at most.
      const double most = 1e-13 * std::max(1.0, std::abs(a)) / -std::expm1(a + 2.5);
      CHECK(std::abs(mean_at(a, weights, offsets, theta) / target - 1) < most);
    }
  }
}

TEST_CASE("a target out of reach gives the largest admissible bias") {
  const std::vector<double> weights{0.5, 0.5}, offsets{1, 0};
  const double a = hm::nb_bias_for_mean(weights, offsets, 1, 1e6, -0.1);
  CHECK(a == doctest::Approx(-1.1));
}

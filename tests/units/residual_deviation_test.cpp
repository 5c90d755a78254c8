// SPDX-License-Identifier: MIT
#include "harmonium/units/residual_deviation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("weighted residuals and what the mean varies add up") {
  hm::residual_deviation sums(2), other(2);
  const std::vector<double> x{1, 5}, mean{3, 5}, spread{0, 8};
  sums.add(std::span<const double>(x), std::span<const double>(mean), 3);
  other.add(std::span<const double>(x), std::span<const double>(x), 1);
  other.add_spread(std::span<const double>(spread), 1);
  sums.add(other);
  const auto sigma = sums.standard_deviation<double>(1e-3);
  CHECK(sigma[0] == doctest::Approx(std::sqrt(3 * 4 / 4.0)).epsilon(1e-15));
  CHECK(sigma[1] == doctest::Approx(std::sqrt(8 / 4.0)).epsilon(1e-15));
}

TEST_CASE("a unit without residuals gets the lowest deviation") {
  hm::residual_deviation sums(1);
  const std::vector<float> x{2};
  sums.add(std::span<const float>(x), std::span<const float>(x));
  CHECK(sums.standard_deviation<float>(0.25)[0] == 0.25f);
  CHECK_THROWS_AS(sums.standard_deviation<float>(0), std::invalid_argument);
  CHECK_THROWS_AS(hm::residual_deviation(1).standard_deviation<double>(1), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
/// @file
/// A normal number with mean z and variance 1, known to be positive: log-partition and moments as
/// functions of z, stable however far z is from 0. Double only.
#pragma once

#include <cmath>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/normal.hpp"

namespace harmonium::inline v0_2::math {

/// log of the integral over x > 0 of sqrt(2 / pi) exp(z x - x^2 / 2), that is z^2 / 2 +
/// log(2 P(Z < z)): 0 at z = 0, -log|z| - 0.23 far below.
[[nodiscard]] inline double rectified_log_partition(double z) noexcept {
  constexpr double root_two_over_pi = 0.79788456080286535588, log_two = 0.69314718055994530942;
  if (z <= 0) return log(root_two_over_pi * mills_ratio(-z));
  return 0.5 * z * z + (log_two + log1p(-normal_cdf(-z)));
}

/// Mean and variance. Relative error 1e-13 for z in [-1e9, 1e9].
///
/// With t = -z the mean is 1 / mills_ratio(t) - t. For t above 3, where this cancels, Laplace's
/// continued fraction of the ratio, 1 / (t + 1 / (t + 2 / (t + 3 / ...))), gives
/// mean = 1 / (t + 2 c) and variance = mean (2 c - mean) with c = 1 / (t + 3 / (t + 4 / ...)).
/// @see Abramowitz and Stegun (1964), Handbook of mathematical functions, 26.2.14.
[[nodiscard]] inline mean_and_variance rectified_moments(double z) noexcept {
  if (z >= -3) {
    // density(z) / P(Z < z)
    constexpr double one_over_root_two_pi = 0.39894228040143267794;
    const double ratio = z <= 0 ? 1 / mills_ratio(-z)
                                : one_over_root_two_pi * exp(-0.5 * z * z) / (1 - normal_cdf(-z));
    const double mean = ratio + z;
    return {mean, 1 - ratio * mean};
  }
  const double t = -z;
  // After n terms the error is about exp(-t sqrt(2 n)).
  const int terms = t > 30 ? 6 : 6 + static_cast<int>(720 / (t * t));
  double tail = t;
  for (int n = terms + 3; n > 3; --n) tail = t + n / tail;
  const double c = 1 / (t + 3 / tail);
  const double mean = 1 / (t + 2 * c);
  return {mean, mean * (2 * c - mean)};
}

/// The z whose mean is `mean` > 0; at least -1e9, the answer for 0 too.
[[nodiscard]] inline double rectified_location(double mean) noexcept {
  constexpr double lowest = -1e9;
  if (!(mean > 1 / -lowest)) return mean != mean ? mean : lowest;
  if (mean > 40) return mean;
  // mean(z) is convex and grows: after its first step Newton's method comes down from above.
  double z = mean - 1 / mean;
  for (int round = 0; round < 60; ++round) {
    const auto at = rectified_moments(z);
    const double step = (at.mean - mean) / at.variance;
    z -= step;
    if (std::abs(step) <= 1e-16 * std::abs(z)) break;
  }
  return z;
}

}  // namespace harmonium::inline v0_2::math

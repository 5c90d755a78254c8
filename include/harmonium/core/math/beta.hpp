// SPDX-License-Identifier: MIT
/// @file
/// The beta distribution: its cumulative distribution function and quantiles.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"

namespace harmonium::inline v0_2::math {

/// P(B <= x) for B of the beta distribution with shapes `a`, `b` > 0: the regularised incomplete
/// beta function, by its continued fraction (Abramowitz and Stegun 26.5.8, evaluated as by Lentz).
/// Absolute error 1e-11 for shapes up to 1e4.
[[nodiscard]] inline double incomplete_beta(double x, double a, double b) noexcept {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  const bool mirrored = x > (a + 1) / (a + b + 2);  // the fraction converges fast below that
  const double s = mirrored ? b : a, t = mirrored ? a : b, y = mirrored ? 1 - x : x;
  const double front =
      exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x)) / s;
  constexpr double tiny = 1e-300;
  const auto not_zero = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / not_zero(1 - (s + t) * y / (s + 1)), fraction = d;
  for (double m = 1; m < 1e5; ++m) {
    const double even = m * (t - m) * y / ((s + 2 * m - 1) * (s + 2 * m));
    d = 1 / not_zero(1 + even * d);
    c = not_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(s + m) * (s + t + m) * y / ((s + 2 * m) * (s + 2 * m + 1));
    d = 1 / not_zero(1 + odd * d);
    c = not_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  const double tail = std::clamp(front * fraction, 0.0, 1.0);
  return mirrored ? 1 - tail : tail;
}

/// The x with P(B <= x) = p, by bisection: error 1e-15 or what `incomplete_beta` allows.
/// @param p in [0, 1]
[[nodiscard]] inline double beta_quantile(double p, double a, double b) noexcept {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (incomplete_beta(middle, a, b) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// The t that Student's distribution with `degrees` > 0 degrees of freedom exceeds with probability
/// `tail` in (0, 1/2].
[[nodiscard]] inline double student_quantile(double tail, double degrees) noexcept {
  // degrees / (degrees + t^2) is beta distributed with shapes degrees / 2 and 1 / 2.
  const double x = beta_quantile(2 * tail, degrees / 2, 0.5);
  return std::sqrt(degrees * (1 - x) / x);
}

}  // namespace harmonium::inline v0_2::math

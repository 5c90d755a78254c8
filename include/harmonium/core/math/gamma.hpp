// SPDX-License-Identifier: MIT
/// @file
/// Log-gamma, digamma, trigamma, and their differences over a count: what the negative binomial and
/// its dispersion need. Everything is computed in double (a float is converted by the caller), with
/// the exponential and logarithm of elementary.hpp, so equal bits everywhere; no state, no errno.
///
/// Method: Stirling's series from 10 upwards (the last term below 4e-17), recurrences below.
/// Differences subtract inside the series, term by term, and so keep their digits where the
/// values themselves agree in most of theirs. Errors are those seen in
/// tests/core/math/gamma_test.cpp.
/// @see Abramowitz & Stegun 6.1.40, 6.3.18, 6.4.12.
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/polynomial.hpp"

namespace harmonium::inline v0_2::math {

/// Where Stirling's series starts to be exact to the last digit.
inline constexpr double stirling_start = 10;

/// Stirling's series: log Gamma(a) = (a - 1/2) log a - a + log(2 pi) / 2 + sum_k c_k / a^(2k-1).
inline constexpr std::array<double, 8> log_gamma_series{
    1.0 / 12,   -1.0 / 360,        1.0 / 1260, -1.0 / 1680,
    1.0 / 1188, -691.0 / 360360.0, 1.0 / 156,  -3617.0 / 122400.0};
/// psi(a) = log a - 1 / (2a) - sum_k c_k / a^(2k).
inline constexpr std::array<double, 8> digamma_series{1.0 / 12,   -1.0 / 120,    1.0 / 252,
                                                      -1.0 / 240, 1.0 / 132,     -691.0 / 32760,
                                                      1.0 / 12,   -3617.0 / 8160};
/// psi'(a) = 1 / a + 1 / (2 a^2) + sum_k c_k / a^(2k+1).
inline constexpr std::array<double, 8> trigamma_series{
    1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};

/// log Gamma(2 + t) for |t| <= 1/2, relative error 1e-16 of the formula.
[[nodiscard]] inline double log_gamma_near_two(double t) noexcept {
  return t * horner(t, 0.42278433509846713, 0.32246703342411326, -0.0673523010531981,
                    0.02058080842778038, -0.0073855510286719986, 0.002890510331034267,
                    -0.0011927539118428156, 0.0005096695154115458, -0.00022315475400520507,
                    9.945767355819498e-05, -4.49263133791557e-05, 2.0505590755833454e-05,
                    -9.438715099211532e-06, 4.38470440459836e-06, -2.0439048107029907e-06,
                    9.200527894968101e-07, -4.3252393445604814e-07, 2.78740805211359e-07,
                    -1.3219945666117874e-07);
}

/// log Gamma(x) for x > 0; infinite at 0 and infinity, NaN below 0. Relative error 1e-15.
[[nodiscard]] inline double log_gamma(double x) noexcept {
  if (!(x > 0)) {
    return x == 0 ? std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::quiet_NaN();
  }
  if (x < 0.5) return log_gamma_near_two(x) - log1p(x) - log(x);
  if (x < 1.5) return log_gamma_near_two(x - 1) - log1p(x - 1);
  if (x < stirling_start) {
    double product = 1;
    while (x > 2.5) {
      x -= 1;
      product *= x;
    }
    return log_gamma_near_two(x - 2) + log(product);
  }
  if (std::isinf(x)) return x;
  constexpr double half_log_two_pi = 0.91893853320467274178;
  const double u = 1 / x;
  return ((x - 0.5) * log(x) - x) +
         (half_log_two_pi + u * difference(log_gamma_series, u * u, u * u).value);
}

/// log x! = log Gamma(x + 1) for x >= 0.
[[nodiscard]] inline double log_factorial(double x) noexcept {
  return log_gamma(x + 1);
}

/// log Gamma(x + theta) - log Gamma(theta), the log of the rising factorial theta (theta + 1) ...
/// For theta in [1e-6, 1e12] and x in [0, 1e15]; error below 2e-15 of max(|result|, 1) for whole x,
/// 1e-14 for others.
[[nodiscard]] inline double log_gamma_ratio(double x, double theta) noexcept {
  if (x == 0) return 0;
  // A product of few factors is one logarithm. Where Stirling's series needs no shift it pays less.
  if (x <= (theta < stirling_start ? 32 : 8) && x == std::floor(x) && theta < 1e16) {
    double product = theta;
    for (double i = 1; i < x; i += 1) product *= theta + i;
    return log(product);
  }
  if (theta < stirling_start && x + theta >= 32) return log_gamma(x + theta) - log_gamma(theta);
  double shifted = 0;
  for (; theta < stirling_start; theta += 1) shifted += log1p(x / theta);
  const double u = 1 / theta;
  const double v = 1 / (x + theta);
  const auto series = difference(log_gamma_series, v * v, u * u);
  const double correction = -x * u * v * (series.value + u * (u + v) * series.slope);
  return (x * log(x + theta) + (((theta - 0.5) * log1p(x / theta) - x) + correction)) - shifted;
}

/// psi(x), the derivative of log Gamma, for x > 0; -inf at 0, NaN below. Error below 2e-15 of
/// max(|result|, 1).
[[nodiscard]] inline double digamma(double x) noexcept {
  if (!(x > 0)) {
    return x == 0 ? -std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::quiet_NaN();
  }
  double shifted = 0;
  for (; x < stirling_start; x += 1) shifted += 1 / x;
  const double u = 1 / x;
  const double z = u * u;
  return (log(x) - (0.5 * u + z * difference(digamma_series, z, z).value)) - shifted;
}

/// psi'(x), the derivative of digamma, for x > 0; infinite at 0, NaN below. Relative error 1e-15.
[[nodiscard]] inline double trigamma(double x) noexcept {
  if (!(x > 0)) {
    return x == 0 ? std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::quiet_NaN();
  }
  double shifted = 0;
  for (; x < stirling_start; x += 1) shifted += 1 / (x * x);
  const double u = 1 / x;
  const double z = u * u;
  return shifted + u * (1 + 0.5 * u + z * difference(trigamma_series, z, z).value);
}

/// psi(x + theta) - psi(theta) >= 0. Same domain as `log_gamma_ratio`; relative error 2e-15.
[[nodiscard]] inline double digamma_difference(double x, double theta) noexcept {
  double sum = 0;
  if (x <= 8 && x == std::floor(x)) {
    for (double i = x - 1; i >= 0; i -= 1) sum += 1 / (theta + i);
    return sum;
  }
  for (; theta < stirling_start; theta += 1) sum += x / (theta * (x + theta));
  const double u = 1 / theta;
  const double v = 1 / (x + theta);
  const auto series = difference(digamma_series, v * v, u * u);
  return sum + (log1p(x * u) + x * u * v * (0.5 + (u + v) * (series.value + u * u * series.slope)));
}

/// psi'(x + theta) - psi'(theta) <= 0. Same domain as `log_gamma_ratio`; relative error 2e-15.
[[nodiscard]] inline double trigamma_difference(double x, double theta) noexcept {
  double sum = 0;
  if (x <= 8 && x == std::floor(x)) {
    for (double i = x - 1; i >= 0; i -= 1) sum -= 1 / ((theta + i) * (theta + i));
    return sum;
  }
  for (; theta < stirling_start; theta += 1) {
    const double u = 1 / theta;
    const double v = 1 / (x + theta);
    sum -= x * u * v * (u + v);
  }
  const double u = 1 / theta;
  const double v = 1 / (x + theta);
  const auto series = difference(trigamma_series, v * v, u * u);
  return sum - x * u * v *
                   (1 + 0.5 * (u + v) + v * v * series.value +
                    u * (u + v) * (series.value + u * u * series.slope));
}

}  // namespace harmonium::inline v0_2::math

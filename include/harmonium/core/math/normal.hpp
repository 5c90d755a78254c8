// SPDX-License-Identifier: MIT
/// @file
/// The standard normal distribution: density, cumulative distribution function and its inverse, as
/// fixed sequences of IEEE operations (see elementary.hpp). Double only.
#pragma once

#include <cmath>
#include <limits>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/polynomial.hpp"

namespace harmonium::math {

/// Density of the standard normal distribution.
[[nodiscard]] inline double normal_density(double x) noexcept {
  constexpr double one_over_root_two_pi = 0.39894228040143267794;
  return one_over_root_two_pi * exp(-0.5 * x * x);
}

/// P(Z > x) for x >= 0, given e = exp(-x^2 / 2). Relative error 1e-13.
/// @see Hart et al. (1968), Computer Approximations, function 5666; a continued fraction beyond 7.
[[nodiscard]] inline double normal_upper_tail(double x, double e) noexcept {
  if (x < 7.07106781186547) {
    return e *
           horner(x, 220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383,
                  6.37396220353165, 0.700383064443688, 0.0352624965998911) /
           horner(x, 440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
                  86.7807322029461, 16.064177579207, 1.75566716318264, 0.0883883476483184);
  }
  double fraction = x + 0.65;
  for (int k = 4; k >= 1; --k) fraction = x + k / fraction;
  return e / (fraction * 2.506628274631000502);
}

/// P(Z <= x). Error 1e-15; below 0 also 1e-13 relative.
[[nodiscard]] inline double normal_cdf(double x) noexcept {
  const double tail = normal_upper_tail(std::abs(x), exp(-0.5 * x * x));
  return x > 0 ? 1 - tail : tail;
}

struct mean_and_variance {
  double mean, variance;
};

/// Mean and variance of a standard normal number known to lie between `a` and `b`. Error 1e-10, or
/// less where the interval has a probability above 1e-6; narrow intervals count as uniform.
/// @param a, b finite, a <= b
[[nodiscard]] inline mean_and_variance truncated_normal(double a, double b) noexcept {
  const double width = b - a;
  if (width < 1e-4) return {a + 0.5 * width, width * width / 12};
  if (a > 0) {
    const auto mirrored = truncated_normal(-b, -a);
    return {-mirrored.mean, mirrored.variance};
  }
  constexpr double one_over_root_two_pi = 0.39894228040143267794;
  const double ea = exp(-0.5 * a * a), eb = exp(-0.5 * b * b);
  const double below_a = normal_upper_tail(-a, ea);
  const double tail_b = normal_upper_tail(std::abs(b), eb);
  const double probability = (b > 0 ? 1 - tail_b : tail_b) - below_a;
  if (!(probability > 1e-300)) return {b, 0};  // far out, all the mass is at the near end
  const double density = one_over_root_two_pi / probability;
  const double mean = density * (ea - eb);
  const double variance = 1 + density * (a * ea - b * eb) - mean * mean;
  return {mean < a ? a : (mean > b ? b : mean), variance > 0 ? variance : 0};
}

/// The x with P(Z <= x) = p: -infinity at 0, infinity at 1, NaN outside. Relative error 1e-15.
/// @see Wichura (1988), Algorithm AS 241: the percentage points of the normal distribution, Applied
///      Statistics 37 (PPND16).
[[nodiscard]] inline double normal_quantile(double p) noexcept {
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           horner(r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                  1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                  3.3430575583588128105e4, 2.5090809287301226727e3) /
           horner(r, 1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
                  2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
                  5.2264952788528545610e3);
  }
  const double tail = q < 0 ? p : 1 - p;
  if (!(tail > 0)) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    return tail == 0 ? (q < 0 ? -infinity : infinity) : std::numeric_limits<double>::quiet_NaN();
  }
  const double root = std::sqrt(-log(tail));
  double magnitude;
  if (root <= 5) {
    const double r = root - 1.6;
    magnitude =
        horner(r, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
               3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
               2.27238449892691845833e-2, 7.74545014278341407640e-4) /
        horner(r, 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0,
               6.89767334985100004550e-1, 1.48103976427480074590e-1, 1.51986665636164571966e-2,
               5.47593808499534494600e-4, 1.05075007164441684324e-9);
  } else {
    const double r = root - 5;
    magnitude =
        horner(r, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
               2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
               2.71155556874348757815e-5, 2.01033439929228813265e-7) /
        horner(r, 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
               1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
               1.42151175831644588870e-7, 2.04426310338993978564e-15);
  }
  return q < 0 ? -magnitude : magnitude;
}

}  // namespace harmonium::math

// SPDX-License-Identifier: MIT
/// @file
/// The standard normal distribution: cumulative distribution function, its inverse and the moments
/// of a part, as fixed sequences of IEEE operations (see elementary.hpp). Double only.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/polynomial.hpp"

namespace harmonium::inline v0_2::math {

/// Mills' ratio P(Z > x) / density(x) for finite x >= 0. Relative error 1e-15.
/// @see Hart et al. (1968), Computer Approximations, function 5666, below 0.66; Cody (1969),
///      Rational Chebyshev approximations for the error function, Mathematics of Computation 23.
[[nodiscard]] inline double mills_ratio(double x) noexcept {
  constexpr double root_half = 0.70710678118654752440, root_half_pi = 1.25331413731550025121,
                   root_two_pi = 2.50662827463100050242;
  if (x < 0.66)
    return root_two_pi *
           horner(x, 220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383,
                  6.37396220353165, 0.700383064443688, 0.0352624965998911) /
           horner(x, 440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
                  86.7807322029461, 16.064177579207, 1.75566716318264, 0.0883883476483184);
  const double y = root_half * x;
  if (y < 4)
    return root_half_pi *
           horner(y, 1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3,
                  8.81952221241769090e2, 2.98635138197400131e2, 6.61191906371416295e1,
                  8.88314979438837594e0, 5.64188496988670089e-1, 2.15311535474403846e-8) /
           horner(y, 1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3,
                  3.29079923573345963e3, 1.62138957456669019e3, 5.37181101862009858e2,
                  1.17693950891312499e2, 1.57449261107098347e1, 1.0);
  constexpr double one_over_root_pi = 0.56418958354775628695;
  const double z = 1 / (y * y);
  const double rest =
      z *
      horner(z, 6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1,
             3.60344899949804439e-1, 3.05326634961232344e-1, 1.63153871373020978e-2) /
      horner(z, 2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1,
             1.87295284992346725e0, 2.56852019228982242e0, 1.0);
  return root_half_pi * (one_over_root_pi - rest) / y;
}

/// P(Z <= x). Error 1e-15; below 0 also 1e-13 relative, down to -37.
[[nodiscard]] inline double normal_cdf(double x) noexcept {
  constexpr double one_over_root_two_pi = 0.39894228040143267794;
  const double tail = one_over_root_two_pi * exp(-0.5 * x * x) * mills_ratio(std::abs(x));
  return x > 0 ? 1 - tail : tail;
}

/// Of a distribution of real numbers.
struct mean_and_variance {
  double mean, variance;  ///< in the distribution's own unit, and its square
};

/// Mean and variance of a standard normal number known to lie between `a` and `b`. For ends up to
/// 50 the mean is right to 5e-11 and the variance to 1e-11, also where the interval is far out or
/// narrow.
/// @param a, b finite, a <= b
[[nodiscard]] inline mean_and_variance truncated_normal(double a, double b) noexcept {
  if (a + b < 0) {
    const auto mirrored = truncated_normal(-b, -a);
    return {-mirrored.mean, mirrored.variance};
  }
  const double half = 0.5 * (b - a), centre = a + half;
  const double tilt = centre * half;
  if (half < 0.005 && tilt < 0.25) {
    // Nearly uniform: series in the slope and the curvature of the log-density.
    const double square = half * half, t = tilt * tilt;
    return {centre - half * tilt * (horner(t, 1.0 / 3, -1.0 / 45, 2.0 / 945) - square * (2.0 / 45)),
            square * (horner(t, 1.0 / 3, -1.0 / 15, 2.0 / 189) - square * (2.0 / 45))};
  }
  // Everything over the density at the end that is nearer to 0, so that nothing underflows.
  const double near = std::abs(a);
  const double ratio = exp(-0.5 * (b - near) * (b + near));
  const double upper = mills_ratio(b) * ratio;
  double probability = mills_ratio(near) - upper;
  if (a < 0) {
    constexpr double root_two_pi = 2.50662827463100050242;
    probability = root_two_pi * exp(0.5 * a * a) - mills_ratio(near) - upper;
  }
  const double mean = (1 - ratio) / probability;
  const double variance = 1 + (a - b * ratio) / probability - mean * mean;
  return {std::clamp(mean, a, b), std::max(variance, 0.0)};
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

}  // namespace harmonium::inline v0_2::math

// SPDX-License-Identifier: MIT
/// @file
/// Moments of parts of the standard normal distribution in packs (core/wide_packs.hpp), by the
/// formulas of core/math/normal.hpp.
#pragma once

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/polynomial.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2::packs {

/// `math::mills_ratio` lane by lane, for 0 <= x < infinity: all three approximations, of which each
/// lane takes its own.
template <int Lanes>
[[gnu::always_inline]] inline pack<double, Lanes> mills_ratio(const pack<double, Lanes>& x) {
  using P = pack<double, Lanes>;
  using math::horner;
  const P near = P(2.50662827463100050242) *
                 horner(x, 220.206867912376, 221.213596169931, 112.079291497871, 33.912866078383,
                        6.37396220353165, 0.700383064443688, 0.0352624965998911) /
                 horner(x, 440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
                        86.7807322029461, 16.064177579207, 1.75566716318264, 0.0883883476483184);
  const P y = P(0.70710678118654752440) * x;
  const P middle = P(1.25331413731550025121) *
                   horner(y, 1.23033935479799725e3, 2.05107837782607147e3, 1.71204761263407058e3,
                          8.81952221241769090e2, 2.98635138197400131e2, 6.61191906371416295e1,
                          8.88314979438837594e0, 5.64188496988670089e-1, 2.15311535474403846e-8) /
                   horner(y, 1.23033935480374942e3, 3.43936767414372164e3, 4.36261909014324716e3,
                          3.29079923573345963e3, 1.62138957456669019e3, 5.37181101862009858e2,
                          1.17693950891312499e2, 1.57449261107098347e1, 1.0);
  const P safe = larger(y, P(1.0));
  const P z = P(1.0) / (safe * safe);
  const P rest = z *
                 horner(z, 6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1,
                        3.60344899949804439e-1, 3.05326634961232344e-1, 1.63153871373020978e-2) /
                 horner(z, 2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1,
                        1.87295284992346725e0, 2.56852019228982242e0, 1.0);
  const P far = P(1.25331413731550025121) * (P(0.56418958354775628695) - rest) / safe;
  // Beyond y = 4 the middle formula's terms may overflow; that lane is not taken.
  return select(x < P(0.66), near, select(y < P(4.0), middle, far));
}

/// Mean and variance of `Lanes` distributions.
template <int Lanes>
struct normal_moments {
  pack<double, Lanes> mean, variance;  ///< lane by lane
};

/// `math::truncated_normal` lane by lane: mean and variance of a standard normal number between `a`
/// and `b`, finite, a <= b.
template <int Lanes>
[[gnu::always_inline]] inline normal_moments<Lanes> truncated_normal(
    const pack<double, Lanes>& from, const pack<double, Lanes>& to) {
  using P = pack<double, Lanes>;
  using math::horner;
  const P none(0.0), one(1.0), half_of(0.5);
  const auto mirrored = (from + to) < none;
  const P a = select(mirrored, -to, from), b = select(mirrored, -from, to);
  const P half = half_of * (b - a), centre = a + half;
  const P tilt = centre * half;
  // Nearly uniform: series in the slope and the curvature of the log-density.
  const P square = half * half, t = tilt * tilt;
  const P narrow_mean =
      centre - half * tilt * (horner(t, 1.0 / 3, -1.0 / 45, 2.0 / 945) - square * P(2.0 / 45));
  const P narrow_variance =
      square * (horner(t, 1.0 / 3, -1.0 / 15, 2.0 / 189) - square * P(2.0 / 45));
  // Everything over the density at the end that is nearer to 0, so that nothing underflows.
  const P near = larger(a, -a);
  const P ratio = math::exp(-half_of * (b - near) * (b + near));
  const P upper = mills_ratio(b) * ratio, lower = mills_ratio(near);
  const P across = P(2.50662827463100050242) * math::exp(half_of * a * a) - lower - upper;
  const P probability = select(a < none, across, lower - upper);
  const P mean = (one - ratio) / probability;
  const P variance = one + (a - b * ratio) / probability - mean * mean;
  const P held = select(mean < a, a, select(mean > b, b, mean));
  const auto wide_or_steep = select(half < P(0.005), none, one) + select(tilt < P(0.25), none, one);
  const auto narrow = wide_or_steep < half_of;
  const P result = select(narrow, narrow_mean, held);
  return {select(mirrored, -result, result),
          select(narrow, narrow_variance, larger(variance, none))};
}

}  // namespace harmonium::inline v0_2::packs

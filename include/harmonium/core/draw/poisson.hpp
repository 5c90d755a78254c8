// SPDX-License-Identifier: MIT
/// @file
/// Poisson counts of every rate up to 1e15.
#pragma once

#include <cmath>
#include <cstdint>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/saddle_point.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// Largest rate `poisson` takes: its counts, and their distance to the rate, are exact in double.
inline constexpr double largest_poisson_rate = 1e15;

/// Poisson by sequential inversion: adds up probabilities until they exceed one uniform number.
/// Cost: about `rate` steps. @param rate in [0, 10]; not checked.
template <bit_source Engine>
std::int64_t poisson_inversion(double rate, Engine& rng) {
  double left = uniform(rng);
  double probability = math::exp(-rate);
  std::int64_t count = 0;
  // Beyond the smallest probability, what is left of the uniform number is rounding.
  while (left > probability && probability > 1e-18) {
    left -= probability;
    ++count;
    probability *= rate / static_cast<double>(count);
  }
  return count;
}

/// The transformed rejection method for large rates: a table-mountain hat over the distribution.
/// @see Hormann (1993), The transformed rejection method for generating Poisson random variables,
///      Insurance: Mathematics and Economics 12 (algorithm PTRS).
struct poisson_rejection {
  /// log P(count | rate) in saddle-point form: the textbook form loses every digit at large rates.
  static double log_mass(double count, double rate) {
    if (count == 0) return -rate;
    constexpr double half_log_two_pi = 0.91893853320467274178;
    return -math::deviance_part(count, rate) - math::stirling_error(count) -
           0.5 * math::log(count) - half_log_two_pi;
  }

  /// @param rate at least 10.
  template <bit_source Engine>
  static std::int64_t draw(double rate, Engine& rng) {
    const double b = 0.931 + 2.53 * std::sqrt(rate);
    const double a = -0.059 + 0.02483 * b;
    const double log_inverse_alpha = math::log(1.1239 + 1.1328 / (b - 3.4));
    const double v_r = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const double u = uniform(rng) - 0.5;
      const double v = uniform(rng);
      const double us = 0.5 - std::abs(u);
      const double count = std::floor((2 * a / us + b) * u + rate + 0.43);
      if (us >= 0.07 && v <= v_r) return static_cast<std::int64_t>(count);
      if (count < 0 || (us < 0.013 && v > us)) continue;
      const double height = math::log(v) + log_inverse_alpha - math::log(a / (us * us) + b);
      if (height <= log_mass(count, rate)) return static_cast<std::int64_t>(count);
    }
  }
};

/// Poisson count with the given mean.
/// @throws std::domain_error unless 0 <= rate <= 1e15.
template <bit_source Engine>
std::int64_t poisson(double rate, Engine& rng) {
  require_domain(rate >= 0 && rate <= largest_poisson_rate, "poisson", "rate", rate,
                 "in [0, 1e15]");
  if (rate == 0) return 0;
  return rate < 10 ? poisson_inversion(rate, rng) : poisson_rejection::draw(rate, rng);
}

}  // namespace harmonium::inline v0_2::draw

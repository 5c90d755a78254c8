// SPDX-License-Identifier: MIT
/// @file
/// Negative binomial counts by mean and inverse dispersion.
#pragma once

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// From here on a negative binomial is a Poisson count, to the last bit.
inline constexpr double poisson_like_theta = 1e100;

/// Negative binomial as a Poisson count whose rate is gamma with shape `theta`: for any parameters.
/// Parameters are not checked.
/// @throws std::overflow_error if the rate drawn exceeds `largest_poisson_rate`.
template <bit_source Engine>
std::int64_t negative_binomial_mixture(double mean, double theta, Engine& rng) {
  // Gamma numbers that underflow are those whose rate is as good as 0.
  const double rate = theta < poisson_like_theta ? mean * (gamma(theta, rng) / theta) : mean;
  if (rate > largest_poisson_rate) {
    throw std::overflow_error("negative_binomial: a rate above 1e15 was drawn for mean " +
                              std::to_string(mean) + ", theta " + std::to_string(theta));
  }
  return poisson(rate, rng);
}

/// Goes on with an inversion in which `left` of a uniform number remains after the counts below
/// `count`, whose own probability is given; `q` = mean / (mean + theta).
[[nodiscard]] inline std::int64_t invert_negative_binomial(double left, double probability,
                                                           std::int64_t count, double q,
                                                           double theta) {
  // Beyond the smallest probability, what is left of the uniform number is rounding.
  while (left > probability && probability > 1e-18) {
    left -= probability;
    const auto x = static_cast<double>(count++);
    probability *= q * (theta + x) / (x + 1);
  }
  return count;
}

/// Negative binomial by sequential inversion of one uniform number. Cost: about `mean` steps, so
/// that the mostly small counts of single cells cost one logarithm and one exponential.
/// Parameters are not checked: `mean` at most 30, mean / theta at most 1000, theta finite.
template <bit_source Engine>
std::int64_t negative_binomial_inversion(double mean, double theta, Engine& rng) {
  const double zero = math::exp(-theta * math::log1p(mean / theta));
  return invert_negative_binomial(uniform(rng), zero, 0, mean / (mean + theta), theta);
}

/// Whether a mean and an inverse dispersion suit `negative_binomial_inversion`.
[[nodiscard]] inline bool suits_inversion(double mean, double theta) noexcept {
  return mean <= 30 && mean <= 1000 * theta && theta < poisson_like_theta;
}

/// Negative binomial count with the given mean and variance mean + mean^2 / theta.
/// @param mean  >= 0, finite; 0 gives 0.
/// @param theta inverse dispersion, > 0; infinity gives a Poisson count.
/// @throws std::domain_error for other parameters, std::overflow_error for counts about 1e15.
template <bit_source Engine>
std::int64_t negative_binomial(double mean, double theta, Engine& rng) {
  require_domain(mean >= 0 && mean < std::numeric_limits<double>::infinity(), "negative_binomial",
                 "mean", mean, ">= 0 and finite");
  require_domain(theta > 0, "negative_binomial", "theta", theta, "positive");
  if (mean == 0) return 0;
  return suits_inversion(mean, theta) ? negative_binomial_inversion(mean, theta, rng)
                                      : negative_binomial_mixture(mean, theta, rng);
}

}  // namespace harmonium::inline v0_2::draw

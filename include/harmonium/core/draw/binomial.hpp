// SPDX-License-Identifier: MIT
/// @file
/// Binomial counts, and counts thinned by them.
#pragma once

#include <cstdint>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// How many of `trials` succeed, each with probability `p`. Many trials are halved by drawing the
/// middle one of as many uniform numbers (a beta number): about log2(trials) gamma numbers.
/// @throws std::domain_error unless trials >= 0 and 0 <= p <= 1.
/// @see Devroye (1986), Non-uniform random variate generation, X.4.3.
template <bit_source Engine>
std::int64_t binomial(std::int64_t trials, double p, Engine& rng) {
  require_domain(trials >= 0, "binomial", "trials", static_cast<double>(trials), ">= 0");
  require_domain(p >= 0 && p <= 1, "binomial", "p", p, "in [0, 1]");
  std::int64_t successes = 0;
  while (trials > 32 && p > 0 && p < 1) {
    const std::int64_t middle = (trials + 1) / 2;
    const double below = gamma(static_cast<double>(middle), rng);
    const double above = gamma(static_cast<double>(trials + 1 - middle), rng);
    const double at = below / (below + above);  // the middle one in ascending order
    if (at <= p) {
      successes += middle;
      trials -= middle;
      p = (p - at) / (1 - at);
    } else {
      trials = middle - 1;
      p = p / at;
    }
    if (p > 1) p = 1;
  }
  if (p >= 1) return successes + trials;
  if (p <= 0) return successes;
  for (std::int64_t k = 0; k < trials; ++k) successes += uniform(rng) < p ? 1 : 0;
  return successes;
}

}  // namespace harmonium::inline v0_2::draw

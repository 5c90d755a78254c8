// SPDX-License-Identifier: MIT
/// @file
/// Coin tosses.
#pragma once

#include <cmath>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::draw {

/// True with probability `p`, to within 2^-53; never for p = 0, always for p = 1.
/// @throws std::domain_error unless 0 <= p <= 1.
template <bit_source Engine>
bool bernoulli(double p, Engine& rng) {
  require_domain(p >= 0 && p <= 1, "bernoulli", "p", p, "in [0, 1]");
  return uniform(rng) < p;
}

/// True with probability 1 / (1 + exp(-eta)); `eta` may be infinite.
/// @throws std::domain_error if `eta` is not a number.
template <bit_source Engine>
bool bernoulli_logit(double eta, Engine& rng) {
  require_domain(!std::isnan(eta), "bernoulli_logit", "eta", eta, "a number");
  return uniform(rng) * (1 + math::exp(-eta)) < 1;
}

}  // namespace harmonium::draw

// SPDX-License-Identifier: MIT
/// @file
/// A Bernoulli machine like an Ising spin glass: 12 visible and 12 hidden units, couplings of one
/// size and random signs, biases that make up and down of every unit alike. Many modes of nearly
/// the same mass, none of them satisfying all couplings.
#pragma once

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "samplers/targets/target.hpp"

namespace targets {

inline auto frustrated() {
  using machine = hm::dbm<hm::bernoulli, hm::bernoulli>;
  machine model(hm::bernoulli(12), hm::bernoulli(12));
  hm::random_engine rng(3);
  // Spins of -1 and 1 with coupling J are units of 0 and 1 with weight 4 J and biases -2 sum J.
  for (hm::index m = 0; m < 12; ++m)
    for (hm::index k = 0; k < 12; ++k) {
      const double coupling = hm::draw::uniform(rng) < 0.5 ? -0.45 : 0.45;
      model.weights(0)(m, k) = 4 * coupling;
      model.bias(0)[static_cast<std::size_t>(m)] -= 2 * coupling;
      model.bias(1)[static_cast<std::size_t>(k)] -= 2 * coupling;
    }
  return enumerated("frustrated", model);
}

}  // namespace targets

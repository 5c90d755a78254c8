// SPDX-License-Identifier: MIT
/// @file
/// Normal numbers.
#pragma once

#include <cmath>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// Standard normal, by the polar method. The second number of each pair is thrown away, so that
/// nothing but the engine carries state from call to call.
/// @see Marsaglia & Bray (1964), A convenient method for generating normal variables, SIAM
/// Review 6.
template <bit_source Engine>
double normal(Engine& rng) {
  for (;;) {
    const double x = 2 * uniform(rng) - 1;
    const double y = 2 * uniform(rng) - 1;
    const double square = x * x + y * y;
    if (square < 1 && square > 0) return x * std::sqrt(-2 * math::log(square) / square);
  }
}

/// Normal with the given mean and standard deviation (>= 0; not checked).
template <bit_source Engine>
double normal(double mean, double deviation, Engine& rng) {
  return mean + deviation * normal(rng);
}

}  // namespace harmonium::inline v0_2::draw

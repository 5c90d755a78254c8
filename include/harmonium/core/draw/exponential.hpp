// SPDX-License-Identifier: MIT
/// @file
/// Exponential numbers.
#pragma once

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// Exponential with mean 1, by inversion: in (1e-16, 36.8), the span of 2^52 cells of (0, 1).
template <bit_source Engine>
double exponential(Engine& rng) {
  return -math::log(uniform(rng));
}

}  // namespace harmonium::inline v0_2::draw

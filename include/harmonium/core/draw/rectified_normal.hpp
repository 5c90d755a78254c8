// SPDX-License-Identifier: MIT
/// @file
/// Normal numbers known to be positive.
#pragma once

#include <cmath>

#include "harmonium/core/draw/exponential.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// Normal with mean z and variance 1, given that it is not below 0, exactly: from the normal
/// distribution where at least a third of it is positive, else from an exponential distribution,
/// with at least 0.76 of the proposals accepted.
/// @param z finite
/// @see Robert (1995), Simulation of truncated normal variables, Statistics and Computing 5.
template <bit_source Engine>
double rectified_normal(double z, Engine& rng) {
  if (z > -0.45) {
    for (;;) {
      const double x = z + normal(rng);
      if (x >= 0) return x;
    }
  }
  const double t = -z, root = std::sqrt(t * t + 4);
  const double rate = 0.5 * (t + root), gap = 2 / (t + root);  // gap = rate - t
  for (;;) {
    const double x = exponential(rng) / rate;
    const double off = x - gap;
    if (uniform(rng) < math::exp(-0.5 * off * off)) return x;
  }
}

}  // namespace harmonium::inline v0_2::draw

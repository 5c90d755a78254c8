// SPDX-License-Identifier: MIT
/// @file
/// Gamma numbers of every shape, plain and as logarithms.
#pragma once

#include <cmath>
#include <limits>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/exponential.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// The method of Marsaglia and Tsang for shapes >= 1: the variate is d (1 + t)^3 with t a scaled,
/// thinned normal.
/// @see Marsaglia & Tsang (2000), A simple method for generating gamma variables, ACM TOMS 26(3).
struct marsaglia_tsang {
  double d;  ///< shape less a third

  explicit marsaglia_tsang(double shape) : d(shape - 1.0 / 3.0) {}

  template <bit_source Engine>
  double operator()(Engine& rng) const {
    const double scale = 1 / std::sqrt(9 * d);
    for (;;) {
      const double x = normal(rng);
      const double t = scale * x;
      if (t <= -1) continue;
      const double u = uniform(rng);
      const double square = x * x;
      if (u < 1 - 0.0331 * square * square) return t;
      // x^2 / 2 + d (1 - v + log v), v = (1 + t)^3, arranged so that nothing large cancels.
      const double excess = 3 * d * (math::log1p(t) - t * (1 - t * (0.5 - t / 3)));
      if (math::log(u) < excess) return t;
    }
  }
};

/// Logarithm of a gamma number of the given shape and scale 1; finite where the number itself would
/// underflow (shapes below about 0.05).
/// @throws std::domain_error unless 0 < shape < infinity.
template <bit_source Engine>
double log_gamma_variate(double shape, Engine& rng) {
  require_domain(shape > 0 && shape < std::numeric_limits<double>::infinity(), "log_gamma_variate",
                 "shape", shape, "positive and finite");
  // For shape < 1, gamma(shape) = gamma(shape + 1) u^(1 / shape).
  const marsaglia_tsang thinned(shape < 1 ? shape + 1 : shape);
  const double t = thinned(rng);
  const double logarithm = math::log(thinned.d) + 3 * math::log1p(t);
  if (shape >= 1) return logarithm;
  const double wait = exponential(rng);
  return logarithm - wait / shape;
}

/// Gamma number of the given shape and scale 1: mean and variance are `shape`. Small shapes put
/// much of their mass below the smallest double: those numbers come out as 0 (see
/// `log_gamma_variate`).
/// @throws std::domain_error unless 0 < shape < infinity.
template <bit_source Engine>
double gamma(double shape, Engine& rng) {
  require_domain(shape > 0 && shape < std::numeric_limits<double>::infinity(), "gamma", "shape",
                 shape, "positive and finite");
  const marsaglia_tsang thinned(shape < 1 ? shape + 1 : shape);
  const double root = 1 + thinned(rng);
  const double variate = thinned.d * (root * root * root);
  if (shape >= 1) return variate;
  const double wait = exponential(rng);
  return variate * math::exp(-wait / shape);
}

}  // namespace harmonium::inline v0_2::draw

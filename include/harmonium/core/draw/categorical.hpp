// SPDX-License-Identifier: MIT
/// @file
/// One of several classes by weights, and systematic sampling of many.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// Sum of weights in order, in double.
/// @throws std::domain_error unless all weights are >= 0 and the sum is positive and finite.
template <std::floating_point Scalar>
double total_weight(std::span<const Scalar> weights, const char* function) {
  double total = 0;
  for (const double weight : weights) {
    require_domain(weight >= 0, function, "every weight", weight, ">= 0");
    total += weight;
  }
  require_domain(total > 0 && total < std::numeric_limits<double>::infinity(), function,
                 "the sum of weights", total, "positive and finite");
  return total;
}

/// Position of one weight, with probability proportional to it. One draw, linear scan.
/// @param weights >= 0, not all zero; need not sum to one.
/// @throws std::domain_error for other weights, also for none.
template <std::floating_point Scalar, bit_source Engine>
index categorical(std::span<const Scalar> weights, Engine& rng) {
  const double target = total_weight(weights, "categorical") * uniform(rng);
  double sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] > 0)) continue;
    last = i;
    sum += static_cast<double>(weights[i]);
    if (sum > target) break;
  }
  return static_cast<index>(last);
}

/// Position of one class, with probability proportional to the exponential of its log weight, which
/// may be of any size. One draw, two exponentials per class.
/// @param log_weights -infinity marks an impossible class.
/// @throws std::domain_error if no class is possible, or a log weight is NaN or +infinity.
template <std::floating_point Scalar, bit_source Engine>
index categorical_log(std::span<const Scalar> log_weights, Engine& rng) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  double largest = -infinity;
  for (const double weight : log_weights) {
    require_domain(weight < infinity, "categorical_log", "every log weight", weight,
                   "a number below infinity");
    largest = std::max(largest, weight);
  }
  require_domain(largest > -infinity, "categorical_log", "the largest log weight", largest,
                 "finite");
  double total = 0;
  for (const double weight : log_weights) total += math::exp(weight - largest);
  const double target = total * uniform(rng);
  double sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < log_weights.size(); ++i) {
    const double weight = math::exp(static_cast<double>(log_weights[i]) - largest);
    if (!(weight > 0)) continue;
    last = i;
    sum += weight;
    if (sum > target) break;
  }
  return static_cast<index>(last);
}

/// How often each class comes in `n` equally spaced points with one random offset: each count is
/// within 1 of n weight / total, averages to it, and the counts sum to `n`. One draw.
/// @param[out] counts as many as weights
/// @throws std::domain_error for weights as in `categorical`; std::invalid_argument if n < 0.
template <std::floating_point Scalar, bit_source Engine>
void systematic(std::span<const Scalar> weights, index n, std::span<index> counts, Engine& rng) {
  require(n >= 0, "systematic", "n must not be negative");
  const double total = total_weight(weights, "systematic");
  const double offset = uniform(rng);
  double sum = 0;
  index before = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    sum += static_cast<double>(weights[i]);
    // Points offset + k, k = 0 .. n - 1, below the end of this class; all of them where sum =
    // total.
    const double points = std::ceil(static_cast<double>(n) * (sum / total) - offset);
    const index until = std::clamp(static_cast<index>(points), index{0}, n);
    counts[i] = until - before;
    before = until;
  }
}
template <std::floating_point Scalar, bit_source Engine>
std::vector<index> systematic(std::span<const Scalar> weights, index n, Engine& rng) {
  std::vector<index> counts(weights.size());
  systematic(weights, n, std::span<index>(counts), rng);
  return counts;
}

}  // namespace harmonium::inline v0_2::draw

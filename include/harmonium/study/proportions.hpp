// SPDX-License-Identifier: MIT
/// @file
/// How frequent cell types are, and how well a pilot knows it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `estimate_proportions`.
struct proportion_options {
  double prior = 0.5;  ///< Dirichlet's parameter of every type: 0.5 is Jeffreys', 1 is flat
  index draws = 1000;  ///< from the posterior
  double level = 0.9;  ///< of the intervals
};

/// What a sample of cells says about the frequencies of types: the Dirichlet posterior, as draws.
struct proportions {
  matrix<double> draws;              ///< draws x types; rows sum to 1
  std::vector<double> mean;          ///< of each type: (count + prior) / (cells + types * prior)
  std::vector<double> lower, upper;  ///< ends of the equal-tailed intervals
};

/// The posterior of types' frequencies after `counts` cells of each. It knows of sampling only: not
/// of donors, nor of cells that one type loses more of than another.
/// @param counts cells of each type, >= 0; at least one type
/// @param rng    moves on by one word
/// @throws std::invalid_argument for other counts, or options out of range.
[[nodiscard]] inline proportions estimate_proportions(std::span<const index> counts,
                                                      const proportion_options& options,
                                                      random_engine& rng) {
  require(!counts.empty(), "estimate_proportions", "there are no types");
  require(options.prior > 0, "estimate_proportions", "the prior must be positive");
  require(options.draws >= 1, "estimate_proportions",
          "draws must be at least 1, got " + std::to_string(options.draws));
  require(options.level > 0 && options.level < 1, "estimate_proportions",
          "level must be between 0 and 1, got " + std::to_string(options.level));
  const auto types = static_cast<index>(counts.size());
  std::vector<double> shapes;
  double total = 0;
  for (const index count : counts) {
    require(count >= 0, "estimate_proportions", "counts must not be negative");
    shapes.push_back(static_cast<double>(count) + options.prior);
    total += shapes.back();
  }
  proportions found{matrix<double>(options.draws, types), {}, {}, {}};
  const random_streams streams(rng);
  for (index d = 0; d < options.draws; ++d) {
    random_engine own = streams[static_cast<std::uint64_t>(d)];
    double largest = 0, sum = 0;
    // In logarithms: gamma numbers of a small shape may all be too small for a double.
    for (index k = 0; k < types; ++k) {
      found.draws(d, k) = draw::log_gamma_variate(shapes[static_cast<std::size_t>(k)], own);
      largest = k == 0 ? found.draws(d, k) : std::max(largest, found.draws(d, k));
    }
    for (index k = 0; k < types; ++k) {
      found.draws(d, k) = math::exp(found.draws(d, k) - largest);
      sum += found.draws(d, k);
    }
    for (index k = 0; k < types; ++k) found.draws(d, k) /= sum;
  }
  std::vector<double> sorted(static_cast<std::size_t>(options.draws));
  for (index k = 0; k < types; ++k) {
    found.mean.push_back(shapes[static_cast<std::size_t>(k)] / total);
    for (index d = 0; d < options.draws; ++d)
      sorted[static_cast<std::size_t>(d)] = found.draws(d, k);
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double p) {
      return quantile_of_order(options.draws, p,
                               [&](index rank) { return sorted[static_cast<std::size_t>(rank)]; });
    };
    found.lower.push_back(at((1 - options.level) / 2));
    found.upper.push_back(at((1 + options.level) / 2));
  }
  return found;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Temperatures of annealing, placed where the distributions change.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/likelihood/importance_weights.hpp"
#include "harmonium/samplers/collapsed.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `annealing_ladder`.
struct annealing_ladder_options {
  index particles = 64;  ///< states that are annealed together to find the temperatures
  double share = 0.995;  ///< of the particles that a step leaves effective, below 1; nearer to 1:
                         ///< more temperatures (about in proportion to 1 / sqrt(1 - share))
  index sweeps = 1;      ///< at each temperature
  index most = 20000;    ///< temperatures; a ladder that needs more ends with one step to 1
};

/// Effective share of weighted particles after a step: (sum W w)^2 / sum W w^2 with W the
/// normalised weights so far and w = exp(step x tilt) (conditional effective sample size over the
/// number of particles; Zhou, Johansen and Aston 2016, "Toward automatic model comparison", JCGS
/// 25, Eq. 14). In (0, 1]: 1 if the step changes no weight relative to another.
/// @param log_weights of the particles so far, in any scale; @param tilts as many
inline double conditional_effective_share(std::span<const double> log_weights,
                                          std::span<const double> tilts, double step) {
  double top = -std::numeric_limits<double>::infinity(), high = top;
  for (std::size_t k = 0; k < tilts.size(); ++k) {
    high = std::max(high, log_weights[k]);
    top = std::max(top, step * tilts[k]);
  }
  double total = 0, first = 0, second = 0;
  for (std::size_t k = 0; k < tilts.size(); ++k) {
    const double weight = math::exp(log_weights[k] - high), w = math::exp(step * tilts[k] - top);
    total += weight;
    first += weight * w;
    second += weight * w * w;
  }
  return first * first / (total * second);
}

/// Inverse temperatures from 0 to 1 such that every step leaves the same share of particles
/// effective: many where the distribution changes fast, few elsewhere. Particles go from the
/// reference to the model as in a sequential Monte Carlo sampler, and are resampled
/// (systematically) when less than half of them is effective. Use the ladder with fresh runs: those
/// do not know it, so their log Z is as if it had been given.
/// Cost: particles x temperatures found sweeps.
/// @param reference natural parameters of every hidden layer (entry 0 is not used)
/// @param rng moves on by one word; the result does not depend on the executor
/// @throws std::invalid_argument for options out of range.
template <executor Executor, collapsible Model>
std::vector<double> annealing_ladder(const Executor& run, const Model& model,
                                     const typename Model::state_type& reference,
                                     const annealing_ladder_options& options, random_engine& rng) {
  require(options.particles >= 2, "annealing_ladder", "particles must be at least 2");
  require(options.share > 0 && options.share < 1, "annealing_ladder", "share must be in (0, 1)");
  require(options.sweeps >= 1, "annealing_ladder", "sweeps must be at least 1");
  require(options.most >= 1, "annealing_ladder", "most must be at least 1");
  const auto count = static_cast<std::size_t>(options.particles);
  const random_streams streams(rng);
  random_engine resampling = streams[count];
  std::vector<collapsed_chain<Model>> chains(count, collapsed_chain<Model>(model, reference));
  std::vector<random_engine> engines;
  for (std::size_t k = 0; k < count; ++k) {
    engines.push_back(streams[k]);
    chains[k].start(engines[k]);
  }
  std::vector<double> log_weights(count, 0.0), tilts(count), ladder{0.0};
  while (ladder.back() < 1) {
    for (std::size_t k = 0; k < count; ++k) tilts[k] = chains[k].tilt();
    // The share falls with the step: bisection, unless the rest of the way is short enough.
    double low = 0, high = 1 - ladder.back();
    const auto keeps = [&](double step) {
      return conditional_effective_share(log_weights, tilts, step) >= options.share;
    };
    if (std::ssize(ladder) >= options.most || keeps(high)) {
      ladder.push_back(1);
      break;
    }
    for (int halving = 0; halving < 40; ++halving)
      (keeps((low + high) / 2) ? low : high) = (low + high) / 2;
    const double step = std::max(low, 1e-9);
    ladder.push_back(std::min(1.0, ladder.back() + step));
    for (std::size_t k = 0; k < count; ++k) log_weights[k] += step * tilts[k];
    const auto all = summarise_weights(log_weights);
    if (all.effective_number < static_cast<double>(count) / 2) {
      std::vector<typename Model::state_type> kept;
      double sum = 0, next = draw::uniform(resampling);
      for (std::size_t k = 0; k < count; ++k) {
        sum += math::exp(log_weights[k] - all.log_mean);
        for (; next < sum && kept.size() < count; ++next) kept.push_back(chains[k].state());
      }
      while (kept.size() < count) kept.push_back(chains.back().state());  // rounding alone
      for (std::size_t k = 0; k < count; ++k) chains[k].set_state(kept[k]);
      std::fill(log_weights.begin(), log_weights.end(), 0.0);
    }
    for_each_range(run, options.particles, 1, [&](index begin, index end) {
      for (index k = begin; k < end; ++k) {
        auto& chain = chains[static_cast<std::size_t>(k)];
        chain.set_inverse_temperature(ladder.back());
        for (index s = 0; s < options.sweeps; ++s)
          chain.sweep(engines[static_cast<std::size_t>(k)]);
      }
    });
  }
  return ladder;
}

}  // namespace harmonium::inline v0_2

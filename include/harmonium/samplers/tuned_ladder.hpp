// SPDX-License-Identifier: MIT
/// @file
/// Inverse temperatures of parallel tempering, found by running it.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
#include "harmonium/samplers/tempered_chain.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `tuned_ladder`.
struct ladder_tuning_options {
  index temperatures = 12;  ///< at least 2; about twice the barrier is best
  index stages = 5;         ///< each has a ladder of its own and twice the rounds of the one before
  index rounds = 32;        ///< sweeps and swaps of the first stage
};

/// A ladder and how well it works.
struct ladder_tuning {
  std::vector<double> ladder;     ///< from 1 down to 0
  std::vector<double> rejection;  ///< of each pair, as seen on the ladder of the last stage
  double barrier;                 ///< their sum
  index round_trips;              ///< in the last stage
  index rounds;                   ///< of the last stage
};

/// A ladder from the model down to the reference distribution of which all pairs of neighbours are
/// rejected about equally often: stages of parallel tempering, each on the ladder that the rates of
/// the one before call for (`equal_rejection_ladder`). At beta = 0 every sweep is a fresh draw from
/// the reference. Cost: temperatures x rounds (2^stages - 1) sweeps.
/// @param prototype a collapsed chain with the reference distribution that beta = 0 stands for
/// @param rng moves on by one word
/// @param between called after every round, and may throw to stop
/// @throws std::invalid_argument for options out of range.
template <collapsible Model, class Between>
ladder_tuning tuned_ladder(const collapsed_chain<Model>& prototype,
                           const ladder_tuning_options& options, random_engine& rng,
                           const Between& between) {
  require(options.temperatures >= 2, "tuned_ladder", "temperatures must be at least 2");
  require(options.stages >= 1 && options.rounds >= 2, "tuned_ladder",
          "at least one stage of two rounds is needed");
  const auto count = static_cast<std::size_t>(options.temperatures);
  ladder_tuning out{std::vector<double>(count), {}, 0, 0, options.rounds};
  for (std::size_t i = 0; i < count; ++i) {
    const double left = static_cast<double>(count - 1 - i) / static_cast<double>(count - 1);
    out.ladder[i] = left * left;
  }
  const random_streams streams(rng);
  random_engine engine = streams[0];
  tempered_chain<Model> chain(prototype, out.ladder);
  chain.start(engine);
  for (index stage = 0; stage < options.stages; ++stage) {
    out.rounds = options.rounds << stage;
    for (index t = 0; t < out.rounds; ++t) {
      chain.sweep(engine);
      between();
    }
    out.rejection.clear();
    for (std::size_t i = 0; i + 1 < count; ++i) out.rejection.push_back(chain.rejection(i));
    out.barrier = chain.barrier();
    out.round_trips = chain.round_trips();
    out.ladder = equal_rejection_ladder(out.ladder, out.rejection, options.temperatures);
    chain.set_ladder(out.ladder);
  }
  return out;
}

/// The same without a look between rounds.
template <collapsible Model>
ladder_tuning tuned_ladder(const collapsed_chain<Model>& prototype,
                           const ladder_tuning_options& options, random_engine& rng) {
  return tuned_ladder(prototype, options, rng, [] {});
}

/// The same with all hidden states equally probable at beta = 0.
template <collapsible Model>
ladder_tuning tuned_ladder(const Model& model, const ladder_tuning_options& options,
                           random_engine& rng) {
  return tuned_ladder(collapsed_chain<Model>(model), options, rng);
}

}  // namespace harmonium::inline v0_2

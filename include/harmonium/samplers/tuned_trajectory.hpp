// SPDX-License-Identifier: MIT
/// @file
/// Rungs of trajectory tempering, placed where the models change.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/model_path.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
#include "harmonium/samplers/trajectory_chain.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `tuned_trajectory`.
struct trajectory_tuning_options {
  index rungs = 16;   ///< at least 2; about twice the barrier is best
  index stages = 4;   ///< each has rungs of its own and twice the rounds of the one before
  index rounds = 32;  ///< sweeps and swaps of the first stage
};

/// Rungs and how well they work.
template <class Model>
struct trajectory_tuning {
  std::vector<Model> rungs;       ///< from the path's last model down to its first
  std::vector<double> places;     ///< of the rungs on the path, from 1 down to 0
  std::vector<double> rejection;  ///< of each pair, as seen in the last stage
  double barrier;                 ///< their sum
  index round_trips;              ///< in the last stage
  index rounds;                   ///< of the last stage
};

/// Rungs between which swaps are rejected about equally often, found in stages of trajectory
/// tempering: see `equal_rejection_ladder`. Cost: rungs x rounds (2^stages - 1) sweeps.
/// @param path from a model without weights to the one that is to be sampled
/// @param rng  moves on by one word
/// @throws std::invalid_argument for options out of range.
template <class Chain, layered_model Model>
requires hidden_chain<Chain, Model>
[[nodiscard]] trajectory_tuning<Model> tuned_trajectory(const model_path<Model>& path,
                                                        const trajectory_tuning_options& options,
                                                        random_engine& rng) {
  require(options.rungs >= 2, "tuned_trajectory", "rungs must be at least 2");
  require(options.stages >= 1 && options.rounds >= 2, "tuned_trajectory",
          "at least one stage of two rounds is needed");
  const auto count = static_cast<std::size_t>(options.rungs);
  trajectory_tuning<Model> out{{}, std::vector<double>(count), {}, 0, 0, options.rounds};
  for (std::size_t i = 0; i < count; ++i)
    out.places[i] = static_cast<double>(count - 1 - i) / static_cast<double>(count - 1);
  const auto set_rungs = [&] {
    out.rungs.clear();
    for (const double place : out.places) out.rungs.push_back(path.at(place));
  };
  set_rungs();
  const random_streams streams(rng);
  random_engine engine = streams[0];
  for (index stage = 0; stage < options.stages; ++stage) {
    out.rounds = options.rounds << stage;
    trajectory_chain<Model, Chain> chain(std::span<const Model>(out.rungs));
    chain.start(engine);
    for (index t = 0; t < out.rounds; ++t) chain.sweep(engine);
    out.rejection.clear();
    for (std::size_t i = 0; i + 1 < count; ++i)
      out.rejection.push_back(chain.exchange().rejection(i));
    out.barrier = chain.exchange().barrier();
    out.round_trips = chain.exchange().round_trips();
    out.places = equal_rejection_ladder(out.places, out.rejection, options.rungs);
    set_rungs();
  }
  return out;
}

/// The same with collapsed chains.
template <layered_model Model>
requires collapsible<Model>
[[nodiscard]] trajectory_tuning<Model> tuned_trajectory(const model_path<Model>& path,
                                                        const trajectory_tuning_options& options,
                                                        random_engine& rng) {
  return tuned_trajectory<collapsed_chain<Model>>(path, options, rng);
}

}  // namespace harmonium::inline v0_2

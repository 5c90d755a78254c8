// SPDX-License-Identifier: MIT
/// @file
/// log Z from both sides: annealing from the reference to the model bounds it from below, annealing
/// back from states of the model from above.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/likelihood/annealed.hpp"
#include "harmonium/likelihood/annealing_ladder.hpp"
#include "harmonium/likelihood/log_partition_sides.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/tempered_chain.hpp"
#include "harmonium/samplers/tuned_ladder.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `bracket_log_partition`.
struct bracket_options {
  index runs = 96;                          ///< each way; a multiple of `chains`
  annealing_ladder_options annealing = {};  ///< how the temperatures are placed
  ladder_tuning_options tempering = {};     ///< of the chains that give the reverse runs' starts
  index chains = 8;                         ///< independent tempered chains
  index burn_in = 200;                      ///< rounds of sweeps and swaps before the first start
  index spacing = 20;                       ///< rounds from one start to the next
};

/// From given states of the model, such as exact draws, or the particles of sampled EM.
/// @param reference natural parameters of every hidden layer (entry 0 is not used), see
///        `mean_field_reference`
/// @param starts one reverse run each, and as many runs the other way
/// @param group consecutive starts that depend on each other
/// @param rng moves on by three words; the result does not depend on the executor
template <executor Executor, collapsible Model>
log_partition_sides bracket_log_partition(const Executor& run, const Model& model,
                                          const typename Model::state_type& reference,
                                          std::span<const typename Model::state_type> starts,
                                          index group, const annealing_ladder_options& options,
                                          random_engine& rng) {
  annealed_options annealing{.runs = std::ssize(starts), .sweeps = options.sweeps};
  annealing.ladder = annealing_ladder(run, model, reference, options, rng);
  const auto up = annealed_log_partition(run, model, reference, annealing, rng);
  const auto down =
      reverse_annealed_log_partition(run, model, reference, starts, group, annealing, rng);
  return {.lower = up.log_partition,
          .upper = down.log_partition,
          .lower_error = up.standard_error,
          .upper_error = down.standard_error,
          .lower_effective_runs = up.effective_sample_size,
          .upper_effective_runs = down.effective_sample_size,
          .runs = std::ssize(starts),
          .temperatures = std::ssize(annealing.ladder) - 1};
}

/// From states of independent tempered chains on a ladder of equal rejection between the same
/// reference and the model. The upper side is as good as these chains: look at their round trips.
/// Cost in sweeps: particles x temperatures to place them, 2 x runs x temperatures to anneal, and
/// chains x tempering temperatures x (burn_in + spacing x runs / chains) for the starts.
/// @throws std::invalid_argument for options out of range.
template <executor Executor, collapsible Model>
log_partition_sides bracket_log_partition(const Executor& run, const Model& model,
                                          const typename Model::state_type& reference,
                                          const bracket_options& options, random_engine& rng) {
  require(
      options.chains >= 1 && options.runs >= options.chains && options.runs % options.chains == 0,
      "bracket_log_partition", "runs must be a multiple of chains");
  require(options.burn_in >= 0 && options.spacing >= 1, "bracket_log_partition",
          "burn_in must not be negative, spacing at least 1");
  const collapsed_chain<Model> prototype(model, reference);
  // Blocks are short, so that who watches the executor may stop it soon.
  const auto tuned = tuned_ladder(prototype, options.tempering, rng, [&] { look_up(run); });
  const index group = options.runs / options.chains;
  std::vector<typename Model::state_type> starts(static_cast<std::size_t>(options.runs),
                                                 model.make_state());
  std::vector<index> trips(static_cast<std::size_t>(options.chains));
  const random_streams streams(rng);
  const auto count = static_cast<std::size_t>(options.chains);
  std::vector<tempered_chain<Model>> chains(count, tempered_chain<Model>(prototype, tuned.ladder));
  std::vector<random_engine> engines;
  for (std::size_t c = 0; c < count; ++c) {
    engines.push_back(streams[c]);
    chains[c].start(engines[c]);
  }
  const auto sweep_all = [&](index rounds) {
    constexpr index at_once = 20;
    for (index made = 0; made < rounds; made += at_once)
      for_each_range(run, options.chains, 1, [&](index begin, index end) {
        for (index c = begin; c < end; ++c)
          for (index t = made; t < std::min(made + at_once, rounds); ++t)
            chains[static_cast<std::size_t>(c)].sweep(engines[static_cast<std::size_t>(c)]);
      });
  };
  sweep_all(options.burn_in);
  for (index k = 0; k < group; ++k) {
    sweep_all(options.spacing);
    for (index c = 0; c < options.chains; ++c)
      starts[static_cast<std::size_t>(c * group + k)] = chains[static_cast<std::size_t>(c)].state();
  }
  for (std::size_t c = 0; c < count; ++c) trips[c] = chains[c].round_trips();
  auto out = bracket_log_partition(run, model, reference,
                                   std::span<const typename Model::state_type>(starts), group,
                                   options.annealing, rng);
  out.barrier = tuned.barrier;
  for (const index made : trips) {
    out.round_trips += static_cast<double>(made) / static_cast<double>(options.chains);
    out.chains_came_round = out.chains_came_round && made > 0;
  }
  return out;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering of collapsed chains, with the sampler's geometric ladder and with a tuned
/// one, and of block Gibbs chains. All replicas begin at the start that is given.
#pragma once

#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
#include "harmonium/samplers/tempered_block_chains.hpp"
#include "harmonium/samplers/tempered_chain.hpp"
#include "harmonium/samplers/tuned_ladder.hpp"

namespace contenders {

struct tempered {
  static constexpr const char* name = "tempered";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start,
           harmonium::random_engine& rng, Visit&& visit) const {
    harmonium::tempered_chain<Model> chain(model, harmonium::geometric_ladder(12, 0.01));
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

/// Tuning is set-up, and counts as such.
struct tempered_tuned {
  static constexpr const char* name = "tempered-tuned";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start,
           harmonium::random_engine& rng, Visit&& visit) const {
    const auto tuned =
        harmonium::tuned_ladder(model, {.temperatures = 12, .stages = 3, .rounds = 16}, rng);
    harmonium::tempered_chain<Model> chain(model, tuned.ladder);
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

struct tempered_blocks {
  static constexpr const char* name = "tempered-blocks";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start,
           harmonium::random_engine& rng, Visit&& visit) const {
    harmonium::tempered_block_chains<Model> chains(model, harmonium::central_reference(model),
                                                   harmonium::geometric_ladder(12, 0.01), 1, rng);
    auto state = start;
    chains.start(std::span(&start, 1));
    do {
      chains.sweep(harmonium::serial_executor{});
      chains.draw_state(0, state);
    } while (visit(state));
  }
};

}  // namespace contenders

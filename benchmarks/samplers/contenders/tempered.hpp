// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering of collapsed chains, with the sampler's geometric ladder and with a tuned
/// one. All replicas begin at the start that is given.
#pragma once

#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
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

}  // namespace contenders

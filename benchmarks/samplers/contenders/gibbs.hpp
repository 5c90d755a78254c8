// SPDX-License-Identifier: MIT
/// @file
/// Block Gibbs through the visible layer, with the tables of counts that models which keep their
/// parameters can have.
#pragma once

#include <memory>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/gibbs.hpp"

namespace contenders {

struct gibbs {
  static constexpr const char* name = "gibbs";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start,
           harmonium::random_engine& rng, Visit&& visit) const {
    harmonium::gibbs_chain<Model> chain(
        model, std::make_shared<const harmonium::visible_draws<Model>>(model));
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

}  // namespace contenders

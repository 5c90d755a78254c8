// SPDX-License-Identifier: MIT
/// @file
/// Single sites of h_1, the visible layer summed out.
#pragma once

#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"

namespace contenders {

struct collapsed {
  static constexpr const char* name = "collapsed";
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start,
           harmonium::random_engine& rng, Visit&& visit) const {
    harmonium::collapsed_chain<Model> chain(model);
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

}  // namespace contenders

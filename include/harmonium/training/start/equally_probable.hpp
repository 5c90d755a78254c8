// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Lists of hidden states that are a sample of a model, in place of all states.
#pragma once

#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/states/enumerated_states.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// Weighs the states of a list such that they are equally probable.
template <class Model>
void weigh_equally(hidden_enumeration<Model>& list) {
  vector<double> weights(list.states());
  for (index s = 0; s < weights.size(); ++s)
    weights[s] = -(static_cast<double>(list.hidden_term(s)) + list.visible_terms()[s]);
  list.set_log_weights(weights);
}

/// States in place of all, each weighted by what makes them equally probable under `model`, of
/// which they are a sample.
template <executor Executor, class Model>
hidden_enumeration<Model> equally_probable(const Executor& run, const Model& model,
                                           matrix<typename Model::scalar> states) {
  hidden_enumeration<Model> list(run, model,
                                 enumerated_states<typename Model::scalar>(std::move(states)));
  weigh_equally(list);
  return list;
}

/// Share of the states that are effective when they are weighted by how a model differs from the
/// one they are a sample of: (sum w)^2 / (n sum w^2).
/// @param list follows `model`
template <executor Executor, class Model>
double effective_share(const Executor& run, const Model& model, hidden_enumeration<Model>& list) {
  list.set_model(run, model);
  double squares = 0;
  for (index s = 0; s < list.states(); ++s) {
    const auto p = static_cast<double>(list.probability(s));
    squares += p * p;
  }
  return 1 / squares / static_cast<double>(list.states());
}

}  // namespace harmonium::inline v0_2

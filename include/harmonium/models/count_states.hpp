// SPDX-License-Identifier: MIT
/// @file
/// What a harmonium with enumerable hidden states is to someone who wants cells from it: weights
/// and, given the state, independent negative binomials. A categorical group, a Boltzmann machine
/// whose first hidden layer is enumerated and clusters given by a person all come down to this.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// Negative binomials by hidden state, and the state of every pilot cell.
struct count_states {
  vector<double> weights;   ///< length states, >= 0, not all zero
  matrix<double> mean;      ///< states x genes, > 0; of a cell of size 1
  matrix<double> theta;     ///< states x genes, inverse dispersions > 0
  std::vector<index> cell;  ///< state of every pilot cell; of joined fits (`join_fits`), of all
                            ///< cells in the first of them, then of all in the next
  vector<double> sizes;     ///< size factors of the same

  [[nodiscard]] index states() const noexcept { return mean.rows(); }
  [[nodiscard]] index genes() const noexcept { return mean.cols(); }
  [[nodiscard]] index cells() const noexcept { return static_cast<index>(cell.size()); }
};

/// @throws std::invalid_argument unless all sizes fit together.
inline void check(const count_states& states, const char* function) {
  require(states.states() > 0 && states.genes() > 0, function, "there are no states or no genes");
  require(states.weights.size() == states.states() && states.theta.rows() == states.states() &&
              states.theta.cols() == states.genes() && states.sizes.size() == states.cells(),
          function, "the parts of count_states do not fit together");
  for (const index s : states.cell)
    require(s >= 0 && s < states.states(), function,
            "state " + std::to_string(s) + " of a pilot cell does not exist");
}

/// A model whose visible units have an inverse dispersion each, as negative binomial ones do: what
/// scores of counts, and so a residual correlation, are made from.
template <class M>
concept negative_binomial_model = layered_model<M> && requires(const M& model) {
  model.visible().inverse_dispersion()[index{}];
};

/// The states of a model with negative binomial visible units, with every pilot cell in its most
/// probable one. States less probable than 1e-6 that hold no pilot cell are left out.
/// Cost: cells x (non-zeros x hidden units + states x hidden units), states x genes.
/// @throws std::invalid_argument as `hidden_enumeration`.
template <executor Executor, negative_binomial_model Model, count_source Counts>
count_states states_of(const Executor& run, const Model& model,
                       const hidden_enumeration<Model>& hidden, const Counts& counts) {
  using scalar = typename Model::scalar;
  std::vector<index> best(static_cast<std::size_t>(counts.cells()));
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    for (index i = begin; i < end; ++i) {
      const auto terms = log_posterior_terms(model, hidden, counts.cell(i));
      best[static_cast<std::size_t>(i)] =
          std::max_element(terms.begin(), terms.end()) - terms.begin();
    }
  });
  std::vector<index> place(static_cast<std::size_t>(hidden.states()), -1);
  for (const index s : best) place[static_cast<std::size_t>(s)] = 0;
  std::vector<index> kept;
  for (index s = 0; s < hidden.states(); ++s) {
    const auto u = static_cast<std::size_t>(s);
    if (place[u] < 0 && !(hidden.probability(s) > scalar(1e-6))) continue;
    place[u] = static_cast<index>(kept.size());
    kept.push_back(s);
  }
  count_states states;
  const auto count = static_cast<index>(kept.size());
  states.weights.resize(count);
  states.mean.resize(count, model.size(0));
  states.theta.resize(count, model.size(0));
  const auto& theta = model.visible().inverse_dispersion();
  vector<scalar> eta(model.size(0)), mean(model.size(0));
  for (index k = 0; k < count; ++k) {
    const index s = kept[static_cast<std::size_t>(k)];
    states.weights[k] = static_cast<double>(hidden.probability(s));
    model.visible_input(hidden.state(s), as_span(eta));
    model.visible().mean(as_span(std::as_const(eta)), as_span(mean));
    for (index m = 0; m < model.size(0); ++m) {
      states.mean(k, m) = std::max(static_cast<double>(mean[m]), 1e-10);
      states.theta(k, m) = static_cast<double>(theta[m]);
    }
  }
  for (const index s : best) states.cell.push_back(place[static_cast<std::size_t>(s)]);
  states.sizes = vector<double>::Ones(counts.cells());
  return states;
}

}  // namespace harmonium::inline v0_2

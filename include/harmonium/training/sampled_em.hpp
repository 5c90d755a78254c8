// SPDX-License-Identifier: MIT
/// @file
/// Maximum likelihood by expectation-maximisation for first hidden layers too large to enumerate.
///
/// Particles, a sample of p(h_1) of the model at hand, stand for all states: log Z of a model near
/// it, and all its expectations, are importance-weighted sums over them (Geyer and Thompson 1992,
/// "Constrained Monte Carlo maximum likelihood for dependent data", JRSS B 54). The Newton M-step
/// then is the one of exact EM. It has more parameters than there are particles and may fit their
/// accidents, so that a third of them takes no part in it: a step is allowed only if it leaves
/// enough of *these* effective.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/newton_m_step.hpp"
#include "harmonium/training/particle_population.hpp"
#include "harmonium/training/posterior_statistics.hpp"

namespace harmonium::inline v0_2 {

/// A machine of one hidden layer, given which x and given x which h_1 are independent.
template <class Model>
concept one_hidden_layer = collapsible<Model> && Model::hidden_layers == 1;

/// Expected statistics of the data when every cell's E[h_1 | x] is known, of a list of `states`
/// that holds none of the cells.
/// @param[in,out] result all but `hidden`, cells x units, is overwritten
template <class Scalar, count_source Counts>
void set_statistics_of_hidden(const Counts& counts, index states,
                              posterior_statistics<Scalar>& result) {
  const double weight = 1.0 / static_cast<double>(counts.cells());
  const matrix<Scalar>& hidden = result.hidden;
  result.pairs.setZero(counts.genes(), hidden.cols() + 1);
  result.state_mass.assign(static_cast<std::size_t>(states), 0.0);
  result.hidden_means.setZero(hidden.cols());
  result.log_likelihood = 0;
  for (index i = 0; i < counts.cells(); ++i) {
    row::for_each_nonzero(counts.cell(i), [&](index m, auto value) {
      const double x = weight * static_cast<double>(value);
      result.pairs(m, 0) += x;
      for (index k = 0; k < hidden.cols(); ++k)
        result.pairs(m, k + 1) += x * static_cast<double>(hidden(i, k));
    });
    for (index k = 0; k < hidden.cols(); ++k)
      result.hidden_means[k] += static_cast<Scalar>(weight) * hidden(i, k);
  }
}
template <class Scalar, count_source Counts>
posterior_statistics<Scalar> statistics_of_hidden(const Counts& counts, matrix<Scalar> hidden,
                                                  index states) {
  posterior_statistics<Scalar> result;
  result.hidden = std::move(hidden);
  set_statistics_of_hidden(counts, states, result);
  return result;
}

/// The E-step without enumeration, exact. `log_likelihood` lacks log Z.
/// @param states length of the list that the M-step will use
/// @param[out] result overwritten
/// Cost: cells x non-zeros x hidden units.
template <executor Executor, one_hidden_layer Model, count_source Counts>
void direct_posterior(const Executor& run, const Model& model, const Counts& counts, index states,
                      posterior_statistics<typename Model::scalar>& result) {
  using scalar = typename Model::scalar;
  result.hidden.resize(counts.cells(), model.size(1));
  scratch_vector<double> evidence(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    scratch_vector<scalar> input(model.size(1));
    for (index i = begin; i < end; ++i) {
      model.first_hidden_input(counts.cell(i), as_span(input));
      const std::span<scalar> own(result.hidden.data() + i * input.size(),
                                  static_cast<std::size_t>(input.size()));
      model.template units<1>().mean(as_span(std::as_const(input)), own);
      evidence[i] = static_cast<double>(row::dot<scalar>(counts.cell(i), model.bias(0))) +
                    static_cast<double>(
                        model.template units<1>().log_partition(as_span(std::as_const(input))));
    }
  });
  set_statistics_of_hidden(counts, states, result);
  keep_inside(model.template units<1>(), 1e-3, as_span(result.hidden_means));
  for (index i = 0; i < evidence.size(); ++i)
    result.log_likelihood += evidence[i] / static_cast<double>(counts.cells());
}
template <executor Executor, one_hidden_layer Model, count_source Counts>
auto direct_posterior(const Executor& run, const Model& model, const Counts& counts, index states) {
  posterior_statistics<typename Model::scalar> result;
  direct_posterior(run, model, counts, states, result);
  return result;
}

/// Weighs the states of a list such that they are equally probable.
template <class Model>
void weigh_equally(hidden_enumeration<Model>& list) {
  scratch_vector<double> weights(list.states());
  for (index s = 0; s < weights.size(); ++s)
    weights[s] = -(static_cast<double>(list.hidden_term(s)) + list.visible_terms()[s]);
  list.set_log_weights(as_span(std::as_const(weights)));
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

struct sampled_em_options {
  index particles = 1024;        ///< more allow longer steps and come nearer; cost in proportion
  index sweeps = 1;              ///< collapsed sweeps of every particle per iteration
  double least_effective = 0.5;  ///< share of effective particles that a step must leave
  double damping = 0.1;          ///< of the information, relative; larger makes steps more careful
  index halvings = 7;            ///< of a step, before fresh particles are tried
};

/// A value; copies go on independently and alike. On the calling thread an M-step after the first
/// asks for no memory.
template <one_hidden_layer Model>
class sampled_em {
 public:
  using scalar = typename Model::scalar;

  /// @param rng moves on by one word
  /// @throws std::invalid_argument for options out of range.
  sampled_em(const sampled_em_options& options, random_engine& rng)
      : options_(options),
        population_({.particles = options.particles,
                     .sweeps = options.sweeps,
                     .least_effective = options.least_effective,
                     .bridges = 10},
                    rng) {
    require(options.particles >= 6, "sampled_em", "at least 6 particles are needed");
    require(options.damping >= 0, "sampled_em", "damping must not be negative");
    require(options.halvings >= 1, "sampled_em", "halvings must be at least 1");
  }

  /// Begins with a model without weights, whose hidden units are independent.
  void start(const Model& model) {
    population_.start([&](index, random_engine& engine) {
      auto state = model.make_state();
      vector<scalar> eta(model.size(1));
      std::copy(model.bias(1).begin(), model.bias(1).end(), eta.data());
      model.template units<1>().sample(as_span(std::as_const(eta)), as_span(state[1]), engine);
      return state;
    });
  }

  /// Length of the list that the M-step uses.
  [[nodiscard]] index states() const noexcept {
    return options_.particles - options_.particles / 3;
  }
  /// A sample of the model's hidden states.
  [[nodiscard]] const std::vector<typename Model::state_type>& particles() const noexcept {
    return population_.states();
  }

  /// One M-step for `data`, and the particles follow. The objectives are estimates, the first of
  /// them relative to an unknown constant.
  /// @param limits largest admissible visible input per gene
  /// @param cells  number of cells behind `data`
  template <executor Executor>
  exact_em_result maximise(const Executor& run, Model& model,
                           const posterior_statistics<scalar>& data, std::span<const scalar> limits,
                           index cells, exact_em_options options) {
    list_members(run, model, false, list_);
    list_members(run, model, true, guards_);
    options.rank = list_->states();
    options.damping = options_.damping / static_cast<double>(list_->states());
    options.halvings = options_.halvings;
    options.accuracy = 0.1;
    before_ = model;
    newton_.begin(model, *list_, data, limits, cells, options);
    const auto result = newton_.run(run, [&](const Model& trial) {
      return effective_share(run, trial, *guards_) >= options_.least_effective;
    });
    if (result.accepted_steps == 0) model = *before_;  // b_1 as well: the guards have not seen it
    follow(run, *before_, model, as_span(data.hidden_means));
    return result;
  }

  /// After the model was changed from `before` by others; may cut the change short.
  template <executor Executor>
  void follow(const Executor& run, const Model& before, Model& model,
              std::span<const scalar> target) {
    population_.follow(run, before, model, target);
  }

 private:
  /// Every third particle guards. Copies of one particle lie side by side, so that both kinds have
  /// the same modes.
  template <executor Executor>
  void list_members(const Executor& run, const Model& model, bool guards,
                    std::optional<hidden_enumeration<Model>>& list) {
    const auto& states = population_.states();
    const index units = states[0][1].size();
    matrix<scalar>& members = members_[guards ? 1 : 0];
    members.resize(guards ? std::ssize(states) - this->states() : this->states(), units);
    index row = 0;
    for (index p = 0; p < std::ssize(states); ++p)
      if ((p % 3 == 2) == guards)
        members.row(row++) = states[static_cast<std::size_t>(p)][1].transpose();
    if (list)
      list->set_states(run, model, members);
    else
      list.emplace(run, model, enumerated_states<scalar>(members));
    weigh_equally(*list);
  }

  sampled_em_options options_;
  particle_population<Model> population_;
  // Memory for the next M-step.
  std::array<matrix<scalar>, 2> members_;
  std::optional<hidden_enumeration<Model>> list_, guards_;
  std::optional<Model> before_;
  newton_m_step<Model> newton_;
};

/// What `states_of` and the residual correlations need: the particles, equally probable, and after
/// them every cell's most probable state, which has no weight.
template <executor Executor, one_hidden_layer Model, count_source Counts>
hidden_enumeration<Model> particle_states(const Executor& run, const Model& model,
                                          const std::vector<typename Model::state_type>& particles,
                                          const Counts& counts) {
  using scalar = typename Model::scalar;
  const auto data = direct_posterior(run, model, counts, 0);
  const index count = std::ssize(particles);
  matrix<scalar> states(count + counts.cells(), model.size(1));
  for (index p = 0; p < count; ++p)
    states.row(p) = particles[static_cast<std::size_t>(p)][1].transpose();
  for (index i = 0; i < counts.cells(); ++i)
    for (index k = 0; k < model.size(1); ++k)
      states(count + i, k) = data.hidden(i, k) > scalar(0.5) ? scalar(1) : scalar(0);
  auto list = equally_probable(run, model, std::move(states));
  vector<double> weights = list.log_weights();
  for (index i = 0; i < counts.cells(); ++i) weights[count + i] -= 700;
  list.set_log_weights(weights);
  return list;
}

}  // namespace harmonium::inline v0_2

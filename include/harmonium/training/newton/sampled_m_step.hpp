// SPDX-License-Identifier: MIT
/// @file
/// The M-step for first hidden layers too large to enumerate.
///
/// Particles, a sample of p(h_1) of the model at hand, stand for all states: log Z of a model near
/// it, and all its expectations, are importance-weighted sums over them (Geyer and Thompson 1992,
/// "Constrained Monte Carlo maximum likelihood for dependent data", JRSS B 54). The Newton M-step
/// then is the one of exact EM. It has more parameters than there are particles and may fit their
/// accidents, so that a third of them takes no part in it: a step is allowed only if it leaves
/// enough of *these* effective.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/direct_posterior.hpp"
#include "harmonium/training/negative/particle_population.hpp"
#include "harmonium/training/newton/annealed_explorers.hpp"
#include "harmonium/training/newton/newton_m_step.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/start/equally_probable.hpp"

namespace harmonium::inline v0_2 {

/// Settings of an M-step by particles.
struct sampled_m_step_options {
  index particles = 1024;        ///< more allow longer steps and come nearer; cost in proportion
  index sweeps = 1;              ///< collapsed sweeps of every particle per iteration
  double least_effective = 0.5;  ///< share of effective particles that a step must leave
  double damping = 0.1;          ///< of the information, relative; larger makes steps more careful
  index halvings = 7;            ///< of a step, before fresh particles are tried
};

/// A value; copies go on independently and alike.
template <one_hidden_layer Model>
requires collapsible<Model>
class sampled_m_step {
 public:
  using scalar = typename Model::scalar;

  /// @param rng moves on by one word
  /// @throws std::invalid_argument for options out of range.
  sampled_m_step(const sampled_m_step_options& options, random_engine& rng)
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

  /// Begins with states of a model from `draw(particle, engine)`.
  template <class Draw>
  void start_from(Draw&& draw) {
    population_.start(draw);
  }

  /// Looks for states that the particles have missed. Those found are in the lists of the M-steps
  /// to come, which take their probability away.
  /// @param means E[h_1] of the data
  /// @return nats of log Z that the particles miss
  template <executor Executor>
  double explore(const Executor& run, const Model& model, std::span<const scalar> means,
                 const explorer_options& options, random_engine& rng) {
    auto found = harmonium::explore(
        run, model, std::span<const typename Model::state_type>(population_.states()), means,
        options, rng);
    const double unseen = found.unseen;
    if (unseen > options.evidence + 2 * found.unseen_error)
      explorers_ = std::move(found);
    else
      explorers_ = {};
    return unseen;
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
  /// @param weight of all rows behind `data`
  template <executor Executor>
  m_step_result maximise(const Executor& run, Model& model,
                         const posterior_statistics<scalar>& data, std::span<const scalar> limits,
                         double weight, newton_options options) {
    auto list = with_explorers(run, model, equally_probable(run, model, members(false)));
    auto guards = equally_probable(run, model, members(true));
    options.rank = list.states();
    options.damping = options_.damping / static_cast<double>(list.states());
    options.halvings = options_.halvings;
    options.accuracy = 0.1;
    const Model before = model;
    const auto of_list = as_of(list, data);
    newton_m_step<Model> newton(model, list, of_list, limits, weight, options);
    const auto result = newton.run(run, [&](const Model& trial) {
      return effective_share(run, trial, guards) >= options_.least_effective;
    });
    if (result.accepted_steps == 0) model = before;  // b_1 as well: the guards have not seen it
    follow(run, before, model, as_span(data.hidden_means));
    return result;
  }

  /// The last M-step: of biases alone, over all particles, to convergence, so that the model's
  /// means are the data's. The particles are resampled to it and not moved any more, since a sample
  /// of fresh ones has the means only up to its own noise.
  template <executor Executor>
  void finish(const Executor& run, Model& model, const posterior_statistics<scalar>& data,
              std::span<const scalar> limits, double weight, newton_options options,
              random_engine& rng) {
    auto list = equally_probable(run, model, everybody());
    options.biases_only = true;
    options.steps = 20;
    options.rank = list.states();
    options.damping = options_.damping / static_cast<double>(list.states());
    const auto of_list = as_of(list, data);
    newton_m_step<Model> newton(model, list, of_list, limits, weight, options);
    (void)newton.run(run, [](const Model&) { return true; });
    list.set_model(run, model);
    std::vector<double> weights;
    for (index s = 0; s < list.states(); ++s)
      weights.push_back(static_cast<double>(list.probability(s)));
    population_.resample(weights, rng);
  }

  /// After the model was changed from `before` by others; may cut the change short.
  template <executor Executor>
  void follow(const Executor& run, const Model& before, Model& model,
              std::span<const scalar> target) {
    population_.follow(run, before, model, target);
  }

 private:
  /// The list, and the explorers after it: Z is then the sum of what both say. A state that both
  /// know has twice its mass.
  template <executor Executor>
  [[nodiscard]] hidden_enumeration<Model> with_explorers(const Executor& run, const Model& model,
                                                         hidden_enumeration<Model> list) const {
    const index known = list.states(), found = std::ssize(explorers_.states);
    if (found == 0) return list;
    matrix<scalar> states(known + found, model.size(1));
    states.topRows(known) = members(false);
    for (index e = 0; e < found; ++e)
      states.row(known + e) = explorers_.states[static_cast<std::size_t>(e)][1].transpose();
    hidden_enumeration<Model> both(run, model, enumerated_states<scalar>(std::move(states)));
    vector<double> weights(known + found);
    const double each = explorers_.log_partition - math::log(static_cast<double>(known));
    for (index s = 0; s < known; ++s) weights[s] = list.log_weights()[s] + each;
    for (index e = 0; e < found; ++e) {
      const auto u = static_cast<std::size_t>(e);
      weights[known + e] = explorers_.log_weights[u] - explorers_.log_hidden[u] -
                           math::log(static_cast<double>(found));
    }
    both.set_log_weights(weights);
    return both;
  }

  /// The statistics, of a list that holds none of the rows' states.
  [[nodiscard]] static posterior_statistics<scalar> as_of(const hidden_enumeration<Model>& list,
                                                          posterior_statistics<scalar> data) {
    data.state_mass.assign(static_cast<std::size_t>(list.states()), 0.0);
    return data;
  }

  [[nodiscard]] matrix<scalar> everybody() const {
    const auto& states = population_.states();
    matrix<scalar> all(std::ssize(states), states[0][1].size());
    for (index p = 0; p < all.rows(); ++p)
      all.row(p) = states[static_cast<std::size_t>(p)][1].transpose();
    return all;
  }

  /// Every third particle guards. Copies of one particle lie side by side, so that both kinds have
  /// the same modes.
  [[nodiscard]] matrix<scalar> members(bool guards) const {
    const auto& states = population_.states();
    matrix<scalar> chosen(guards ? std::ssize(states) - this->states() : this->states(),
                          states[0][1].size());
    index row = 0;
    for (index p = 0; p < std::ssize(states); ++p)
      if ((p % 3 == 2) == guards)
        chosen.row(row++) = states[static_cast<std::size_t>(p)][1].transpose();
    return chosen;
  }

  sampled_m_step_options options_;
  particle_population<Model> population_;
  annealed_explorers<Model> explorers_;
};

}  // namespace harmonium::inline v0_2

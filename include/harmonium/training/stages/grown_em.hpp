// SPDX-License-Identifier: MIT
/// @file
/// Large hidden layers from small ones: exact where it can be, by particles from there on.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/contrastive/epoch_monitor.hpp"
#include "harmonium/training/direct_posterior.hpp"
#include "harmonium/training/newton/sampled_m_step.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// One hidden layer of units that are sites by themselves, such as Bernoulli or spin ones, of any
/// number: a machine of fewer units can be grown into one of more.
template <class Model>
concept growable = one_hidden_layer<Model> && exactly_trainable<Model> &&
    std::constructible_from<units_of<Model, 1>, index>;

template <class State>
class grown_em_progress;

/// The stage; starts anew, whatever the weights are. The first `units` hidden units are trained by
/// exact EM; the others join with small weights, so that the machine at that moment is the exact
/// one and its particles are exact draws of it, and all are trained on by particles as in
/// `sampled_em`. What large layers learn from scratch by particles is worse than what few units
/// learn exactly (docs/training.md).
struct grown_em {
  index units = 8;             ///< that are trained exactly; fewer in layers of no more than that
  exact_em first = {};         ///< how
  double spread = 0.02;        ///< standard deviation of the joining weights, as d log mean
  double share_of_room = 0.1;  ///< most of what the visible inputs may rise by that the joining
                               ///< weights take; see `admissible_sum`
  index iterations = 16;       ///< by particles; at least 1 to run at all
  index explore_every = 4;     ///< iterations between searches for modes that no particle is in
  explorer_options explorers = {};       ///< how they are looked for
  admissible_sum constraint = {};        ///< limits of the visible units' inputs
  sampled_m_step_options sampling = {};  ///< particles
  newton_options newton = {};            ///< see `sampled_em`

  template <growable Model, row_source Data>
  [[nodiscard]] bool suits(const run_state<Model, Data>& at) const {
    return iterations > 0 && at.model.size(1) > 1;
  }
  template <growable Model, row_source Data>
  [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return grown_em_progress<run_state<Model, Data>>(*this, at);
  }
};

/// The stage at work.
template <class State>
class grown_em_progress {
  using model_type = typename State::model_type;
  using scalar = typename State::scalar;

 public:
  grown_em_progress(const grown_em& stage, const State& at) : stage_(stage) {
    require(stage.units >= 1, "grown_em", "units must be at least 1");
    require(stage.spread > 0, "grown_em", "spread must be positive");
    require(stage.share_of_room > 0 && stage.share_of_room <= 1, "grown_em",
            "share_of_room must be in (0, 1]");
    require(stage.iterations >= 0 && stage.explore_every >= 0, "grown_em",
            "iterations and explore_every must not be negative");
    stage_.constraint = stage.constraint.prepared(at.largest);
  }

  [[nodiscard]] bool done() const noexcept { return grown_ && iteration_ >= stage_.iterations; }
  [[nodiscard]] std::string name() const {
    return grown_ ? "sampled maximum likelihood" : "exact maximum likelihood";
  }
  [[nodiscard]] index planned() const noexcept {
    return grown_ ? stage_.iterations : stage_.first.iterations;
  }

  template <executor Executor>
  training_record epoch(const Executor& run, State& at) {
    if (!grown_) {
      if (!small_) begin(at);
      training_record line = exact_->epoch(run, *small_);
      if (exact_->done()) grow(run, at);
      return line;
    }
    iterate(run, at);
    ++iteration_;
    training_record line{name(), iteration_, {}};
    line.figures.push_back(
        {"reconstruction_error", reconstruction_error(run, at.model, at.training, data_.hidden)});
    add_weight_norms(at.model, line);
    line.figures.push_back({"unseen_nats", unseen_});
    if (done()) m_step_.reset();
    return line;
  }

 private:
  void begin(State& at) {
    small_.emplace(at);
    model_type fewer(at.model.visible(),
                     units_of<model_type, 1>(std::min(stage_.units, at.model.size(1) - 1)));
    small_->model = std::move(fewer);
    exact_.emplace(stage_.first, *small_);
  }

  /// What a unit adds to an input at the most.
  [[nodiscard]] static scalar largest_input(scalar weight) {
    using units = units_of<model_type, 1>;
    return std::max(static_cast<scalar>(units::lowest_state) * weight,
                    static_cast<scalar>(units::highest_state) * weight);
  }

  /// The small machine's units first, then those that join.
  template <executor Executor>
  void grow(const Executor& run, State& at) {
    const model_type& small = small_->model;
    const hidden_enumeration<model_type> states(run, small, stage_.first.max_states);
    const index genes = small.size(0), few = small.size(1), all = at.model.size(1);
    model_type large(small.visible(), at.model.template units<1>());
    std::copy(small.bias(0).begin(), small.bias(0).end(), large.bias(0).begin());
    std::copy(small.bias(1).begin(), small.bias(1).end(), large.bias(1).begin());
    vector<scalar> scale(genes);
    log_mean_scale(small.visible(), as_span(std::as_const(at.means)), as_span(scale));
    vector<scalar> limits(genes);
    stage_.constraint.write_limits(large, as_span(limits));
    for (index m = 0; m < genes; ++m) {
      // What the input may still rise by when all units of the small machine raise it.
      scalar room = limits[m] - large.bias(0)[static_cast<std::size_t>(m)], raised(0);
      for (index k = 0; k < few; ++k) {
        large.weights(0)(m, k) = small.weights(0)(m, k);
        room -= largest_input(large.weights(0)(m, k));
      }
      for (index k = few; k < all; ++k) {
        large.weights(0)(m, k) =
            static_cast<scalar>(stage_.spread * draw::normal(at.root)) * scale[m];
        raised += largest_input(large.weights(0)(m, k));
      }
      const scalar most = static_cast<scalar>(stage_.share_of_room) * std::max(room, scalar(0));
      if (raised > most) large.weights(0).row(m).rightCols(all - few) *= most / raised;
    }
    const model_type before = [&] {
      model_type same = large;
      same.weights(0).rightCols(all - few).setZero();
      return same;
    }();
    at.model = std::move(large);
    stage_.constraint.apply(run, at.model);
    at.refit = small_->refit;
    m_step_.emplace(stage_.sampling, at.root);
    std::vector<double> probability(static_cast<std::size_t>(states.states()));
    for (index s = 0; s < states.states(); ++s)
      probability[static_cast<std::size_t>(s)] = static_cast<double>(states.probability(s));
    m_step_->start_from([&](index, random_engine& engine) {
      auto state = at.model.make_state();
      vector<scalar> eta = vector<scalar>::Zero(all);
      at.model.template units<1>().sample(as_span(std::as_const(eta)), as_span(state[1]), engine);
      const index s = draw::categorical(std::span<const double>(probability), engine);
      small.template units<1>().write_state(
          s, std::span<scalar>(state[1].data(), static_cast<std::size_t>(few)));
      return state;
    });
    data_ = direct_posterior(run, at.model, at.training, m_step_->states());
    m_step_->follow(run, before, at.model, as_span(std::as_const(data_.hidden_means)));
    data_ = direct_posterior(run, at.model, at.training, m_step_->states());
    small_.reset();
    exact_.reset();
    grown_ = true;
    at.particles = m_step_->particles();
  }

  template <executor Executor>
  void iterate(const Executor& run, State& at) {
    const index left = stage_.iterations - iteration_ - 1;
    newton_options options = stage_.newton;
    options.biases_only = left < stage_.iterations / 5;
    options.steps = options.biases_only ? 3 : 1;
    vector<scalar> limits(at.model.size(0));
    stage_.constraint.write_limits(at.model, as_span(limits));
    if (stage_.explore_every > 0 && iteration_ % stage_.explore_every == 0)
      unseen_ = m_step_->explore(run, at.model, as_span(std::as_const(data_.hidden_means)),
                                 stage_.explorers, at.root);
    m_step_->maximise(run, at.model, data_, as_span(std::as_const(limits)),
                      total_weight(at.training), options);
    data_ = direct_posterior(run, at.model, at.training, m_step_->states());
    if (left == 0) {
      m_step_->finish(run, at.model, data_, as_span(std::as_const(limits)),
                      total_weight(at.training), options, at.root);
      data_ = direct_posterior(run, at.model, at.training, m_step_->states());
    }
    at.particles = m_step_->particles();
  }

  grown_em stage_;
  std::optional<State> small_;
  std::optional<exact_em_progress<State>> exact_;
  std::optional<sampled_m_step<model_type>> m_step_;
  posterior_statistics<scalar> data_;
  double unseen_ = 0;
  index iteration_ = 0;
  bool grown_ = false;
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Maximum likelihood by expectation-maximisation for one hidden layer too large to enumerate.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/epoch_monitor.hpp"
#include "harmonium/training/direct_posterior.hpp"
#include "harmonium/training/newton/sampled_m_step.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/start/starting_states.hpp"
#include "harmonium/training/start/without_weights.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

template <class State>
class sampled_em_progress;

/// The stage; starts anew, whatever the weights are. The first quarter of the iterations keeps the
/// states that principal components suggest; then the visible units' own parameters are refitted
/// now and then; the last fifth moves biases only, after which the model's column means are near
/// the data's. Leaves its particles to the trainer. The likelihood is not known.
struct sampled_em {
  index iterations = 32;  ///< in all; at least 1 to run at all
  index refit_every = 4;  ///< iterations between refits of the visible units' own parameters, if
                          ///< they have any; 0: never
  admissible_sum constraint = {};        ///< limits of the visible units' inputs
  sampled_m_step_options sampling = {};  ///< particles
  newton_options newton = {};            ///< `rank`, `damping`, `halvings` and `accuracy` are
                                         ///< those of the sampling

  template <class Model, row_source Data>
  requires one_hidden_layer<Model> && collapsible<Model>
  [[nodiscard]] bool suits(const run_state<Model, Data>&) const noexcept { return iterations > 0; }
  template <class Model, row_source Data>
  requires one_hidden_layer<Model> && collapsible<Model>
  [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return sampled_em_progress<run_state<Model, Data>>(*this, at);
  }
};

/// The stage at work.
template <class State>
class sampled_em_progress {
  using model_type = typename State::model_type;
  using scalar = typename State::scalar;

  struct sampled_state {
    sampled_m_step<model_type> m_step;
    posterior_statistics<scalar> data;
  };

 public:
  sampled_em_progress(const sampled_em& stage, const State& at) : stage_(stage) {
    require(stage.iterations >= 0, "sampled_em", "iterations must not be negative");
    stage_.constraint = stage.constraint.prepared(at.largest);
  }

  [[nodiscard]] bool done() const noexcept { return iteration_ >= stage_.iterations; }
  [[nodiscard]] std::string name() const { return "sampled maximum likelihood"; }
  [[nodiscard]] index planned() const noexcept { return stage_.iterations; }

  template <executor Executor>
  training_record epoch(const Executor& run, State& at) {
    if (!now_) begin(run, at);
    iterate(run, at);
    ++iteration_;
    training_record line{name(), iteration_, {}};
    line.figures.push_back({"reconstruction_error",
                            reconstruction_error(run, at.model, at.training, now_->data.hidden)});
    add_weight_norms(at.model, line);
    if (done()) now_.reset();
    return line;
  }

 private:
  template <executor Executor>
  void iterate(const Executor& run, State& at) {
    const index left = stage_.iterations - iteration_ - 1;
    newton_options options = stage_.newton;
    options.biases_only = left < stage_.iterations / 5;
    options.steps = options.biases_only ? 3 : 1;
    vector<scalar> limits(at.model.size(0));
    stage_.constraint.write_limits(at.model, as_span(limits));
    auto& [m_step, data] = *now_;
    m_step.maximise(run, at.model, data, as_span(std::as_const(limits)), total_weight(at.training),
                    options);
    if (iteration_ >= stage_.iterations / 4) {
      data = direct_posterior(run, at.model, at.training, m_step.states());
      const bool due = stage_.refit_every > 0 && decltype(at.refit)::acts &&
                       iteration_ % stage_.refit_every == stage_.refit_every - 1;
      if (due && left > stage_.iterations / 4) {
        const model_type before = at.model;
        stage_.constraint.write_limits(at.model, as_span(limits));
        at.refit.update(run, at.model, at.training, data.hidden, as_span(std::as_const(limits)));
        stage_.constraint.apply(run, at.model);
        m_step.follow(run, before, at.model, as_span(std::as_const(data.hidden_means)));
        data = direct_posterior(run, at.model, at.training, m_step.states());
      }
    }
    if (left > 0) return;
    m_step.finish(run, at.model, data, as_span(std::as_const(limits)), total_weight(at.training),
                  options, at.root);
    data = direct_posterior(run, at.model, at.training, m_step.states());
    at.particles = m_step.particles();
  }

  /// Independent columns and hidden units; the rows' hidden states by random projections of their
  /// principal components.
  template <executor Executor>
  void begin(const Executor& run, State& at) {
    const matrix<double> scores = starting_scores(run, at.model.visible(), at.training);
    vector<scalar> limits(at.model.size(0));
    stage_.constraint.write_limits(at.model, as_span(limits));
    start_without_weights(run, at, as_span(std::as_const(limits)), stage_.refit_every > 0);
    stage_.constraint.apply(run, at.model);
    std::vector<double> weights;
    for (index i = 0; i < row_count(at.training); ++i)
      weights.push_back(row_weight(at.training, i));
    sampled_m_step<model_type> m_step(stage_.sampling, at.root);
    const auto& units = at.model.template units<1>();
    auto data = statistics_of_hidden<scalar>(
        at.training, projected_states<scalar>(units, scores, weights, at.root), m_step.states());
    keep_inside(units, 1e-3, as_span(data.hidden_means));
    units.natural_from_mean(as_span(std::as_const(data.hidden_means)), at.model.bias(1));
    m_step.start(at.model);
    now_.emplace(sampled_state{std::move(m_step), std::move(data)});
  }

  sampled_em stage_;
  std::optional<sampled_state> now_;
  index iteration_ = 0;
};

}  // namespace harmonium::inline v0_2

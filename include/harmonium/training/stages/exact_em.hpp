// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood by expectation-maximisation, for models whose first hidden layer can be
/// enumerated. No Monte Carlo, no learning rate.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/epoch_monitor.hpp"
#include "harmonium/training/newton/exact_m_step.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/start/starting_states.hpp"
#include "harmonium/training/start/without_weights.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// Everything is exact by enumeration of the first hidden layer, which falls apart into sites.
template <class Model>
concept exactly_trainable = enumerable_model<Model> && collapsible<Model>;

template <class State>
class exact_em_progress;

/// The stage. Where no stage before it has set weights it starts from principal components: EM
/// finds the nearest of many maxima, and the best of some starts goes on.
struct exact_em {
  index iterations = 60;    ///< at the most
  double tolerance = 1e-5;  ///< ends when an iteration gains less than this share of the
                            ///< log-likelihood
  index starts = 8;       ///< without weights; fewer where they have more than 512 states together
  index patience = 0;     ///< > 0: ends also after so many iterations in which the held-out
                          ///< log-likelihood did not rise, and takes the best of its models
  index refit_every = 4;  ///< iterations between refits of the visible units' own parameters, if
                          ///< they have any, until those gain nothing; 0: never
  admissible_sum constraint = {};     ///< limits of the visible units' inputs
  index max_states = index{1} << 14;  ///< of the first hidden layer; larger ones do not suit
  m_step_options m_step = {};         ///< Newton steps of an iteration

  template <exactly_trainable Model, row_source Data>
  [[nodiscard]] bool suits(const run_state<Model, Data>& at) const {
    return iterations > 0 && at.model.template units<1>().states() <= max_states;
  }
  template <exactly_trainable Model, row_source Data>
  [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return exact_em_progress<run_state<Model, Data>>(*this, at);
  }
};

/// The stage at work.
template <class State>
class exact_em_progress {
  using model_type = typename State::model_type;
  using scalar = typename State::scalar;

  /// What is kept between iterations.
  struct exact_state {
    hidden_enumeration<model_type> hidden;
    posterior_statistics<scalar> data;  ///< under the model as it is
    double base = 0;                    ///< mean log base measure of the training rows
    vector<scalar> held_out_base = {};  ///< those of the held-out rows
    double last_cycle = -std::numeric_limits<double>::infinity();
    bool settled = false;  ///< the visible units' own parameters stay from now on
    [[nodiscard]] double log_likelihood() const { return data.log_likelihood + base; }
  };
  /// What an iteration left that fits the held-out rows best.
  struct best_so_far {
    double held_out;
    index iteration;
    model_type model;
    exact_state at;
  };

 public:
  exact_em_progress(const exact_em& stage, const State& at) : stage_(stage) {
    require(stage.iterations >= 0, "exact_em", "iterations must not be negative");
    require(stage.starts > 0, "exact_em", "starts must be at least 1");
    require(stage.patience >= 0, "exact_em", "patience must not be negative");
    require(stage.patience == 0 || row_count(at.held_out) > 0, "exact_em",
            "patience needs held-out rows");
    stage_.constraint = stage.constraint.prepared(at.largest);
  }

  [[nodiscard]] bool done() const noexcept { return finished_ || stage_.iterations == 0; }
  [[nodiscard]] std::string name() const { return "exact maximum likelihood"; }
  [[nodiscard]] index planned() const noexcept { return stage_.iterations; }

  template <executor Executor>
  training_record epoch(const Executor& run, State& at) {
    if (!now_) begin(run, at);
    finished_ = iterate(run, at);
    ++iteration_;
    training_record line = record(run, at);
    if (finished_) now_.reset();
    return line;
  }

 private:
  /// One iteration. @return whether it was the last.
  template <executor Executor>
  bool iterate(const Executor& run, State& at) {
    const double before = now_->log_likelihood();
    maximise(run, at, at.model, *now_, stage_.m_step);
    const bool refits = stage_.refit_every > 0 && decltype(at.refit)::acts;
    const bool due = refits && (iteration_ + 1) % stage_.refit_every == 0 && !now_->settled;
    if (iteration_ + 5 >= stage_.iterations) now_->settled = true;
    if (due && !now_->settled) {
      now_->settled = now_->log_likelihood() - now_->last_cycle <
                      static_cast<double>(stage_.refit_every) * gain_that_counts();
      now_->last_cycle = now_->log_likelihood();
      if (!now_->settled) {
        const vector<scalar> limit = limits(at.model);
        at.refit.update(run, at.model, at.training, now_->data.hidden, as_span(limit));
        stage_.constraint.apply(run, at.model);
        if constexpr (decltype(at.refit)::moves_hidden) {
          now_->hidden.set_model(run, at.model);
          balance_hidden_bias(at.model, now_->hidden,
                              as_span(std::as_const(now_->data.hidden_means)));
        }
        refresh(run, at, at.model, *now_);
      }
    }
    const bool converged =
        !due && (now_->settled || !refits) && now_->log_likelihood() - before < gain_that_counts();
    const bool last = lost_patience(run, at) || converged || iteration_ + 1 == stage_.iterations;
    if (!last) return false;
    if (best_) {
      at.model = best_->model;
      now_ = best_->at;
      best_.reset();
    }
    // At the maximum over the biases the model's column means are the data's.
    m_step_options biases = stage_.m_step;
    biases.newton.biases_only = true;
    biases.newton.steps = 20;
    maximise(run, at, at.model, *now_, biases);
    return true;
  }

  [[nodiscard]] double gain_that_counts() const {
    return stage_.tolerance * std::abs(now_->log_likelihood());
  }

  [[nodiscard]] vector<scalar> limits(const model_type& model) const {
    vector<scalar> limit(model.size(0));
    stage_.constraint.write_limits(model, as_span(limit));
    return limit;
  }

  /// M-step, then the E-step for the next.
  template <executor Executor>
  void maximise(const Executor& run, const State& at, model_type& model, exact_state& now,
                const m_step_options& options) const {
    const vector<scalar> limit = limits(model);
    maximise_expected(run, model, now.hidden, now.data, as_span(limit), total_weight(at.training),
                      options);
    posterior_of(run, model, now.hidden, at.training, now.data);
  }

  /// After a change of the visible units.
  template <executor Executor>
  void refresh(const Executor& run, const State& at, const model_type& model,
               exact_state& now) const {
    now.hidden.set_model(run, model);
    posterior_of(run, model, now.hidden, at.training, now.data);
    now.held_out_base = log_base_measures(model.visible(), at.held_out);
    const vector<scalar> base = log_base_measures(model.visible(), at.training);
    now.base = 0;
    for (index i = 0; i < base.size(); ++i)
      now.base += row_weight(at.training, i) * static_cast<double>(base[i]);
    now.base /= total_weight(at.training);
  }

  /// Keeps what fits the held-out rows best. @return whether that was `patience` iterations ago.
  template <executor Executor>
  bool lost_patience(const Executor& run, const State& at) {
    if (stage_.patience == 0) return false;
    const double held_out =
        exact_fit(run, at.model, now_->hidden, at.held_out, now_->held_out_base).log_likelihood;
    if (!best_ || held_out > best_->held_out)
      best_.emplace(best_so_far{held_out, iteration_, at.model, *now_});
    return iteration_ - best_->iteration >= stage_.patience;
  }

  template <executor Executor>
  void begin(const Executor& run, State& at) {
    const auto weights = std::as_const(at.model).weights(0);
    if (std::all_of(weights.data(), weights.data() + weights.size(),
                    [](scalar w) { return w == scalar(0); }))
      return begin_without(run, at);
    now_.emplace(exact_state{hidden_enumeration<model_type>(run, at.model, stage_.max_states), {}});
    refresh(run, at, at.model, *now_);
  }

  /// Independent columns, then an M-step for states that principal components suggest, then a few
  /// iterations, from every start.
  template <executor Executor>
  void begin_without(const Executor& run, State& at) {
    // First, as it takes much memory and gives it back.
    const matrix<double> scores = starting_scores(run, at.model.visible(), at.training);
    const vector<scalar> limit = limits(at.model);
    start_without_weights(run, at, as_span(limit), stage_.refit_every > 0);
    stage_.constraint.apply(run, at.model);
    exact_state none{hidden_enumeration<model_type>(run, at.model, stage_.max_states), {}};
    refresh(run, at, at.model, none);
    std::vector<double> weights;
    for (index i = 0; i < row_count(at.training); ++i)
      weights.push_back(row_weight(at.training, i));

    const index most = std::max<index>(1, 512 / none.hidden.states());
    const model_type unstarted = at.model;
    for (index start = 0; start < std::min(stage_.starts, most); ++start) {
      model_type candidate = unstarted;
      exact_state now = none;
      if constexpr (model_type::hidden_layers > 1) {
        start_upper_layers(candidate, upper_spread, at.root);
        now.hidden.set_layers_above(run, candidate);
      }
      const auto shares = starting_states(run, now.hidden.all_states(), scores, weights, at.root);
      now.data = sum_posterior<scalar>(now.hidden.all_states(), at.training,
                                       std::span<const std::vector<state_probability>>(shares));
      keep_inside(candidate.template units<1>(), 1e-4, as_span(now.data.hidden_means));
      for (int iteration = 0; iteration < iterations_of_a_start; ++iteration)
        maximise(run, at, candidate, now, stage_.m_step);
      if (now_ && !(now.log_likelihood() > now_->log_likelihood())) continue;
      at.model = std::move(candidate);
      now_ = std::move(now);
    }
  }

  /// The line of an iteration, whose figures the E-step has found already.
  template <executor Executor>
  training_record record(const Executor& run, const State& at) const {
    training_record line{name(), iteration_, {}};
    line.figures.push_back({"reconstruction_error",
                            reconstruction_error(run, at.model, at.training, now_->data.hidden)});
    add_weight_norms(at.model, line);
    const double likelihood = now_->log_likelihood();
    line.figures.push_back(
        {"free_energy", -(likelihood + static_cast<double>(now_->hidden.log_partition()))});
    line.figures.push_back({"log_likelihood", likelihood});
    if (row_count(at.held_out) == 0) return line;
    const auto fresh = exact_fit(run, at.model, now_->hidden, at.held_out, now_->held_out_base);
    line.figures.push_back({"held_out_free_energy", fresh.free_energy});
    line.figures.push_back({"held_out_log_likelihood", fresh.log_likelihood});
    return line;
  }

  /// Of weights between hidden layers at the start.
  static constexpr double upper_spread = 1;
  static constexpr int iterations_of_a_start = 8;

  exact_em stage_;
  std::optional<exact_state> now_;
  std::optional<best_so_far> best_;
  index iteration_ = 0;
  bool finished_ = false;
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Joint training of all layers of a deep machine by stochastic steps.
#pragma once

#include <string>
#include <utility>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/contrastive_epochs.hpp"
#include "harmonium/training/contrastive/epoch_monitor.hpp"
#include "harmonium/training/negative/negative_phase.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/steps/centred_step.hpp"
#include "harmonium/training/steps/schedule.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// More than one hidden layer: with one, there is nothing to train jointly (`pretrain` does it).
template <class Model>
concept several_hidden_layers = (Model::hidden_layers > 1);

/// The stage; goes on from the weights that it finds, such as those of `pretrain`. Types as there.
template <class Negative, class Step = centred_step, class Schedule = harmonic_decay,
          class Constraint = admissible_sum>
struct joint {
  index epochs = 10;                   ///< over the training rows
  index batch_size = 64;               ///< rows per step; larger is steadier and slower
  Negative negative = {};              ///< where the model's own states come from
  Step step = {};                      ///< how a gradient becomes a step
  Schedule learning_rate = {};         ///< of every epoch
  Constraint constraint = {};          ///< on the weights of the first layer
  mean_field_options mean_field = {};  ///< of the hidden layers given data
  index refit_every = 5;  ///< epochs between refits of the visible units' own parameters, if they
                          ///< have any; 0: never

  template <class State>
  class progress {
    using model_type = typename State::model_type;
    using scalar = typename State::scalar;

   public:
    progress(const joint& stage, State& at)
        : stage_(stage),
          epochs_(at.model, stage.negative, stage.step, stage.constraint.prepared(at.largest),
                  stage.batch_size, stage.mean_field, at.joint) {
      require(stage.epochs >= 0, "joint",
              "epochs must not be negative, got " + std::to_string(stage.epochs));
    }

    [[nodiscard]] bool done() const noexcept { return epochs_.epochs_done() >= stage_.epochs; }
    [[nodiscard]] std::string name() const { return "joint training"; }
    [[nodiscard]] index planned() const noexcept { return stage_.epochs; }

    template <executor Executor>
    training_record epoch(const Executor& run, State& at) {
      const index number = epochs_.epochs_done();
      const double rate = stage_.learning_rate.rate(number);
      epochs_.epoch(run, at.model, at.training, rate);
      if constexpr (decltype(at.refit)::acts) {
        if (stage_.refit_every > 0 && (number + 1) % stage_.refit_every == 0)
          epochs_.change(run, at.model, [&](model_type& model) { refit(run, at, model); });
      }
      training_record line{name(), number + 1, {}};
      line.figures.push_back({"learning_rate", rate});
      line.figures.push_back({"reconstruction_error",
                              reconstruction_error(run, at.model, at.training, stage_.mean_field)});
      line.figures.push_back(
          {"mean_field_unconverged", static_cast<double>(epochs_.unconverged())});
      add_weight_norms(at.model, line);
      add_exact_figures(run, at.model, at.training, at.held_out, line);
      return line;
    }

   private:
    template <executor Executor>
    void refit(const Executor& run, State& at, model_type& model) const {
      const auto hidden = hidden_means(run, model, at.training, stage_.mean_field);
      vector<scalar> limits(model.size(0));
      epochs_.constraint().write_limits(model, as_span(limits));
      at.refit.update(run, model, at.training, hidden, as_span(std::as_const(limits)));
      epochs_.constraint().apply(run, model);
    }

    joint stage_;
    contrastive_epochs<model_type, Negative, Step, Constraint> epochs_;
  };

  template <several_hidden_layers Model, row_source Data>
  requires negative_phase_for<Negative, Model> && step_for<Step, Model> &&
      learning_rate_schedule<Schedule> && constraint_for<Constraint, Model>
  [[nodiscard]] bool suits(const run_state<Model, Data>& at) const {
    return negative.suits(at.model);
  }
  template <several_hidden_layers Model, row_source Data>
  requires negative_phase_for<Negative, Model> && step_for<Step, Model> &&
      learning_rate_schedule<Schedule> && constraint_for<Constraint, Model>
  [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return progress<run_state<Model, Data>>(*this, at);
  }
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Greedy layerwise pretraining: one restricted machine after the other, each learning from the
/// hidden means of the one below (Hinton, Osindero and Teh 2006; Salakhutdinov and Hinton 2009). A
/// stack with one hidden layer is trained by this stage alone.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/contrastive_epochs.hpp"
#include "harmonium/training/contrastive/epoch_monitor.hpp"
#include "harmonium/training/negative/negative_phase.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/start/initial_weights.hpp"
#include "harmonium/training/steps/centred_step.hpp"
#include "harmonium/training/steps/schedule.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/training_rows.hpp"

namespace harmonium::inline v0_2 {

/// The machine of two neighbouring layers of a stack, the lower one visible.
template <class Model, std::size_t Layer>
using machine_of = rbm<units_of<Model, Layer>, units_of<Model, Layer + 1>>;

/// Whether a negative phase serves the machine of every one of these layers.
template <class Negative, class Model, class Layers>
inline constexpr bool serves_every_machine = false;
template <class Negative, class Model, std::size_t... L>
inline constexpr bool serves_every_machine<Negative, Model, std::index_sequence<L...>> =
    (negative_phase_for<Negative, machine_of<Model, L>> && ...);

/// A negative phase for every machine of a stack.
template <class Negative, class Model>
concept negative_phase_for_machines = negative_phase_for<Negative, machine_of<Model, 0>> &&
    serves_every_machine<Negative, Model, std::make_index_sequence<Model::hidden_layers>>;

/// What a stage of stochastic training is made of, for the stack and each of its machines.
template <class Step, class Schedule, class Constraint, class Model>
concept stochastic_parts_for = step_for<Step, Model> && step_for<Step, machine_of<Model, 0>> &&
    learning_rate_schedule<Schedule> && constraint_for<Constraint, Model>;

/// The stage.
/// @tparam Negative   such as `block_particles`, `restarted_particles`, `collapsed_particles`
/// @tparam Step       `plain_gradient` or `centred_step`
/// @tparam Schedule   of the learning rate
/// @tparam Constraint on the weights of the first layer
/// @tparam Monitor    further figures of the first layer, such as `pseudo_likelihood_monitor`
template <class Negative, class Step = centred_step, class Schedule = harmonic_decay,
          class Constraint = admissible_sum, class Monitor = usual_figures>
struct pretrain {
  std::vector<index> epochs = {60, 40};  ///< of every layer, bottom to top; the last one goes on
  index batch_size = 64;                 ///< rows per step; larger is steadier and slower
  Negative negative = {};                ///< where the model's own states come from
  Step step = {};                        ///< how a gradient becomes a step
  Schedule learning_rate = {};           ///< of every epoch
  Constraint constraint = {};            ///< on the weights of the first layer
  mean_field_options mean_field = {};    ///< of the hidden layers given data
  initial_weights initial = {};          ///< what weights start from
  index refit_every = 5;  ///< epochs of the first layer between refits of the visible units'
                          ///< own parameters, if they have any; 0: never
  [[no_unique_address]] Monitor monitor = {};  ///< what else the log shows, at its price

  template <class State>
  class progress {
    using model_type = typename State::model_type;
    using scalar = typename State::scalar;
    static constexpr std::size_t layers = State::hidden_layers;

    template <std::size_t Layer>
    struct layer_run {
      using machine = machine_of<model_type, Layer>;
      using constraint_type = std::conditional_t<
          Layer == 0, Constraint,
          std::conditional_t<always_admissible<machine>, unconstrained, admissible_sum>>;
      machine model;
      contrastive_epochs<machine, Negative, Step, constraint_type> epochs;
    };
    template <class Layers>
    struct runs_of;
    template <std::size_t... L>
    struct runs_of<std::index_sequence<L...>> {
      using type = std::variant<std::monostate, layer_run<L>...>;
    };

   public:
    progress(pretrain stage, State& at) : stage_(std::move(stage)) {
      require(!stage_.epochs.empty(), "pretrain", "epochs must not be empty");
      for (const index count : stage_.epochs)
        require(count >= 0, "pretrain",
                "epochs must not be negative, got " + std::to_string(count));
      stage_.constraint = stage_.constraint.prepared(at.largest);
      if (std::all_of(stage_.epochs.begin(), stage_.epochs.end(), [](index n) { return n == 0; }))
        return;
      begin_layer<0>(at);
    }

    [[nodiscard]] bool done() const noexcept { return now_.index() == 0; }
    [[nodiscard]] std::string name() const {
      return "pretraining layer " + std::to_string(now_.index());
    }
    [[nodiscard]] index planned() const noexcept {
      return done() ? 0 : epochs_of(now_.index() - 1);
    }

    template <executor Executor>
    training_record epoch(const Executor& run, State& at) {
      training_record line;
      with_layer([&]<std::size_t Layer>(layer_run<Layer>& layer) {
        line = epoch_of<Layer>(run, at, layer);
        if (layer.epochs.epochs_done() >= planned()) finish_layer<Layer>(run, at, layer);
      });
      return line;
    }

   private:
    [[nodiscard]] index epochs_of(std::size_t layer) const {
      return stage_.epochs[std::min(layer, stage_.epochs.size() - 1)];
    }

    template <class Body>
    void with_layer(const Body& body) {
      [&]<std::size_t... L>(std::index_sequence<L...>) {
        const std::size_t held = now_.index();
        (void)((held == L + 1 && (body.template operator()<L>(std::get<L + 1>(now_)), true)) ||
               ...);
      }
      (std::make_index_sequence<layers>{});
    }

    /// The rows that a layer learns from: the data, or the means of the layer below, which count as
    /// often as the data that they come from.
    template <std::size_t Layer>
    decltype(auto) rows(const State& at) const {
      if constexpr (Layer == 0) {
        return (at.training);
      } else {
        std::vector<index> all(static_cast<std::size_t>(below_.rows()));
        std::vector<double> weights;
        for (std::size_t i = 0; i < all.size(); ++i) {
          all[i] = static_cast<index>(i);
          weights.push_back(row_weight(at.training, all[i]));
        }
        return training_rows(dense_rows<scalar>(below_), row_choice(std::move(all), weights));
      }
    }

    template <std::size_t Layer>
    void begin_layer(State& at) {
      using machine = machine_of<model_type, Layer>;
      machine model(at.model.template units<Layer>(), at.model.template units<Layer + 1>());
      initial_weights weights = stage_.initial;
      if (Layer > 0) weights.in_log_mean = false;
      const vector<scalar> means =
          Layer == 0 ? at.means : column_means(rows<Layer>(at)).template cast<scalar>();
      start_weights(model, as_span(means), weights, at.initial_weights[Layer]);
      contrastive_epochs<machine, Negative, Step, typename layer_run<Layer>::constraint_type>
          training(model, stage_.negative, stage_.step, constraint_of<Layer>(), stage_.batch_size,
                   stage_.mean_field, at.layers[Layer]);
      // A middle layer will have neighbours on both sides, the top one below only.
      if (training.doubles_inputs() && layers > 1) {
        if (Layer > 0) training.factors().factor[0] = 2;
        if (Layer + 1 < layers) training.factors().factor[1] = 2;
      }
      training.constraint().apply(serial_executor{}, model);
      now_.template emplace<Layer + 1>(layer_run<Layer>{std::move(model), std::move(training)});
      if (epochs_of(Layer) == 0)
        finish_layer<Layer>(serial_executor{}, at, std::get<Layer + 1>(now_));
    }

    template <std::size_t Layer>
    auto constraint_of() const {
      if constexpr (Layer == 0)
        return stage_.constraint;
      else
        return typename layer_run<Layer>::constraint_type{};
    }

    template <std::size_t Layer, executor Executor>
    training_record epoch_of(const Executor& run, State& at, layer_run<Layer>& layer) {
      const index number = layer.epochs.epochs_done();
      const double rate = stage_.learning_rate.rate(number);
      layer.epochs.epoch(run, layer.model, rows<Layer>(at), rate);
      if constexpr (Layer == 0 && decltype(at.refit)::acts) {
        if (stage_.refit_every > 0 && (number + 1) % stage_.refit_every == 0)
          layer.epochs.change(run, layer.model, [&](auto& model) { refit(run, at, layer, model); });
      }
      training_record line{name(), number + 1, {}};
      line.figures.push_back({"learning_rate", rate});
      line.figures.push_back(
          {"reconstruction_error",
           reconstruction_error(run, layer.model, rows<Layer>(at), stage_.mean_field)});
      add_weight_norms(layer.model, line);
      if constexpr (Layer == 0) add_exact_figures(run, layer.model, at.training, at.held_out, line);
      if constexpr (Layer == 0 && Monitor::measures)
        stage_.monitor.add(run, layer.model, at.training, at.held_out, line);
      return line;
    }

    template <executor Executor>
    void refit(const Executor& run, State& at, const layer_run<0>& layer,
               machine_of<model_type, 0>& model) const {
      const auto hidden =
          hidden_means(run, model, at.training, stage_.mean_field, layer.epochs.factors());
      vector<scalar> limits(model.size(0));
      layer.epochs.constraint().write_limits(model, as_span(limits));
      at.refit.update(run, model, at.training, hidden, as_span(std::as_const(limits)));
      layer.epochs.constraint().apply(run, model);
    }

    /// A hidden bias that two machines learned becomes their mean.
    template <std::size_t Layer, executor Executor>
    void finish_layer(const Executor& run, State& at, layer_run<Layer>& layer) {
      const auto& from = layer.model;
      model_type& to = at.model;
      if constexpr (Layer == 0) to.visible() = from.visible();
      const auto weights = from.weights(0);
      std::copy(weights.data(), weights.data() + weights.size(), to.weights(Layer).data());
      auto below = to.bias(Layer), above = to.bias(Layer + 1);
      for (std::size_t k = 0; k < below.size(); ++k)
        below[k] = Layer == 0 ? from.bias(0)[k] : (below[k] + from.bias(0)[k]) / scalar(2);
      std::copy(from.bias(1).begin(), from.bias(1).end(), above.begin());
      if constexpr (Layer + 1 < layers) {
        matrix<scalar> means =
            hidden_means(run, from, rows<Layer>(at), stage_.mean_field, layer.epochs.factors());
        below_ = std::move(means);
        begin_layer<Layer + 1>(at);
      } else {
        below_.resize(0, 0);
        now_.template emplace<0>();
      }
    }

    pretrain stage_;
    typename runs_of<std::make_index_sequence<layers>>::type now_;  ///< nothing: done
    matrix<scalar> below_;  ///< hidden means that the machine at hand learns from
  };

  template <class Model, row_source Data>
  requires negative_phase_for_machines<Negative, Model> &&
      stochastic_parts_for<Step, Schedule, Constraint, Model>
  [[nodiscard]] bool suits(const run_state<Model, Data>& at) const {
    return negative.suits(
        machine_of<Model, 0>(at.model.template units<0>(), at.model.template units<1>()));
  }
  template <class Model, row_source Data>
  requires negative_phase_for_machines<Negative, Model> &&
      stochastic_parts_for<Step, Schedule, Constraint, Model>
  [[nodiscard]] auto begin(run_state<Model, Data>& at) const {
    return progress<run_state<Model, Data>>(*this, at);
  }
};

}  // namespace harmonium::inline v0_2

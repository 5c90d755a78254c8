// SPDX-License-Identifier: MIT
/// @file
/// A negative phase without sampling: the states of the first hidden layer are enumerated.
#pragma once

#include <optional>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/running_hidden_means.hpp"
#include "harmonium/training/newton/hidden_balance.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Exact statistics of models with few first-layer states. Before every step b_1 is refitted, so
/// that the model's E[h_1] is the data's: a small step of every weight can otherwise put all
/// probability on one state.
struct enumerated {
  index max_states = 1024;  ///< of the first hidden layer

  template <class Model>
  class state {
   public:
    static constexpr bool follows = false;

    explicit state(index max_states) : max_states_(max_states) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>&,
                          const positive_phase<Model>& batch, vector<typename Model::scalar>& out) {
      target_.add(model, batch);
      if (states_)
        states_->set_model(run, model);
      else
        states_.emplace(run, model, max_states_);
      balance_hidden_bias(model, *states_, target_.means());
      states_->set_hidden_bias(model.bias(1));
      exact_model_statistics(model, *states_, out);
    }
    template <executor Executor>
    void follow(const Executor&, const Model&, Model&, index) const noexcept {}
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept { return nullptr; }

   private:
    index max_states_;
    running_hidden_means<Model> target_;
    std::optional<hidden_enumeration<Model>> states_;
  };

  template <class Model>
  requires enumerable_model<Model>
  [[nodiscard]] bool suits(const Model& model) const {
    return model.template units<1>().states() <= max_states;
  }
  template <class Model>
  requires enumerable_model<Model>
  [[nodiscard]] bool doubles_inputs(const Model&) const noexcept { return false; }
  template <class Model>
  requires enumerable_model<Model>
  [[nodiscard]] state<Model> begin(const Model&, const random_streams&) const {
    return state<Model>(max_states);
  }
};

}  // namespace harmonium::inline v0_2

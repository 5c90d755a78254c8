// SPDX-License-Identifier: MIT
/// @file
/// One of two negative phases, by the sizes of the model at hand.
#pragma once

#include <utility>
#include <variant>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/negative_phase.hpp"

namespace harmonium::inline v0_2 {

/// The first where it suits the model, else the second. Both are compiled.
template <class First, class Second>
struct either_phase {
  First first = {};    ///< where it suits
  Second second = {};  ///< elsewhere

  template <class Model>
  class state {
    using first_state = decltype(std::declval<const First&>().begin(
        std::declval<const Model&>(), std::declval<const random_streams&>()));
    using second_state = decltype(std::declval<const Second&>().begin(
        std::declval<const Model&>(), std::declval<const random_streams&>()));

   public:
    using scalar = typename Model::scalar;
    static constexpr bool follows = first_state::follows || second_state::follows;

    explicit state(first_state of) : chosen_(std::in_place_index<0>, std::move(of)) {}
    explicit state(second_state of) : chosen_(std::in_place_index<1>, std::move(of)) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>& factors,
                          const positive_phase<Model>& batch, vector<scalar>& out) {
      std::visit([&](auto& own) { own.write_statistics(run, model, factors, batch, out); },
                 chosen_);
    }
    template <executor Executor>
    void follow(const Executor& run, const Model& before, Model& model, index effort) {
      std::visit([&](auto& own) { own.follow(run, before, model, effort); }, chosen_);
    }
    [[nodiscard]] const matrix<double>* hidden_covariance() const {
      return std::visit([](const auto& own) { return own.hidden_covariance(); }, chosen_);
    }

   private:
    std::variant<first_state, second_state> chosen_;
  };

  template <class Model>
  requires negative_phase_for<First, Model> && negative_phase_for<Second, Model>
  [[nodiscard]] bool suits(const Model& model) const {
    return first.suits(model) || second.suits(model);
  }
  template <class Model>
  requires negative_phase_for<First, Model> && negative_phase_for<Second, Model>
  [[nodiscard]] bool doubles_inputs(const Model& model) const {
    return first.suits(model) ? first.doubles_inputs(model) : second.doubles_inputs(model);
  }
  template <class Model>
  requires negative_phase_for<First, Model> && negative_phase_for<Second, Model>
  [[nodiscard]] state<Model> begin(const Model& model, const random_streams& streams) const {
    if (first.suits(model)) return state<Model>(first.begin(model, streams));
    return state<Model>(second.begin(model, streams));
  }
};

}  // namespace harmonium::inline v0_2

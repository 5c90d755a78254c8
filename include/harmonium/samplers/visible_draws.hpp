// SPDX-License-Identifier: MIT
/// @file
/// The visible layer given the first hidden layer, drawn again and again from a model that stays.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/lazy.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// A model whose visible layer has look-up tables for a given natural parameter, and whose first
/// hidden layer's states can be numbered.
template <class Model>
concept tabulable = requires(const Model& model, std::span<const typename Model::scalar> state) {
  model.visible().tabulate(state);
  { model.template units<1>().state_number(state) } -> std::same_as<index>;
};

/// What a visible layer without tables has in their place.
struct no_tables {};

/// The type of a visible layer's tables.
template <class Model>
struct visible_tables_of {
  using type = no_tables;
};
template <tabulable Model>
struct visible_tables_of<Model> {
  using type = decltype(std::declval<const Model&>().visible().tabulate(
      std::declval<std::span<const typename Model::scalar>>()));
};
/// What the visible layer's `tabulate` gives, if it has it.
template <class Model>
using visible_tables = typename visible_tables_of<Model>::type;

/// Draws from p(x | h_1). Where the first hidden layer has few states, each state gets tables when
/// it is first met, shared between threads; whether it does depends on the model's sizes alone, and
/// so do the draws. Elsewhere the same as `visible_input` and `sample`. Refers to the model, which
/// must keep its parameters.
template <class Model>
class visible_draws {
 public:
  using scalar = typename Model::scalar;

  /// Most states x genes to have tables for, about 40 MB.
  static constexpr index most_entries = index{1} << 18;

  explicit visible_draws(const Model& model) : model_(&model) {
    if constexpr (tabulable<Model>) {
      const index states = model.template units<1>().states();
      if (states <= most_entries / model.size(0))
        tables_ = std::vector<lazy<visible_tables<Model>>>(static_cast<std::size_t>(states));
    }
  }

  /// @param[out] input scratch of the visible layer's size
  /// @param[out] out   the visible layer
  template <bit_source Engine>
  void operator()(std::span<const scalar> first_hidden, std::span<scalar> input,
                  std::span<scalar> out, Engine& rng) const {
    const std::span<const scalar> eta(input);
    if constexpr (tabulable<Model>) {
      if (!tables_.empty()) {
        const index state = model_->template units<1>().state_number(first_hidden);
        const auto& known = tables_[static_cast<std::size_t>(state)].get([&] {
          model_->visible_input(first_hidden, input);
          return model_->visible().tabulate(eta);
        });
        return known(out, rng);
      }
    }
    model_->visible_input(first_hidden, input);
    model_->visible().sample(eta, out, rng);
  }

 private:
  const Model* model_;
  std::vector<lazy<visible_tables<Model>>> tables_;  ///< of every state; empty: no tables
};

}  // namespace harmonium::inline v0_2

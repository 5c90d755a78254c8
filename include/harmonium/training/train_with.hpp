// SPDX-License-Identifier: MIT
/// @file
/// A trained model from data, by a recipe of one's own: only what it names is compiled.
#pragma once

#include <type_traits>
#include <utility>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/training/refit.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/training/stage_concept.hpp"
#include "harmonium/training/trainer.hpp"

namespace harmonium::inline v0_2 {

/// Data as training takes them: counts and dense rows as they are, a matrix as its rows.
template <row_source Data>
[[nodiscard]] const Data& as_rows(const Data& data) noexcept {
  return data;
}
template <class Scalar>
[[nodiscard]] dense_rows<Scalar> as_rows(const matrix<Scalar>& data) noexcept {
  return data;
}

/// What `as_rows` makes of some data.
template <class Data>
using rows_of_data = std::remove_cvref_t<decltype(as_rows(std::declval<const Data&>()))>;

/// The recipe is a stage for this model and these data.
template <class Model, class Data, class Recipe>
concept trainable_by =
    refits_from<Model, rows_of_data<Data>> && training_stage<Recipe, Model, rows_of_data<Data>>;

/// Trains a layered model to the end by a recipe.
///
///     const auto model = train<dbm<negative_binomial, bernoulli, bernoulli>>(
///         thread_executor(2), counts, {.hidden = {4, 2}}, exact_em{.iterations = 80}, rng);
///
/// @param data   counts (cells x genes), `dense_rows`, or a matrix of rows
/// @param recipe a stage, or several put together (recipe.hpp)
/// @throws as `recipe_trainer`
template <layered_model Model, executor Executor, class Data, class Recipe>
requires trainable_by<Model, Data, Recipe>
[[nodiscard]] Model train(const Executor& run, const Data& data,
                          const training_settings<Model>& settings, const Recipe& recipe,
                          random_engine& rng) {
  const auto& rows = as_rows(data);
  recipe_trainer<Model, rows_of_data<Data>, Recipe> training(rows, settings, recipe, rng);
  training.run(run, silent{});
  return training.model();
}

/// Chosen where the recipe does not fit, and does not compile: the call below is refused with the
/// concept that the stage asks of the model. (Compilers do not look for it behind `trainable_by`.)
template <layered_model Model, executor Executor, class Data, class Recipe>
requires(!trainable_by<Model, Data, Recipe>)  //
    Model train(const Executor&, const Data&, const training_settings<Model>& settings,
                const Recipe& recipe, random_engine&) {
  using state = run_state<Model, rows_of_data<Data>>;
  static_assert(refits_from<Model, rows_of_data<Data>>,
                "refits_from: the visible units cannot be refitted to data of this type");
  const auto begin = [&](state& at) { return recipe.begin(at); };
  static_assert(stage_progress<decltype(begin(std::declval<state&>())), Model, rows_of_data<Data>>);
  return make_model<Model>(0, settings);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The verb: a trained model from data.
#pragma once

#include <concepts>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/training/default_recipe.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/training/train_with.hpp"

namespace harmonium::inline v0_2 {

/// Trains a layered model to the end by its default recipe.
///
///     const auto model = train<dbm<negative_binomial, bernoulli, bernoulli>>(
///         thread_executor(2), counts, {.hidden = {4, 2}}, rng);
///
/// @param data counts (cells x genes), `dense_rows`, or a matrix of rows
/// @throws as `recipe_trainer`
template <layered_model Model, executor Executor, class Data>
requires trainable_by<Model, Data, default_recipe<Model>>
[[nodiscard]] Model train(const Executor& run, const Data& data,
                          const training_settings<Model>& settings, random_engine& rng) {
  return train<Model>(run, data, settings, default_recipe<Model>{}, rng);
}

}  // namespace harmonium::inline v0_2

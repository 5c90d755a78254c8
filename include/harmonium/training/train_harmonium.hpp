// SPDX-License-Identifier: MIT
/// @file
/// The recommended composition: a categorical harmonium by exact EM, component means and
/// dispersions shrunk over the genes, and a residual correlation within components.
#pragma once

#include <optional>
#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/harmonium_trainer.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"

namespace harmonium::inline v0_2 {

/// What `train_harmonium` makes.
template <count_source Counts, residual_policy Residual = low_rank_copula,
          size_factor_policy Sizes = no_size_factors>
using trained_harmonium_of =
    trained_harmonium<typename harmonium_trainer<Counts, Residual, Sizes>::generator_type>;

/// Trains on counts (cells x genes), watched; see `harmonium_trainer` for the stages.
/// @return nothing if the observer stopped it
/// @throws std::invalid_argument for an empty pilot, options out of range or misfitting labels.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts,
          residual_policy Residual = low_rank_copula, observer Observer>
std::optional<trained_harmonium_of<Counts, Residual, Sizes>> train_harmonium(
    const Executor& run, const Counts& counts, const harmonium_options<Residual>& options,
    Observer&& watch, random_engine& rng) {
  harmonium_trainer<Counts, Residual, Sizes> training(counts, options, rng);
  if (!training.run(run, watch)) return std::nullopt;
  return training.model();
}

/// Trains on counts (cells x genes).
///
///     const auto trained = train_harmonium(thread_executor(2), pilot.counts, {}, rng);
///     const auto cells = trained.generator.generate(2638, rng);
///
/// @tparam Sizes how the depth of a cell enters
/// @throws std::invalid_argument for an empty pilot, options out of range or misfitting labels.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts,
          residual_policy Residual = low_rank_copula>
trained_harmonium_of<Counts, Residual, Sizes> train_harmonium(
    const Executor& run, const Counts& counts, const harmonium_options<Residual>& options,
    random_engine& rng) {
  return *train_harmonium<Sizes>(run, counts, options, silent{}, rng);
}

}  // namespace harmonium::inline v0_2

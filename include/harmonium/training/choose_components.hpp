// SPDX-License-Identifier: MIT
/// @file
/// The number of components of a categorical harmonium by the likelihood of held-out cells.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/model_selection.hpp"

namespace harmonium::inline v0_2 {

/// What cross-validation says of numbers of components.
struct component_choice {
  index components = 1;           ///< the first within one standard error of the best
  std::vector<index> candidates;  ///< ascending
  std::vector<double> held_out;   ///< mean log-likelihood of held-out cells, nats per cell
};

/// Settings of `choose_components`.
struct component_choice_options {
  std::vector<index> candidates = {1, 2, 3, 4, 6, 8, 10, 12, 16, 20};  ///< ascending
  index folds = 4;                                                     ///< at most one per cell
  selection_rule rule = selection_rule::best_mean;                     ///< which of them is taken
};

/// Trains every candidate on all folds but one and judges it by that one. Candidates with fewer
/// than `em.min_cells` training cells a component are left out; with fewer than two cells there is
/// nothing to judge by and the answer is 1.
/// @param em settings of each fit but for the number of components
/// @throws std::invalid_argument if there is no candidate or one is below 1.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts>
component_choice choose_components(const Executor& run, const Counts& counts,
                                   const categorical_em_options& em,
                                   const component_choice_options& options, random_engine& rng) {
  require(!options.candidates.empty(), "choose_components", "there are no candidates");
  component_choice choice;
  const index folds = std::min(options.folds, counts.cells());
  if (folds < 2) return choice;
  const index least = counts.cells() - (counts.cells() + folds - 1) / folds;
  for (const index candidate : options.candidates) {
    require(candidate >= 1, "choose_components", "a candidate is below 1");
    if (candidate == 1 || candidate * em.min_cells <= least) choice.candidates.push_back(candidate);
  }
  if (choice.candidates.empty()) return choice;
  std::sort(choice.candidates.begin(), choice.candidates.end());

  const auto fit_with = [&em](index components) {
    return [em, components](const auto& training, const auto& fresh, random_engine& own) {
      auto settings = em;
      settings.components = components;
      categorical_trainer<std::remove_cvref_t<decltype(training)>, Sizes> trainer(training, {},
                                                                                  settings, own);
      trainer.run(serial_executor{}, silent{});
      return mean_log_likelihood<Sizes>(serial_executor{}, trainer.model(), fresh,
                                        size_factors_like<Sizes>(fresh, training));
    };
  };
  std::vector<decltype(fit_with(1))> candidates;
  for (const index candidate : choice.candidates) candidates.push_back(fit_with(candidate));
  const selection found =
      cross_validate(run, counts, std::span<const decltype(fit_with(1))>(candidates), folds, rng);
  for (const auto& score : found.scores) choice.held_out.push_back(score.mean);
  choice.components = choice.candidates[static_cast<std::size_t>(found.chosen(options.rule))];
  return choice;
}

}  // namespace harmonium::inline v0_2

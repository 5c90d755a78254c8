// SPDX-License-Identifier: MIT
/// @file
/// The recommended composition: a categorical harmonium by exact EM, component means and
/// dispersions shrunk over the genes, and a residual correlation within components.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/residuals/low_rank_copula.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"

namespace harmonium::inline v0_2 {

/// @tparam Residual a residual policy: `low_rank_copula`, `full_copula`, `independent_residuals`
template <residual_policy Residual = low_rank_copula>
struct harmonium_options {
  categorical_em_options em = {};
  bool shrink_means = true;  ///< false: the means of the maximum of the likelihood
  empirical_bayes_options means = {};
  component_dispersion_options dispersion = {};
  calibration_options calibration = {.calibrate = true};
  Residual residual = {};
};

/// A trained harmonium: the fit of its categorical group, and the generator made from it.
template <class Generator>
struct trained_harmonium {
  categorical_fit group;
  component_dispersions dispersion;
  Generator generator;
};

/// The hidden states of a fit as `correlated_cells` wants them.
template <size_factor_policy Sizes, executor Executor, class Value, residual_policy Residual>
std::pair<count_states, component_dispersions> states_of_fit(
    const Executor& run, const counts_by_gene<Value>& counts, const categorical_fit& fit,
    const harmonium_options<Residual>& options) {
  count_states states;
  states.weights = fit.weights;
  states.cell = fit.assignments();
  states.sizes = fit.sizes;
  states.mean = options.shrink_means ? empirical_bayes_means(run, counts, fit.responsibilities,
                                                             fit.sizes, fit.theta, options.means)
                                     : fit.mean;
  auto dispersion = fit_component_dispersions<Sizes>(run, counts, states.cell, states.sizes,
                                                     states.mean, fit.theta, options.dispersion);
  states.theta = dispersion.component;
  return {std::move(states), std::move(dispersion)};
}

/// The second half of `train_harmonium`: from a trained group to a generator.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts,
          residual_policy Residual>
auto finish_harmonium(const Executor& run, const Counts& counts, const categorical_fit& fit,
                      const harmonium_options<Residual>& options, random_engine& rng) {
  using fitted = decltype(options.residual.fit(run, std::declval<const scored_pilot&>(),
                                               std::declval<const random_streams&>()));
  using generator_type = correlated_cells<fitted, Sizes>;
  auto [states, dispersion] = states_of_fit<Sizes>(run, counts_by_gene(counts), fit, options);
  auto generator = generator_type::fit(run, counts, std::move(states), options.residual, rng,
                                       options.calibration);
  return trained_harmonium<generator_type>{fit, std::move(dispersion), std::move(generator)};
}

/// Trains on counts (cells x genes).
///
///     const auto trained = train_harmonium(thread_executor(2), pilot.counts, {}, {}, rng);
///     const auto cells = trained.generator.generate(2638, rng);
///
/// @tparam Sizes how the depth of a cell enters
/// @param labels one label >= 0 per cell clamps the group (see `categorical_trainer`), or none
/// @throws std::invalid_argument for an empty pilot, options out of range or misfitting labels.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts,
          residual_policy Residual = low_rank_copula>
auto train_harmonium(const Executor& run, const Counts& counts, std::span<const index> labels,
                     const harmonium_options<Residual>& options, random_engine& rng) {
  const categorical_fit fit = [&] {
    categorical_trainer<Counts, Sizes> trainer(run, counts, labels, options.em, rng);
    trainer.run(run, silent{});
    return trainer.fit();
  }();  // whose copy of the counts is gone
  return finish_harmonium<Sizes>(run, counts, fit, options, rng);
}

}  // namespace harmonium::inline v0_2

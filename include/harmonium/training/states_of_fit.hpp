// SPDX-License-Identifier: MIT
/// @file
/// From a fit of the categorical group to hidden states: means and dispersions shrunk over the
/// genes.
#pragma once

#include <utility>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/harmonium_options.hpp"
#include "harmonium/training/joined_fits.hpp"
#include "harmonium/training/prior/atlas_centre.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/two_base_means.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"

namespace harmonium::inline v0_2 {

/// A fit and its hidden states as `correlated_cells` wants them: means and dispersions shrunk over
/// the genes.
template <size_factor_policy Sizes, executor Executor, class Value, residual_policy Residual>
fitted_states states_of_fit(const Executor& run, const counts_by_gene<Value>& counts,
                            const categorical_fit& fit,
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
  return {fit, std::move(states), std::move(dispersion)};
}

/// The same with the means of a pilot whose genes follow `options.prior` as far as they do.
/// @throws std::invalid_argument if the prior is not one for the pilot's genes.
template <size_factor_policy Sizes, executor Executor, count_source Counts, class Value,
          residual_policy Residual>
fitted_states states_of_fit_with_prior(const Executor& run, const Counts& counts,
                                       const counts_by_gene<Value>& by_gene,
                                       const categorical_fit& fit,
                                       const harmonium_options<Residual>& options) {
  const auto placed = place_in_atlas<Sizes>(run, counts, fit.sizes, *options.prior);
  auto found = two_base_means(run, by_gene, fit.responsibilities, fit.sizes, fit.theta,
                              *options.prior, placed, options.means);
  categorical_fit followed = fit;
  followed.mean = std::move(found.mean);
  auto given = options;
  given.shrink_means = false;
  fitted_states states = states_of_fit<Sizes>(run, by_gene, followed, given);
  states.group.mean = fit.mean;
  states.centre =
      centre_of(*options.prior, component_shares(placed, fit.responsibilities, fit.sizes));
  states.prior_weight = found.weight;
  return states;
}

}  // namespace harmonium::inline v0_2

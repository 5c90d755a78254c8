// SPDX-License-Identifier: MIT
/// @file
/// Models of cells from hidden states, with the residual correlation and size factors that the
/// options name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/any_model.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/groups/group_effects.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/prior/prior_report.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"
#include "terminal_progress.hpp"

namespace program {

/// A model, and how many pilot cells its residual correlation was learned from.
struct residual_model {
  harmonium::io::any_model model;
  harmonium::index pilot_cells = 0;
};

/// The categorical group that states come from.
struct trained_group {
  harmonium::categorical_fit fit;
  harmonium::component_dispersions dispersion;
  std::shared_ptr<const harmonium::factor_centre> centre = {};   ///< of an atlas that is used
  std::optional<harmonium::prior_report> prior = {};             ///< if an atlas was given
  std::optional<harmonium::group_effects> effects = {};          ///< of batches or donors
  std::shared_ptr<const harmonium::count_states> by_group = {};  ///< with effects
  harmonium::vector<double> also_counted = {};                   ///< by types of the atlas
};

/// @param group with it the model is a `trained_harmonium`, else a `correlated_cells`
/// @throws interruption on Ctrl-C.
residual_model fit_residual(const harmonium::thread_executor& run,
                            const harmonium::count_matrix<>& pilot, harmonium::count_states states,
                            std::optional<trained_group> group, const generate_options& options,
                            terminal_progress& watch, harmonium::random_engine& rng);

/// "low-rank correlation of the genes within a component", for summary.txt.
std::string residual_in_words(const std::string& residual);

}  // namespace program

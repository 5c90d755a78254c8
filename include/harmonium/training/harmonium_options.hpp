// SPDX-License-Identifier: MIT
/// @file
/// What training of the recommended model may be told.
#pragma once

#include <optional>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/groups/states_with_groups.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/prior_report.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"

namespace harmonium::inline v0_2 {

/// @tparam Residual a residual policy: `low_rank_copula`, `full_copula`, `independent_residuals`
template <residual_policy Residual = low_rank_copula>
struct harmonium_options {
  categorical_em_options em = {};      ///< of the hidden group
  bool shrink_means = true;            ///< false: the means of the maximum of the likelihood
  empirical_bayes_options means = {};  ///< how means are shrunk
  component_dispersion_options dispersion = {};  ///< of genes and components
  /// Whether genes may leave the negative binomial.
  calibration_options calibration = {.calibrate = true};
  Residual residual = {};              ///< what correlates genes within a component
  std::span<const index> labels = {};  ///< one >= 0 per cell clamps the group (see
                                       ///< `categorical_trainer`), or none; borrowed
  std::span<const index> groups = {};  ///< batch or donor of every cell, 0 to groups - 1, each with
                                       ///< a cell (`group_effects`), or none; borrowed
  group_effect_options group_effects = {};  ///< of what groups do, with `groups`
  index fits = 0;  ///< of the group with more and more components, joined in equal parts
                   ///< (`join_fits`); 0: `default_fits`, one with groups
  index residual_cells = 1000;  ///< of each component, from which the residual correlation is
                                ///< learned; of more, so many at random
  std::optional<atlas_prior> prior = {};  ///< what is known of the tissue (`prior_for`)
  prior_weighting prior_weight = prior_weighting::automatic;  ///< who decides about its use
  index prior_components = 14;  ///< at least so many components where the prior is used: means that
                                ///< lean on an atlas bear smaller ones
  bool types_of_prior = false;  ///< types of the prior that the pilot can have, but does not show,
                                ///< are added if it is used (`find_unseen_types`); the prior needs
                                ///< labels
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What a streamed training may be told.
#pragma once

#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/training/categorical_em.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_policy.hpp"

namespace harmonium::inline v0_2 {

/// @tparam Residual a residual policy, as of `harmonium_options`
template <residual_policy Residual = low_rank_copula>
struct streamed_options {
  categorical_em_options em = {};  ///< of the sample, `em.start_cells` at random, and of all cells
                                   ///< the part of the prior
  index passes = 12;               ///< over all cells, at most, of EM that begins with the sample's
  double tolerance = 1e-5;         ///< it ends when the log-likelihood rises by less, relatively
  empirical_bayes_options means = {};                     ///< how they shrink over the genes
  component_dispersion_options dispersion = {};           ///< within components
  calibration_options calibration = {.calibrate = true};  ///< of the genes' marginals
  Residual residual = {};                                 ///< the policy and its settings
  std::span<const index> labels = {};  ///< one >= 0 per cell clamps the group, or none; borrowed
  index residual_cells = 1000;         ///< of each component at random, from which the residual
                                       ///< correlation is learned
  index chunk_cells = 16'384;          ///< read at once: memory, not results
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Where EM over cells that do not fit into memory stands.
#pragma once

#include <limits>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// How far EM over all cells has come; with the same options and cells, `resume` goes on from here.
struct streamed_state {
  vector<double> weights;                   ///< of the components
  matrix<double> mean;                      ///< components x genes
  vector<double> theta;                     ///< inverse dispersion per gene
  std::vector<index> type;                  ///< label of every component
  std::vector<dispersion_status> statuses;  ///< of theta, per gene
  double log_likelihood = -std::numeric_limits<double>::infinity();  ///< nats per cell
  index passes = 0;                                                  ///< of EM over all cells
  bool converged = false;  ///< whether the last pass gained less than the tolerance
  training_log log;        ///< so far
};

/// The group of components at that point, without responsibilities and sizes of cells.
inline categorical_fit group_of(const streamed_state& state) {
  categorical_fit fit;
  fit.weights = state.weights;
  fit.mean = state.mean;
  fit.theta = state.theta;
  fit.statuses = state.statuses;
  fit.type = state.type;
  fit.log_likelihood = state.log_likelihood;
  fit.converged = state.converged;
  return fit;
}

}  // namespace harmonium::inline v0_2

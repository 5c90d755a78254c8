// SPDX-License-Identifier: MIT
/// @file
/// Settings and outcome of mean-field iterations (likelihood/mean_field.hpp).
#pragma once

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `mean_field`.
struct mean_field_options {
  index max_sweeps = 30;    ///< stated cap; ignored with one hidden layer, where one pass is exact
  double tolerance = 1e-5;  ///< stops when no mean moved by more
  double damping = 0.1;  ///< in [0, 1): share of the old mean kept; larger is slower and steadier
};

/// How mean-field iterations ended.
struct mean_field_result {
  bool converged;  ///< false: stopped at the cap
  index sweeps;    ///< that were made
};

}  // namespace harmonium::inline v0_2

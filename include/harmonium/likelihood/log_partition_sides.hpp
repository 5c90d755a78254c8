// SPDX-License-Identifier: MIT
/// @file
/// log Z as an interval, with the error of either end.
#pragma once

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Both sides of log Z, in nats. Each is a stochastic bound: within its error, log Z lies between.
/// A wide gap says that annealing is too fast, or that one of the sides does not know a mode.
struct log_partition_sides {
  double lower, upper;                      ///< estimates of log Z, nats, from below and from above
  double lower_error = 0, upper_error = 0;  ///< standard errors; unreliable with few effective runs
  double lower_effective_runs = 1, upper_effective_runs = 1;  ///< from 1 to `runs`
  index runs = 1;                                             ///< each way
  index temperatures = 0;                                     ///< steps between reference and model
  double barrier = 0;             ///< of the tempered chains that made the starts; 0: starts given
  double round_trips = 0;         ///< a chain, mean over the tempered chains
  bool chains_came_round = true;  ///< every tempered chain made a round trip; if not, the upper
                                  ///< side may lack a mode and lie below log Z

  /// Where log Z is known, as by enumeration.
  [[nodiscard]] static log_partition_sides exactly(double log_partition) {
    return {log_partition, log_partition};
  }
};

}  // namespace harmonium::inline v0_2

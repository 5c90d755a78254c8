// SPDX-License-Identifier: MIT
/// @file
/// What a set of importance weights says: the logarithm of their mean, its error, and how many of
/// them count.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What importance weights say of their mean.
struct weight_summary {
  double log_mean;          ///< log of the mean weight
  double standard_error;    ///< of log_mean, by the delta method; 0 for one group
  double effective_number;  ///< (sum w)^2 / sum w^2, from 1 to the number of weights; near 1 the
                            ///< standard error is itself unreliable and log_mean too small
};

/// @param log_weights at least one
/// @param group consecutive weights that depend on each other, such as those of one chain: the
///        error is that of the groups' means, which are independent. Must divide their number.
/// @throws std::invalid_argument for another number.
inline weight_summary summarise_weights(std::span<const double> log_weights, index group = 1) {
  require(!log_weights.empty(), "summarise_weights", "at least one weight is needed");
  require(group >= 1 && std::ssize(log_weights) % group == 0, "summarise_weights",
          "the weights must form groups of the same size");
  const auto per_group = static_cast<std::size_t>(group);
  const auto n = static_cast<double>(log_weights.size()),
             groups = static_cast<double>(log_weights.size() / per_group);
  const double total = math::log_sum_exp(log_weights);
  double squares = 0, spread = 0;
  for (std::size_t first = 0; first < log_weights.size(); first += per_group) {
    double share_of_group = 0;
    for (std::size_t k = first; k < first + per_group; ++k) {
      const double share = math::exp(log_weights[k] - total);  // sums to 1
      squares += share * share;
      share_of_group += share;
    }
    spread += (share_of_group - 1 / groups) * (share_of_group - 1 / groups);
  }
  const double error = groups > 1 ? std::sqrt(spread * groups / (groups - 1)) : 0;
  return {total - math::log(n), error, 1 / squares};
}

}  // namespace harmonium::inline v0_2

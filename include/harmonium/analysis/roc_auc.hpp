// SPDX-License-Identifier: MIT
/// @file
/// How well a score tells two kinds apart, and how to ask that of points a classifier has not seen.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Area under the receiver operating characteristic: the probability that a point of kind 1 scores
/// higher than one of kind 0, ties counting half. 0.5 is chance. NaN where a kind has no point.
/// @throws std::invalid_argument unless there is one kind per score.
[[nodiscard]] inline double roc_auc(std::span<const double> scores,
                                    std::span<const std::uint8_t> kinds) {
  require(scores.size() == kinds.size(), "roc_auc", "one kind per score expected");
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double below = 0, ones = 0, twice_wins = 0;  // whole numbers
  for (std::size_t k = 0; k < order.size();) {
    double tied_zeros = 0, tied_ones = 0;
    const double score = scores[order[k]];
    for (; k < order.size() && scores[order[k]] == score; ++k)
      (kinds[order[k]] != 0 ? tied_ones : tied_zeros) += 1;
    twice_wins += tied_ones * (2 * below + tied_zeros);
    below += tied_zeros;
    ones += tied_ones;
  }
  return below > 0 && ones > 0 ? twice_wins / (2 * below * ones)
                               : std::numeric_limits<double>::quiet_NaN();
}

/// Deals points into `folds` parts at random, each kind evenly (sizes differ by at most one per
/// kind). Returns the part of each point.
/// @throws std::invalid_argument if `folds` is below 1.
template <bit_source Engine>
[[nodiscard]] std::vector<index> stratified_folds(std::span<const std::uint8_t> kinds, index folds,
                                                  Engine& rng) {
  require(folds >= 1, "stratified_folds", "folds must be at least 1, got " + std::to_string(folds));
  std::vector<index> parts(kinds.size());
  std::vector<std::size_t> members;
  for (const bool second : {false, true}) {
    members.clear();
    for (std::size_t i = 0; i < kinds.size(); ++i)
      if ((kinds[i] != 0) == second) members.push_back(i);
    draw::shuffle(std::span(members), rng);
    for (std::size_t k = 0; k < members.size(); ++k)
      parts[members[k]] = static_cast<index>(k) % folds;
  }
  return parts;
}

}  // namespace harmonium::inline v0_2

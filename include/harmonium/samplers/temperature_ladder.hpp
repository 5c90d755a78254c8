// SPDX-License-Identifier: MIT
/// @file
/// Where to put the inverse temperatures of parallel tempering.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// `count` inverse temperatures from 1 down to `lowest`, each the same share of the one before.
/// @throws std::invalid_argument unless count >= 1 and 0 < lowest <= 1.
inline std::vector<double> geometric_ladder(index count, double lowest) {
  require(count >= 1, "geometric_ladder", "at least one temperature is needed");
  require(lowest > 0 && lowest <= 1, "geometric_ladder", "lowest must be in (0, 1]");
  std::vector<double> ladder(static_cast<std::size_t>(count), 1.0);
  for (std::size_t i = 1; i < ladder.size(); ++i)
    ladder[i] = math::exp(math::log(lowest) * static_cast<double>(i) /
                          static_cast<double>(ladder.size() - 1));
  return ladder;
}

/// @param who whose name the message begins with
/// @throws std::invalid_argument unless inverse temperatures fall from 1, not below 0.
inline void check_ladder(std::span<const double> ladder, const char* who) {
  require(!ladder.empty() && ladder[0] == 1, who, "the ladder must begin with 1");
  for (std::size_t i = 1; i < ladder.size(); ++i)
    require(ladder[i] < ladder[i - 1], who, "the ladder must fall");
  require(ladder.back() >= 0, who, "the ladder must not go below 0");
}

/// `count` inverse temperatures between which neighbours are rejected equally often, from what was
/// seen on another ladder: with Lambda(beta) the sum of the rejection rates from 1 down to beta,
/// linear in between, Lambda rises by the same amount from each to the next (Syed, Bouchard-Cote,
/// Deligiannidis and Doucet 2022, "Non-reversible parallel tempering: a scalable highly parallel
/// MCMC scheme", JRSS B 84; section 5.4). The ends stay.
/// @param ladder falling, at least two; @param rejection of each pair of neighbours, in [0, 1]
/// @throws std::invalid_argument for other shapes.
inline std::vector<double> equal_rejection_ladder(std::span<const double> ladder,
                                                  std::span<const double> rejection, index count) {
  require(ladder.size() >= 2 && rejection.size() + 1 == ladder.size(), "equal_rejection_ladder",
          "one rejection rate per pair of neighbours is needed");
  require(count >= 2, "equal_rejection_ladder", "at least two temperatures are needed");
  std::vector<double> barrier(ladder.size(), 0.0);
  // A pair that is never rejected still has an extent, so that the inverse is defined.
  for (std::size_t i = 1; i < ladder.size(); ++i)
    barrier[i] = barrier[i - 1] + std::max(rejection[i - 1], 1e-6);
  std::vector<double> out(static_cast<std::size_t>(count), ladder.front());
  std::size_t i = 1;
  for (std::size_t k = 1; k + 1 < out.size(); ++k) {
    const double wanted =
        barrier.back() * static_cast<double>(k) / static_cast<double>(out.size() - 1);
    while (i + 1 < barrier.size() && barrier[i] < wanted) ++i;
    const double share = (wanted - barrier[i - 1]) / (barrier[i] - barrier[i - 1]);
    out[k] = ladder[i - 1] + std::min(1.0, share) * (ladder[i] - ladder[i - 1]);
  }
  out.back() = ladder.back();
  return out;
}

}  // namespace harmonium::inline v0_2

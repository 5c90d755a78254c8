// SPDX-License-Identifier: MIT
/// @file
/// Do chains agree? R-hat: the standard deviation of all draws over that within chains. 1 where
/// chains agree; above 1.01 run longer. Chains that never move have R-hat = infinity, see
/// `diagnose`.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/samplers/diagnostics/split_chains.hpp"

namespace harmonium::inline v0_2 {

/// R-hat of given pieces of chains, without any splitting (Gelman and Rubin 1992; Vehtari et al.,
/// Eq. 4). Infinity where no piece ever changes.
/// @param chains one a row, at least 2 x 2
inline double r_hat_of_pieces(const matrix_view<double>& chains) {
  require(chains.rows() >= 2 && chains.cols() >= 2, "r_hat_of_pieces",
          "at least 2 draws of 2 chains are needed");
  const auto m = static_cast<double>(chains.rows()), n = static_cast<double>(chains.cols());
  double within = 0, overall = 0;
  vector<double> means(chains.rows());
  for (index c = 0; c < chains.rows(); ++c) {
    double sum = 0, squares = 0;  // from the first draw on: nothing is lost of a stuck chain
    for (index t = 0; t < chains.cols(); ++t) sum += chains(c, t) - chains(c, 0);
    means[c] = chains(c, 0) + sum / n;
    for (index t = 0; t < chains.cols(); ++t) {
      const double gap = chains(c, t) - means[c];
      squares += gap * gap;
    }
    within += squares / (n - 1) / m;
    overall += means[c] / m;
  }
  double between = 0;
  for (index c = 0; c < chains.rows(); ++c)
    between += (means[c] - overall) * (means[c] - overall) / (m - 1);
  if (!(within > 0)) return std::numeric_limits<double>::infinity();
  return std::sqrt((n - 1) / n + between / within);
}

/// Split R-hat of the figure itself. For figures with infinite variance take `r_hat`.
/// @param draws draws x chains, at least 4 x 1
inline double split_r_hat(const matrix_view<double>& draws) {
  return r_hat_of_pieces(split_chains(draws));
}

/// Rank-normalised split R-hat: the larger one of the figure (location) and of its distance from
/// the median (scale) (Vehtari et al., section 4). Where all distances are equal, as of a fair
/// coin's, the scale cannot differ and the location decides.
/// @param draws draws x chains, at least 4 x 1
inline double r_hat(const matrix_view<double>& draws) {
  const auto halves = split_chains(draws);
  const double bulk = r_hat_of_pieces(rank_normalised(halves));
  // The distances of all draws, cut as the draws are: the median is that of all.
  const auto distances = split_chains(folded(draws));
  if (is_constant(distances)) return bulk;
  return std::max(bulk, r_hat_of_pieces(rank_normalised(distances)));
}

/// Nested R-hat for many short chains, too short to tell their own variance: chains of one group
/// ("superchain") start at the same state, groups at states far from each other, and the groups'
/// means are compared (Margossian et al. 2024, "Nested R-hat: assessing the convergence of Markov
/// chain Monte Carlo when running many short chains", Bayesian Analysis; Eq. 15 to 17):
///
///     sqrt(1 + variance of the groups' means / mean over groups of (variance of the group's chain
///                                              means + mean variance within its chains))
///
/// Of stationary independent chains it is about sqrt(1 + 1 / chains of a group). One draw a chain
/// is enough. Infinity where nothing ever differs within a group.
/// @param draws draws x chains; the chains of a group stand side by side
/// @param group chains in a group, at least 1; at least 2 groups; at least 2 draws or 2 chains a
///        group
/// @throws std::invalid_argument for another shape.
inline double nested_r_hat(const matrix_view<double>& draws, index group) {
  require(group >= 1 && draws.cols() % group == 0 && draws.cols() / group >= 2, "nested_r_hat",
          "the chains must form at least 2 groups of the same size");
  require(draws.rows() >= 1 && (draws.rows() >= 2 || group >= 2), "nested_r_hat",
          "at least 2 draws of a chain, or 2 chains of a group, are needed");
  const index groups = draws.cols() / group;
  const auto n = static_cast<double>(draws.rows()), m = static_cast<double>(group),
             k = static_cast<double>(groups);
  vector<double> group_means(groups);
  double within = 0, overall = 0;
  for (index g = 0; g < groups; ++g) {
    vector<double> means(group);
    double own = 0, mean = 0, between = 0;
    for (index c = 0; c < group; ++c) {
      const auto chain = draws.col(g * group + c);
      double sum = 0, squares = 0;
      for (index t = 0; t < draws.rows(); ++t) sum += chain[t] - chain[0];
      means[c] = chain[0] + sum / n;
      for (index t = 0; t < draws.rows(); ++t)
        squares += (chain[t] - means[c]) * (chain[t] - means[c]);
      if (draws.rows() > 1) own += squares / (n - 1) / m;
      mean += means[c] / m;
    }
    for (index c = 0; c < group; ++c) between += (means[c] - mean) * (means[c] - mean);
    within += (own + (group > 1 ? between / (m - 1) : 0)) / k;
    group_means[g] = mean;
    overall += mean / k;
  }
  double between_groups = 0;
  for (index g = 0; g < groups; ++g)
    between_groups += (group_means[g] - overall) * (group_means[g] - overall) / (k - 1);
  if (!(within > 0)) return std::numeric_limits<double>::infinity();
  return std::sqrt(1 + between_groups / within);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What the diagnostics of Markov chains measure: halves of chains, their ranks, their distances
/// from the median (Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, "Rank-normalization,
/// folding, and localization", Bayesian Analysis 16(2), called "Vehtari et al." by its neighbours).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Every chain cut into its first and second half, so that a drift within a chain counts as a
/// difference between chains. The middle one of an odd number of draws is left out.
/// @param draws draws x chains of one scalar figure, after burn-in
/// @return half-chains x draws, one half-chain a row: all first halves, then all second halves
/// @throws std::invalid_argument for fewer than 4 draws, or no chain.
inline matrix<double> split_chains(const matrix_view<double>& draws) {
  require(draws.rows() >= 4 && draws.cols() >= 1, "split_chains",
          "at least 4 draws of 1 chain are needed");
  const index half = draws.rows() / 2, chains = draws.cols();
  matrix<double> halves(2 * chains, half);
  for (index t = 0; t < half; ++t)
    for (index c = 0; c < chains; ++c) {
      halves(c, t) = draws(t, c);
      halves(chains + c, t) = draws(draws.rows() - half + t, c);
    }
  return halves;
}

/// Whether all entries are the same number.
[[nodiscard]] inline bool is_constant(const matrix_view<double>& values) {
  for (index i = 0; i < values.rows(); ++i)
    for (index j = 0; j < values.cols(); ++j)
      if (values(i, j) != values(0, 0)) return false;
  return true;
}

/// Normal scores of the ranks among all entries, ties sharing their mean rank:
/// normal quantile of (rank - 3/8) / (entries + 1/4) (Vehtari et al., Eq. 14).
inline matrix<double> rank_normalised(matrix<double> values) {
  std::vector<index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), index{0});
  double* const all = values.data();
  std::sort(order.begin(), order.end(), [all](index a, index b) { return all[a] < all[b]; });
  const auto count = static_cast<double>(order.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    const double value = all[order[begin]];
    for (end = begin + 1; end < order.size() && all[order[end]] == value;) ++end;
    const double rank = static_cast<double>(begin + end + 1) / 2;  // the mean of begin + 1 ... end
    const double score = math::normal_quantile((rank - 0.375) / (count + 0.25));
    for (std::size_t k = begin; k < end; ++k) all[order[k]] = score;
  }
  return values;
}

/// Absolute distances from the median of all entries: large in both tails, so that chains that
/// agree in location and not in scale show.
inline matrix<double> folded(matrix<double> values) {
  const double median = median_of({values.data(), static_cast<std::size_t>(values.size())});
  for (index i = 0; i < values.size(); ++i) values.data()[i] = std::abs(values.data()[i] - median);
  return values;
}

}  // namespace harmonium::inline v0_2

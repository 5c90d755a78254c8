// SPDX-License-Identifier: MIT
/// @file
/// How many independent draws would say as much? Effective sample sizes of the mean, of the bulk
/// and of the tails (Vehtari et al. 2021, sections 3 and 4). Chains that never move have one
/// effective draw, see `diagnose`.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/samplers/diagnostics/split_chains.hpp"

namespace harmonium::inline v0_2 {

/// Draws over autocorrelation time. Autocorrelations are summed up to where a pair of neighbouring
/// lags turns negative, pairs never rising (Geyer 1992, initial monotone sequence), and take the
/// difference between chains into account (Vehtari et al., Eq. 10). Antithetic chains may beat
/// independent draws, but at most by log10 of their number, for more cannot be told.
/// 1 where all draws are the same number. Cost: draws x (lags until a pair turns negative).
/// @param chains pieces of chains, one a row, at least 1 x 6
inline double effective_size_of_pieces(matrix<double> chains) {
  require(chains.rows() >= 1 && chains.cols() >= 6, "effective_size_of_pieces",
          "at least 6 draws (12 before splitting) are needed");
  if (is_constant(chains)) return 1;
  const index length = chains.cols(), pieces = chains.rows();
  const auto n = static_cast<double>(length), m = static_cast<double>(pieces);
  vector<double> means(pieces);
  double overall = 0, between = 0;
  for (index c = 0; c < pieces; ++c) {
    double sum = 0;  // from the first draw on: nothing is lost of a stuck chain
    for (index t = 0; t < length; ++t) sum += chains(c, t) - chains(c, 0);
    means[c] = chains(c, 0) + sum / n;
    overall += means[c] / m;
    for (index t = 0; t < length; ++t) chains(c, t) -= means[c];
  }
  for (index c = 0; c < pieces && pieces > 1; ++c)
    between += (means[c] - overall) * (means[c] - overall) / (m - 1);
  const auto covariance = [&](index lag) {  // mean over the pieces
    double sum = 0;
    for (index c = 0; c < pieces; ++c) {
      const std::span<const double> all(chains.row(c).data(), static_cast<std::size_t>(length));
      const auto count = static_cast<std::size_t>(length - lag);
      sum += row::dot<double>(all.first(count), all.last(count));
    }
    return sum / (n * m);
  };
  const double biased = covariance(0), within = biased * n / (n - 1), total = biased + between;
  const auto correlation = [&](index lag) { return 1 - (within - covariance(lag)) / total; };

  std::vector<double> rho(static_cast<std::size_t>(length), 0.0);
  double even = 1, odd = correlation(1);
  rho[0] = even;
  rho[1] = odd;
  std::size_t last = 0;
  while (last + 5 < rho.size() && even + odd > 0) {
    last += 2;
    even = correlation(static_cast<index>(last));
    odd = correlation(static_cast<index>(last) + 1);
    if (even + odd >= 0) {
      rho[last] = even;
      rho[last + 1] = odd;
    }
  }
  if (even > 0) rho[last] = even;  // half a pair more lowers the variance of the estimate
  for (std::size_t t = 2; t + 2 <= last; t += 2)
    if (rho[t] + rho[t + 1] > rho[t - 2] + rho[t - 1])
      rho[t] = rho[t + 1] = (rho[t - 2] + rho[t - 1]) / 2;
  double time = -1 + rho[last];
  for (std::size_t t = 0; t < last; ++t) time += 2 * rho[t];
  return n * m / std::max(time, 1 / std::log10(n * m));
}

/// Effective sample size of the mean of the figure.
/// @param draws draws x chains of one scalar figure, at least 12 x 1
inline double mean_effective_size(const matrix_view<double>& draws) {
  return effective_size_of_pieces(split_chains(draws));
}

/// Of the figure's normal scores: how well its location is known, also where it has no variance.
inline double bulk_effective_size(const matrix_view<double>& draws) {
  return effective_size_of_pieces(rank_normalised(split_chains(draws)));
}

/// Of the `p`-quantile: that of whether a draw is at most the quantile. Where the quantile is the
/// largest value, which happens with discrete figures, of whether a draw is below it; so there is
/// an answer for every figure that changes.
inline double quantile_effective_size(const matrix_view<double>& draws, double p) {
  require(p >= 0 && p <= 1, "quantile_effective_size", "p must be in [0, 1]");
  require(draws.rows() >= 12 && draws.cols() >= 1, "quantile_effective_size",
          "at least 12 draws of 1 chain are needed");
  const matrix<double> copy = draws;
  std::vector<double> sorted(copy.data(), copy.data() + copy.size());
  std::sort(sorted.begin(), sorted.end());
  const double quantile = quantile_of_sorted(sorted, p);
  const bool at_most = quantile < sorted.back();
  const matrix<double> below = copy.unaryExpr(
      [&](double x) { return (at_most ? x <= quantile : x < quantile) ? 1.0 : 0.0; });
  return effective_size_of_pieces(split_chains(below));
}

/// The smaller one of the 5 % and the 95 % quantile: how well the tails are known.
inline double tail_effective_size(const matrix_view<double>& draws) {
  return std::min(quantile_effective_size(draws, 0.05), quantile_effective_size(draws, 0.95));
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// How well Markov chains mix: effective sample size and split R-hat of a scalar figure, as in
/// Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021, "Rank-normalization, folding, and
/// localization", Bayesian Analysis 16(2). Plain, that is without rank normalisation: for figures
/// with infinite variance give them ranks.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

struct mixing_figures {
  double effective_sample_size;  ///< independent draws that would say as much about the mean
  double autocorrelation_time;   ///< draws (of all chains) per effective one
  double r_hat;                  ///< 1 where all halves of all chains agree; above 1.01: run longer
};

/// Every chain is cut into halves, so that a drift within a chain counts as a difference between
/// chains. The autocorrelation time sums the autocorrelations up to where a pair of neighbouring
/// lags turns negative, pairs never rising (Geyer 1992, initial monotone sequence).
/// Cost: draws x (lags until then).
/// @param draws draws x chains of one scalar figure, after burn-in; at least 4 draws (the middle
///        one of an odd number is left out) and 1 chain
/// @return NaN for all three where the figure never changes.
/// @throws std::invalid_argument for fewer.
inline mixing_figures mixing_of(const matrix_view<double>& draws) {
  require(draws.rows() >= 4 && draws.cols() >= 1, "mixing_of",
          "at least 4 draws of 1 chain are needed");
  const index half = draws.rows() / 2, halves = 2 * draws.cols();
  const auto n = static_cast<double>(half), m = static_cast<double>(halves);
  matrix<double> centred(halves, half);  // one half-chain a row, less its mean
  vector<double> means(halves);
  for (index c = 0; c < halves; ++c) {
    const index first = c % 2 == 0 ? 0 : draws.rows() - half;
    double sum = 0;
    for (index t = 0; t < half; ++t) sum += draws(first + t, c / 2);
    means[c] = sum / n;
    for (index t = 0; t < half; ++t) centred(c, t) = draws(first + t, c / 2) - means[c];
  }
  /// Mean over the half-chains of the autocovariance, divided by their length.
  const auto covariance = [&](index lag) {
    double sum = 0;
    for (index c = 0; c < halves; ++c)
      for (index t = 0; t + lag < half; ++t) sum += centred(c, t) * centred(c, t + lag);
    return sum / (n * m);
  };
  double overall = 0, between = 0;
  for (index c = 0; c < halves; ++c) overall += means[c] / m;
  for (index c = 0; c < halves; ++c)
    between += (means[c] - overall) * (means[c] - overall) / (m - 1);
  const double biased = covariance(0);
  const double within = biased * n / (n - 1);
  const double total = biased + between;
  if (!(total > 0)) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan, nan};
  }
  double time = -1, last_pair = std::numeric_limits<double>::infinity();
  for (index lag = 0; lag + 1 < half; lag += 2) {
    const double even = lag == 0 ? 1 : 1 - (within - covariance(lag)) / total;
    const double odd = 1 - (within - covariance(lag + 1)) / total;
    if (even + odd < 0) break;
    last_pair = std::min(last_pair, even + odd);
    time += 2 * last_pair;
  }
  // Antithetic chains may beat independent draws, but by how much cannot be told from a few.
  time = std::max(time, 1 / std::log10(n * m));
  return {n * m / time, time, std::sqrt(total / within)};
}

}  // namespace harmonium::inline v0_2

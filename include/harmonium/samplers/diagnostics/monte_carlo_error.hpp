// SPDX-License-Identifier: MIT
/// @file
/// By how much are the mean and the quantiles of draws off? Monte Carlo standard errors (Vehtari et
/// al. 2021, section 4.4).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/beta.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/samplers/diagnostics/effective_size.hpp"

namespace harmonium::inline v0_2 {

/// Standard error of the mean of all draws: their standard deviation over the root of their
/// effective number. Infinity where the figure never changes: how far off it is cannot be told.
/// @param draws draws x chains of one scalar figure, at least 12 x 1
inline double mean_error(const matrix_view<double>& draws) {
  const double size = mean_effective_size(draws);
  if (is_constant(draws)) return std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(draws.size());
  double sum = 0, squares = 0;
  for (index t = 0; t < draws.rows(); ++t)
    for (index c = 0; c < draws.cols(); ++c) sum += draws(t, c);
  for (index t = 0; t < draws.rows(); ++t)
    for (index c = 0; c < draws.cols(); ++c)
      squares += (draws(t, c) - sum / n) * (draws(t, c) - sum / n);
  return std::sqrt(squares / (n - 1) / size);
}

/// Standard error of the `p`-quantile: half the distance between the draws at the two ranks that
/// hold the middle 68 % of the beta distribution of the quantile's probability. Infinity where the
/// figure never changes. Of a discrete figure it may be 0: the quantile is then known.
inline double quantile_error(const matrix_view<double>& draws, double p) {
  const double size = quantile_effective_size(draws, p);
  if (is_constant(draws)) return std::numeric_limits<double>::infinity();
  const matrix<double> copy = draws;
  std::vector<double> sorted(copy.data(), copy.data() + copy.size());
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<double>(sorted.size());
  const double a = size * p + 1, b = size * (1 - p) + 1;
  constexpr double lower_tail = 0.1586553;  // P(Z < -1), to the digits that the R package has
  const double low = std::floor(math::beta_quantile(lower_tail, a, b) * count);
  const double high = std::ceil(math::beta_quantile(1 - lower_tail, a, b) * count);
  const auto at = [&](double rank) { return sorted[static_cast<std::size_t>(rank) - 1]; };
  return (at(std::min(high, count)) - at(std::max(low, 1.0))) / 2;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Quantiles of a sample, as R (type 7) and NumPy have them.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Quantile of a sample known by its order: `sorted(k)` is the value of rank k = 0, ..., size - 1.
/// The rank (size - 1) p is interpolated linearly. NaN where the sample is empty.
/// Source: Hyndman & Fan (1996), The American Statistician 50:361, definition 7.
/// @param p in [0, 1]
template <class Sorted>
[[nodiscard]] double quantile_of_order(index size, double p, const Sorted& sorted) {
  if (size == 0) return std::numeric_limits<double>::quiet_NaN();
  const double rank = static_cast<double>(size - 1) * p;
  const auto lower = static_cast<index>(std::floor(rank));
  const double low = sorted(lower), rest = rank - static_cast<double>(lower);
  return rest > 0 ? low + (sorted(lower + 1) - low) * rest : low;
}

/// Quantile of ascending values.
[[nodiscard]] inline double quantile_of_sorted(std::span<const double> values, double p) {
  return quantile_of_order(static_cast<index>(values.size()), p,
                           [&](index k) { return values[static_cast<std::size_t>(k)]; });
}

/// Median of values in any order.
[[nodiscard]] inline double median_of(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return quantile_of_sorted(sorted, 0.5);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// How far two samples of numbers are apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// How far two samples of numbers are apart.
struct sample_distances {
  double kolmogorov_smirnov;  ///< largest difference of the distribution functions, 0 to 1
  double wasserstein;         ///< integral of |difference|: how far mass must be moved on average
};

/// Both distances between two samples of ascending numbers >= 0 that hold `zeros` zeros more than
/// are listed. NaN where a sample is empty. Cost: O(listed numbers).
[[nodiscard]] inline sample_distances compare_sorted(std::span<const double> a, index zeros_a,
                                                     std::span<const double> b, index zeros_b) {
  const auto size_a = static_cast<double>(a.size()) + static_cast<double>(zeros_a);
  const auto size_b = static_cast<double>(b.size()) + static_cast<double>(zeros_b);
  if (size_a == 0 || size_b == 0) {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    return {unknown, unknown};
  }
  sample_distances result{0, 0};
  auto below_a = static_cast<double>(zeros_a), below_b = static_cast<double>(zeros_b);
  double at = 0;
  std::size_t i = 0, j = 0;
  for (;;) {
    // The difference of the distribution functions on [at, next number).
    while (i < a.size() && a[i] <= at) ++i, below_a += 1;
    while (j < b.size() && b[j] <= at) ++j, below_b += 1;
    const double difference = std::abs(below_a / size_a - below_b / size_b);
    result.kolmogorov_smirnov = std::max(result.kolmogorov_smirnov, difference);
    if (i == a.size() && j == b.size()) return result;
    const double next = i == a.size() ? b[j] : j == b.size() ? a[i] : std::min(a[i], b[j]);
    result.wasserstein += difference * (next - at);
    at = next;
  }
}

/// The same for numbers >= 0 in any order, all listed.
[[nodiscard]] inline sample_distances compare_samples(std::span<const double> a,
                                                      std::span<const double> b) {
  std::vector<double> x(a.begin(), a.end()), y(b.begin(), b.end());
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return compare_sorted(x, 0, y, 0);
}

}  // namespace harmonium::inline v0_2

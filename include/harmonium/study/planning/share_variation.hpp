// SPDX-License-Identifier: MIT
/// @file
/// How far the share of a type differs between donors (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/cells_needed.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// The law of a donor's share of a type: beta with this mean, and a standard deviation of
/// `deviation` times the mean.
struct share_law {
  double mean;       ///< share of the population's cells, 0 to 1
  double deviation;  ///< standard deviation over mean, >= 0

  /// Correlation of two cells of a donor being of the type; at most 0.95.
  [[nodiscard]] double correlation() const {
    if (!(mean < 1)) return deviation > 0 ? 0.95 : 0.0;
    return std::min(0.95, deviation * deviation * mean / (1 - mean));
  }
};

/// P(at least `least` cells of a type among `cells` of each of `donors`), whose shares follow the
/// law: a sum of beta-binomials; binomial where donors do not differ.
/// @throws std::invalid_argument for a mean outside [0, 1], negative cells, or no donors
[[nodiscard]] inline double chance_over_donors(index least, index donors, index cells,
                                               const share_law& law) {
  const double correlation = law.correlation();
  // Below it 1 / correlation takes the digits of log gamma, and the law is binomial to them.
  constexpr double least_correlation = 1e-9;
  if (correlation < least_correlation || law.mean >= 1)
    return chance_of_at_least(least, donors * cells, law.mean);
  const double all = 1 / correlation - 1;
  return tails::beta_binomials_at_least(least, cells, donors, law.mean * all, (1 - law.mean) * all);
}

/// Deviations that types may have, equal steps of their logarithm.
struct share_deviations {
  static constexpr std::size_t size = 12;
  static constexpr double smallest = 0.05, largest = 1.6;

  [[nodiscard]] static double at(std::size_t k) {
    return smallest * math::exp(static_cast<double>(k) / static_cast<double>(size - 1) *
                                math::log(largest / smallest));
  }
};

/// Correlations within donors, for types that have one in common as in a Dirichlet law: equal steps
/// of their logarithm.
struct share_correlations {
  static constexpr std::size_t size = share_deviations::size;
  static constexpr double smallest = 0.0005, largest = 0.3;

  [[nodiscard]] static double at(std::size_t k) {
    return smallest * math::exp(static_cast<double>(k) / static_cast<double>(size - 1) *
                                math::log(largest / smallest));
  }
};

/// What a type's deviation is taken for where a pilot shows nothing: log-normal, of median 0.35, 90
/// % of it between 0.13 and 0.95. Measured on 12,261 blood cells of eight lupus patients (Kang et
/// al. 2018, Nat. Biotechnol. 36:89), by analysis of variance of each of eight types: 0.28, 0.33,
/// 0.33, 0.34, 0.37, 0.43, 1.12 and not above 0, in no order of frequency; a correlation within
/// donors that is the same for all types is not what they have (0.002 to 0.12).
inline constexpr double typical_share_deviation = 0.35;

/// A log-normal law over a grid of levels, sums to 1. @param spread of the logarithm
template <class Levels>
[[nodiscard]] std::array<double, Levels::size> log_normal_over(double median, double spread) {
  std::array<double, Levels::size> law{};
  double sum = 0;
  for (std::size_t k = 0; k < law.size(); ++k) {
    const double z = math::log(Levels::at(k) / median) / spread;
    sum += law[k] = math::exp(-0.5 * z * z);
  }
  for (double& p : law) p /= sum;
  return law;
}

/// Of the deviation, where a pilot has one donor: median `typical_share_deviation`, 90 % between
/// 0.13 and 0.95.
[[nodiscard]] inline std::array<double, share_deviations::size> assumed_share_deviations() {
  return log_normal_over<share_deviations>(typical_share_deviation, 0.6);
}
/// Before a pilot of several donors is looked at: 90 % between 0.004 and 0.1.
[[nodiscard]] inline std::array<double, share_correlations::size> assumed_share_correlations() {
  return log_normal_over<share_correlations>(0.02, 1);
}

}  // namespace harmonium::inline v0_2

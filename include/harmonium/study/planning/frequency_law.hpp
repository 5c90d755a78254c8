// SPDX-License-Identifier: MIT
/// @file
/// The laws that frequencies of cell types may follow: the prior of `estimate_frequencies`.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Log frequencies at equal steps up to log 1 = 0: where laws and likelihoods are tabulated.
struct log_frequency_lattice {
  static constexpr double step = 0.025;
  static constexpr index points = 521;  ///< down to exp(-13), two in a million

  [[nodiscard]] static constexpr double at(index i) noexcept {
    return -step * static_cast<double>(points - 1 - i);
  }
};

/// Log frequencies of types as independent draws around a `mode`: a normal density of two halves
/// with a scale each and, where `has_outliers`, types that are rarer than the others by any factor
/// up to e^6, all such factors equally likely. Scales of 0: all types are equally frequent.
/// Source of the form: Wallis (2014), The two-piece normal distribution, Statistical Science
/// 29:106.
struct frequency_law {
  double mode = 0;              ///< natural logarithm of a frequency
  double below = 1, above = 1;  ///< scales
  bool has_outliers = false;  ///< whether some types are rarer than the law of the others has them
  double weight = 1;          ///< probability beforehand, up to a factor

  static constexpr double outliers = 0.05;  ///< for one of the others
  static constexpr double reach = 6;        ///< of outliers, below the mode

  [[nodiscard]] bool is_even() const noexcept { return below == 0; }
};

/// Probabilities of a law on the lattice; frequencies above 1 are cut off. They sum to 1.
inline void tabulate(const frequency_law& law, std::vector<double>& probabilities) {
  using lattice = log_frequency_lattice;
  probabilities.assign(static_cast<std::size_t>(lattice::points), 0);
  if (law.is_even()) {
    const auto place = std::lround(law.mode / lattice::step) + lattice::points - 1;
    probabilities[static_cast<std::size_t>(place)] = 1;
    return;
  }
  constexpr double root_half_pi = 1.2533141373155003;  // a half of the density's integral, scale 1
  const double outlier = law.has_outliers ? frequency_law::outliers * root_half_pi *
                                                (law.below + law.above) / frequency_law::reach
                                          : 0.0;
  double sum = 0;
  for (index i = 0; i < lattice::points; ++i) {
    const double away = lattice::at(i) - law.mode;
    const double z = away / (away < 0 ? law.below : law.above);
    double p = z * z > 80 ? 0.0 : math::exp(-0.5 * z * z);
    if (away < 0 && away > -frequency_law::reach) p += outlier;
    probabilities[static_cast<std::size_t>(i)] = p;
    sum += p;
  }
  for (double& p : probabilities) p /= sum;
}

/// The laws that are weighed against each other. With probability 0.1 all types are equal; else
/// every pair of scales is equally likely, with outliers 0.35, without 0.65. Modes lie between the
/// frequency of half a cell and that of all cells.
[[nodiscard]] inline std::vector<frequency_law> candidate_laws(double cells) {
  static constexpr std::array<double, 6> scales{0.07, 0.17, 0.4, 0.8, 1.4, 2.4};
  constexpr double even = 0.1;
  constexpr index steps = 6;  // of the lattice between modes of laws that are not even
  const double each = (1 - even) / static_cast<double>(scales.size() * scales.size());
  const double lowest = math::log(0.5 / cells);
  std::vector<frequency_law> laws;
  for (index i = log_frequency_lattice::points - 1; i >= 0; --i) {
    const double mode = log_frequency_lattice::at(i);
    if (mode < lowest) break;
    laws.push_back({mode, 0, 0, false, even / static_cast<double>(steps)});
    if ((log_frequency_lattice::points - 1 - i) % steps != steps - 2) continue;
    for (const double below : scales)
      for (const double above : scales)
        for (const bool has_outliers : {false, true})
          laws.push_back({mode, below, above, has_outliers, each * (has_outliers ? 0.35 : 0.65)});
  }
  return laws;
}

/// How much one type says about the law, against what an exact model would have it say. Types are
/// not draws from any of the laws, and a list of laws that is too sure of itself has intervals that
/// are too narrow; this is the value at which they hold the truth as often as they say
/// (benchmarks/plan_calibration.cpp).
/// Source of the idea: Gruenwald & van Ommen (2017), Bayesian Analysis 12:1069.
inline constexpr double law_learning_rate = 0.6;

}  // namespace harmonium::inline v0_2

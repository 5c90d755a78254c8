// SPDX-License-Identifier: MIT
/// @file
/// Figures of clustered experiments over sizes, and where they level off (component
/// `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/study/planning/rediscover.hpp"
#include "harmonium/study/planning/run_experiments.hpp"
#include "harmonium/study/saturation.hpp"

namespace harmonium::inline v0_2 {

/// A figure of clustering over sizes, larger is better.
struct plan_curve {
  std::string name;       ///< snake_case
  std::string in_words;   ///< for a person
  matrix<double> values;  ///< sizes x columns; NaN where there is none
  saturation curve;       ///< empty where a value is NaN
};

/// Mean adjusted Rand index per size at one depth.
struct depth_curve {
  double depth;              ///< share of the pilot's counts per cell
  std::vector<double> mean;  ///< one per size
};

inline constexpr double rare_type = 0.05;  ///< types below this frequency are rare in curves

/// The curves of experiments: adjusted Rand index (the first), shares of all and of rare types
/// found anew, stability, compactness.
/// @param frequencies of the types
/// @param rng         moves on by some words
[[nodiscard]] inline std::vector<plan_curve> curves_of(const experiment_figures& figures,
                                                       std::span<const double> frequencies,
                                                       double f1, random_engine& rng) {
  const auto& experiments = figures.experiments;
  const auto sizes = static_cast<index>(experiments.sizes.size());
  const auto columns = static_cast<index>(experiments.columns.size());
  const matrix<double> none =
      matrix<double>::Constant(sizes, columns, std::numeric_limits<double>::quiet_NaN());
  std::vector<plan_curve> curves{
      {"adjusted_rand", "clusters agree with types (Rand)", none, {}},
      {"types_found", "share of types found", none, {}},
      {"rare_types_found", "share of rare types found", none, {}},
      {"stability", "two experiments agree (Rand)", figures.stability, {}},
      {"compactness", "minus the Davies-Bouldin index", figures.compactness, {}}};
  for (index s = 0; s < sizes; ++s)
    for (index c = 0; c < columns; ++c) {
      const auto& table =
          experiments.table(0, static_cast<std::size_t>(s), static_cast<std::size_t>(c));
      curves[0].values(s, c) = adjusted_rand_of(table);
      double found = 0, rare = 0, rare_found = 0;
      for (std::size_t t = 0; t < frequencies.size(); ++t) {
        const bool is_found = best_f1(table, static_cast<index>(t)) >= f1;
        if (is_found) found += 1;
        if (!(frequencies[t] < rare_type)) continue;
        rare += 1;
        if (is_found) rare_found += 1;
      }
      curves[1].values(s, c) = found / static_cast<double>(frequencies.size());
      if (rare > 0) curves[2].values(s, c) = rare_found / rare;
    }
  for (auto& one : curves)
    if (one.values.array().isFinite().all())
      one.curve = find_saturation(experiments.sizes, one.values, {}, rng);
  return curves;
}

/// The adjusted Rand index of every depth, full depth first.
[[nodiscard]] inline std::vector<depth_curve> depth_curves(const plan_experiments& experiments) {
  std::vector<depth_curve> curves;
  for (std::size_t d = 0; d < experiments.depths.size(); ++d) {
    depth_curve one{experiments.depths[d], {}};
    for (std::size_t s = 0; s < experiments.sizes.size(); ++s) {
      double sum = 0;
      for (const index c : experiments.thinned)
        sum += adjusted_rand_of(experiments.table(d, s, static_cast<std::size_t>(c)));
      one.mean.push_back(sum / static_cast<double>(experiments.thinned.size()));
    }
    curves.push_back(std::move(one));
  }
  return curves;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Are the synthetic cells new, or copies of the pilot?
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Distances in the reference's principal components, given which of its rows were the pilot:
/// - `nearer_to_pilot`: share of the synthetic cells that are nearer to a pilot cell than to any of
///   as many cells of the reference that the generator has not seen (the larger of both sets is
///   subsampled);
/// - `nearest_pilot_ratio`: median distance of the synthetic cells to their nearest pilot cell,
/// over
///   the median distance of pilot cells to the nearest other one.
///
/// NaN where the pilot is unknown, a side has no cell, the pilot is the whole reference
/// (`nearer_to_pilot`), or its cells coincide or are fewer than two (`nearest_pilot_ratio`).
/// Source: the two-sample idea of Meehan et al. (2020), "A non-parametric test to detect
/// data-copying in generative models", AISTATS.
struct memorisation {
  static constexpr std::string_view name = "memorisation";
  static constexpr std::string_view range =
      "nearer_to_pilot 0 to 1, 0.5 is good, 1 copies; nearest_pilot_ratio 0 (copies) to infinity";
  static constexpr std::string_view chance = "copies of the pilot: 1 and 0";
  static constexpr std::string_view ceiling = "fresh cells: 0.5, and about 1";

  std::uint64_t seed = 1;  ///< decides which cells of the larger set are taken

  /// Cost: O(synthetic cells * pilot cells * components).
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    const auto pilot = pair.reference().pilot(), fresh = pair.reference().fresh();
    if (pair.empty() || pilot.empty())
      return unknown_figures({"nearer_to_pilot", "nearest_pilot_ratio"});
    return {{"nearer_to_pilot", nearer_share(pair, pilot, fresh)},
            {"nearest_pilot_ratio", distance_ratio(pair, pilot)}};
  }

 private:
  static matrix<double> rows_of(const matrix<double>& scores, std::span<const index> rows) {
    matrix<double> chosen(static_cast<index>(rows.size()), scores.cols());
    for (std::size_t i = 0; i < rows.size(); ++i)
      chosen.row(static_cast<index>(i)) = scores.row(rows[i]);
    return chosen;
  }

  static std::vector<double> nearest_distances(const exact_index& points,
                                               const matrix<double>& queries) {
    const auto table = nearest(serial_executor{}, points, queries, 1);
    return {table.distances.data(), table.distances.data() + table.distances.size()};
  }

  [[nodiscard]] double nearer_share(const std::same_as<comparison> auto& pair,
                                    std::span<const index> pilot,
                                    std::span<const index> fresh) const {
    if (fresh.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto size = static_cast<index>(std::min(pilot.size(), fresh.size()));
    const auto& scores = pair.reference().components().scores;
    random_engine rng(seed);
    const auto sample = [&](std::span<const index> from) {
      auto rows = draw::sample_without_replacement(static_cast<index>(from.size()), size, rng);
      for (index& row : rows) row = from[static_cast<std::size_t>(row)];
      return exact_neighbours{}.build(rows_of(scores, rows));
    };
    const auto to_pilot = nearest_distances(sample(pilot), pair.scores());
    const auto to_fresh = nearest_distances(sample(fresh), pair.scores());
    double nearer = 0;
    for (std::size_t i = 0; i < to_pilot.size(); ++i)
      if (to_pilot[i] < to_fresh[i]) nearer += 1;
    return nearer / static_cast<double>(to_pilot.size());
  }

  static double distance_ratio(const std::same_as<comparison> auto& pair,
                               std::span<const index> pilot) {
    if (pilot.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    const auto known = rows_of(pair.reference().components().scores, pilot);
    const auto prepared = exact_neighbours{}.build(known);
    const auto own = nearest_others(serial_executor{}, prepared, known, 1).distances;
    const double usual = median_of({own.data(), static_cast<std::size_t>(own.size())});
    const double here = median_of(nearest_distances(prepared, pair.scores()));
    return usual > 0 ? here / usual : std::numeric_limits<double>::quiet_NaN();
  }
};

static_assert(metric<memorisation>);

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Do the synthetic cells fall into the reference's clusters in the right proportions?
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <string_view>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Compares the clusters' shares. With p_k and q_k the share of the reference's and of the
/// synthetic cells that carry label k, and N the number of such reference cells, the figures are
/// - `total_variation`: sum |p_k - q_k| / 2;
/// - `table1`: N sum |p_k - q_k|, the sum of |n_original - n_synthetic| of Table 1 in Treppner et
///   al. 2021 (doi 10.1038/s41598-021-88875-4) with the synthetic cells scaled to N;
/// - `types_found`: clusters of the reference with at least one synthetic cell, as a share;
/// - `rare_types_found`: the same of the clusters that hold less than `rare` of the reference; NaN
///   where there is none.
///
/// Cells with a negative label are left out of both sides. All figures are NaN where one side has
/// no labelled cell.
struct cluster_proportions {
  static constexpr std::string_view name = "cluster_proportions";
  static constexpr bool needs_labels = true;
  static constexpr std::string_view range =
      "total_variation 0 (good) to 1; table1 0 (good) to twice the reference's cells; types_found "
      "and rare_types_found 0 to 1 (good)";
  static constexpr std::string_view chance =
      "total_variation of labels drawn evenly: half the sum of |p_k - 1/K|";
  static constexpr std::string_view ceiling =
      "not 0 but sampling noise: about sum sqrt(p_k (1 - p_k) / (pi n)) for n fresh cells each";

  double rare = 0.05;  ///< a type with a smaller share of the reference is rare

  /// Only the labels are looked at. Cost: O(cells + clusters).
  /// @throws std::invalid_argument unless `rare` is at least 0.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(rare >= 0, "cluster_proportions", "rare must not be negative");
    const auto original = pair.reference().cells().cells_per_cluster(pair.clusters());
    const auto imitated = pair.cells().cells_per_cluster(pair.clusters());
    double original_cells = 0, imitated_cells = 0;
    for (std::size_t k = 0; k < original.size(); ++k) {
      original_cells += static_cast<double>(original[k]);
      imitated_cells += static_cast<double>(imitated[k]);
    }
    if (original_cells == 0 || imitated_cells == 0)
      return unknown_figures({"total_variation", "table1", "types_found", "rare_types_found"});

    double types = 0, found = 0, rare_types = 0, rare_found = 0;
    double difference = 0;  // in units of 1 / (original_cells imitated_cells): whole numbers
    for (std::size_t k = 0; k < original.size(); ++k) {
      const auto there = static_cast<double>(original[k]), here = static_cast<double>(imitated[k]);
      difference += std::abs(there * imitated_cells - here * original_cells);
      if (there == 0) continue;
      types += 1;
      if (here > 0) found += 1;
      if (!(there < rare * original_cells)) continue;
      rare_types += 1;
      if (here > 0) rare_found += 1;
    }
    return {{"total_variation", difference / (2 * original_cells * imitated_cells)},
            {"table1", difference / imitated_cells},
            {"types_found", found / types},
            {"rare_types_found",
             rare_types > 0 ? rare_found / rare_types : std::numeric_limits<double>::quiet_NaN()}};
  }
};

static_assert(metric<cluster_proportions>);

}  // namespace harmonium::inline v0_2

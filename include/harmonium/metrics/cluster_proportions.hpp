// SPDX-License-Identifier: MIT
/// @file
/// Do the synthetic cells fall into the reference's clusters in the right proportions?
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium {

/// Compares the clusters' shares. With p_k and q_k the share of the reference's and of the
/// synthetic cells that carry label k, and N the number of such reference cells, the figures are
/// - `total_variation`: sum |p_k - q_k| / 2;
/// - `table1`: N sum |p_k - q_k|, the sum of |n_original - n_synthetic| of Table 1 in Treppner et
///   al. 2021 (doi 10.1038/s41598-021-88875-4) with the synthetic cells scaled to N;
/// - `types_found`: clusters of the reference with at least one synthetic cell, as a share.
///
/// Cells with a negative label are left out of both sides. All figures are NaN where one side has
/// no labelled cell.
struct cluster_proportions {
  static constexpr std::string_view name = "cluster_proportions";
  static constexpr std::string_view range =
      "total_variation 0 (good) to 1; table1 0 (good) to twice the reference's cells; types_found "
      "0 "
      "to 1 (good)";
  static constexpr std::string_view chance =
      "total_variation of labels drawn evenly: half the sum of |p_k - 1/K|";
  static constexpr std::string_view ceiling =
      "not 0 but sampling noise: about sum sqrt(p_k (1 - p_k) / (pi n)) for n fresh cells each";

  /// Only the labels are looked at. Cost: O(cells + clusters).
  template <count_source Reference, count_source Synthetic>
  [[nodiscard]] std::vector<figure> evaluate(const Reference& reference,
                                             std::span<const index> reference_labels,
                                             const Synthetic& synthetic,
                                             std::span<const index> synthetic_labels) const {
    require(std::cmp_equal(reference_labels.size(), reference.cells()), "cluster_proportions",
            "one label per reference cell expected, got " +
                std::to_string(reference_labels.size()) + " labels for " +
                std::to_string(reference.cells()) + " cells");
    require(std::cmp_equal(synthetic_labels.size(), synthetic.cells()), "cluster_proportions",
            "one label per synthetic cell expected, got " +
                std::to_string(synthetic_labels.size()) + " labels for " +
                std::to_string(synthetic.cells()) + " cells");
    require(reference.genes() == synthetic.genes(), "cluster_proportions",
            "reference and synthetic cells have different genes");

    const auto clusters = static_cast<std::size_t>(
        1 + std::max(largest_label(reference_labels), largest_label(synthetic_labels)));
    const auto original = cells_per_cluster(reference_labels, clusters);
    const auto imitated = cells_per_cluster(synthetic_labels, clusters);
    double original_cells = 0, imitated_cells = 0, types = 0, found = 0;
    for (std::size_t k = 0; k < clusters; ++k) {
      original_cells += original[k];
      imitated_cells += imitated[k];
      if (original[k] > 0) types += 1;
      if (original[k] > 0 && imitated[k] > 0) found += 1;
    }
    if (original_cells == 0 || imitated_cells == 0) {
      const double unknown = std::numeric_limits<double>::quiet_NaN();
      return {{"total_variation", unknown}, {"table1", unknown}, {"types_found", unknown}};
    }
    double difference = 0;  // in units of 1 / (original_cells imitated_cells): whole numbers
    for (std::size_t k = 0; k < clusters; ++k)
      difference += std::abs(original[k] * imitated_cells - imitated[k] * original_cells);
    return {{"total_variation", difference / (2 * original_cells * imitated_cells)},
            {"table1", difference / imitated_cells},
            {"types_found", found / types}};
  }

 private:
  /// The largest label, -1 where no cell has one.
  static index largest_label(std::span<const index> labels) {
    index largest = -1;
    for (const index k : labels) largest = std::max(largest, k);
    return largest;
  }

  static std::vector<double> cells_per_cluster(std::span<const index> labels,
                                               std::size_t clusters) {
    std::vector<double> cells(clusters, 0.0);
    for (const index k : labels)
      if (k >= 0) cells[static_cast<std::size_t>(k)] += 1;
    return cells;
  }
};

static_assert(metric<cluster_proportions>);

}  // namespace harmonium

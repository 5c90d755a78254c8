// SPDX-License-Identifier: MIT
/// @file
/// Is every gene's count distributed as in the reference?
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <string_view>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/distribution_distance.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/metrics/sorted_genes.hpp"

namespace harmonium::inline v0_2 {

/// Distances between each gene's counts on both sides:
/// - `ks_mean`, `ks_worst`: mean and maximum over genes of the Kolmogorov-Smirnov distance;
/// - `wasserstein_mean`: mean over genes of the Wasserstein-1 distance, in counts;
/// - `wasserstein_scaled`: the same with each gene's in standard deviations of the reference, over
///   the genes that vary there; NaN where none does.
///
/// NaN where a side has no cell. Cost: O(non-zeros), once they are sorted.
struct gene_distributions {
  static constexpr std::string_view name = "gene_distributions";
  static constexpr std::string_view range =
      "ks 0 (good) to 1; wasserstein 0 (good) to infinity, in counts or standard deviations";
  static constexpr std::string_view chance = "none that is common to all data";
  static constexpr std::string_view ceiling =
      "sampling noise: ks_mean at most about 0.87 sqrt(1/n + 1/m), less where zeros prevail";

  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    if (pair.empty())
      return unknown_figures({"ks_mean", "ks_worst", "wasserstein_mean", "wasserstein_scaled"});
    const sorted_genes &real = sorted_counts(pair.reference()), &made = sorted_counts(pair);
    const gene_marginals& reference = marginals_of(pair.reference());
    double ks = 0, worst = 0, moved = 0, scaled = 0, varying = 0;
    for (index j = 0; j < real.genes(); ++j) {
      const auto apart =
          compare_sorted(real.values(j), real.zeros(j), made.values(j), made.zeros(j));
      ks += apart.kolmogorov_smirnov;
      worst = std::max(worst, apart.kolmogorov_smirnov);
      moved += apart.wasserstein;
      if (reference.variance[j] > 0) {
        scaled += apart.wasserstein / std::sqrt(reference.variance[j]);
        varying += 1;
      }
    }
    const auto genes = static_cast<double>(real.genes());
    return {{"ks_mean", ks / genes},
            {"ks_worst", worst},
            {"wasserstein_mean", moved / genes},
            {"wasserstein_scaled",
             varying > 0 ? scaled / varying : std::numeric_limits<double>::quiet_NaN()}};
  }
};

static_assert(metric<gene_distributions>);

}  // namespace harmonium::inline v0_2

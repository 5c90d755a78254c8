// SPDX-License-Identifier: MIT
/// @file
/// Are the differences between clusters as large in the synthetic cells as in the reference?
#pragma once

#include <concepts>
#include <span>
#include <string_view>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/gene_correlation.hpp"

namespace harmonium::inline v0_2 {

/// Of each cluster, the log-fold change of every gene against all other cells is the difference of
/// the means of the log-normalised values. `slope` is the slope, through 0, of the synthetic on the
/// real log-fold changes, `r` their correlation, each averaged over the clusters that have
/// `least_reference` real and `least_synthetic` synthetic cells, some other cell on both sides, and
/// a gene that differs; `clusters` is the number of those. NaN where there is none. Cells with a
/// negative label are left out.
struct log_fold_change {
  static constexpr std::string_view name = "log_fold_change";
  static constexpr bool needs_labels = true;
  static constexpr std::string_view range =
      "slope around 1 (good), below 1 where clusters are blurred; r -1 to 1 (good); clusters from "
      "0";
  static constexpr std::string_view chance = "slope 0, r 0";
  static constexpr std::string_view ceiling =
      "slope 1; above it where transferred labels sharpen the clusters";

  index least_reference = 30;  ///< cells of a cluster, >= 1
  index least_synthetic = 10;  ///< cells of a cluster, >= 1

  /// Cost: O(non-zeros + clusters * genes).
  /// @throws std::invalid_argument if an option is below 1.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(least_reference >= 1 && least_synthetic >= 1, "log_fold_change",
            "least_reference and least_synthetic must be at least 1");
    const index clusters = pair.clusters();
    const auto real_cells = pair.reference().cells().cells_per_cluster(clusters);
    const auto made_cells = pair.cells().cells_per_cluster(clusters);
    const auto real =
        fold_changes(pair.reference().values(), pair.reference().labels(), real_cells);
    const auto made = fold_changes(pair.values(), pair.labels(), made_cells);
    index real_total = 0, made_total = 0;
    for (std::size_t k = 0; k < real_cells.size(); ++k)
      real_total += real_cells[k], made_total += made_cells[k];

    double slope = 0, r = 0, used = 0;
    for (std::size_t k = 0; k < real_cells.size(); ++k) {
      if (real_cells[k] < least_reference || made_cells[k] < least_synthetic ||
          real_cells[k] == real_total || made_cells[k] == made_total)
        continue;
      const std::span<const double> x = row_of(real, k), z = row_of(made, k);
      double both = 0, square = 0;
      for (std::size_t j = 0; j < x.size(); ++j) both += x[j] * z[j], square += x[j] * x[j];
      if (!(square > 0)) continue;
      slope += both / square;
      r += correlation_of(x, z);
      used += 1;
    }
    if (used == 0) {
      auto none = unknown_figures({"slope", "r"});
      none.push_back({"clusters", 0});
      return none;
    }
    return {{"slope", slope / used}, {"r", r / used}, {"clusters", used}};
  }

 private:
  static std::span<const double> row_of(const matrix<double>& a, std::size_t row) {
    return {a.row(static_cast<index>(row)).data(), static_cast<std::size_t>(a.cols())};
  }

  /// Clusters x genes: mean in the cluster less mean outside of it.
  static matrix<double> fold_changes(const count_matrix<double>& values,
                                     std::span<const index> labels, std::span<const index> cells) {
    const auto clusters = static_cast<index>(cells.size());
    matrix<double> sums = matrix<double>::Zero(clusters, values.genes());
    for (index i = 0; i < values.cells(); ++i) {
      const index k = labels[static_cast<std::size_t>(i)];
      if (k >= 0)
        row::add(values.cell(i), 1.0,
                 std::span(sums.row(k).data(), static_cast<std::size_t>(sums.cols())));
    }
    double total = 0;
    for (const index count : cells) total += static_cast<double>(count);
    matrix<double> changes = matrix<double>::Zero(clusters, values.genes());
    for (index j = 0; j < values.genes(); ++j) {
      double all = 0;
      for (index k = 0; k < clusters; ++k) all += sums(k, j);
      for (index k = 0; k < clusters; ++k) {
        const auto inside = static_cast<double>(cells[static_cast<std::size_t>(k)]);
        if (inside > 0 && total > inside)
          changes(k, j) = sums(k, j) / inside - (all - sums(k, j)) / (total - inside);
      }
    }
    return changes;
  }
};

static_assert(metric<log_fold_change>);

}  // namespace harmonium::inline v0_2

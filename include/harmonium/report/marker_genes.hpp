// SPDX-License-Identifier: MIT
/// @file
/// Genes that tell clusters apart.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A gene that tells a cluster from all other cells.
struct marker_gene {
  index gene;       ///< its number
  index cluster;    ///< where it is high
  double log_fold;  ///< mean inside the cluster less mean outside of it, of the values given
};

/// The largest log-fold changes of a cluster against all other cells: of every cluster the first,
/// then of every cluster the second, and so on, no gene twice, until there are `count`; within a
/// round the largest come first. Negative labels are left out; a gene that is nowhere higher is no
/// marker.
/// Cost: O(non-zeros + clusters * genes * log genes).
/// @param values log-normalised, cells x genes
/// @param labels one per cell
/// @throws std::invalid_argument unless there is one label per cell.
template <count_source Values>
[[nodiscard]] std::vector<marker_gene> marker_genes(const Values& values,
                                                    std::span<const index> labels, index count) {
  require(std::cmp_equal(labels.size(), values.cells()), "marker_genes",
          "one label per cell expected");
  index clusters = 0;
  for (const index label : labels) clusters = std::max(clusters, label + 1);
  matrix<double> sums = matrix<double>::Zero(clusters, values.genes());
  std::vector<double> cells(static_cast<std::size_t>(clusters), 0.0);
  double all = 0;
  for (index i = 0; i < values.cells(); ++i) {
    const index k = labels[static_cast<std::size_t>(i)];
    if (k < 0) continue;
    cells[static_cast<std::size_t>(k)] += 1;
    all += 1;
    const auto cell = values.cell(i);
    for (std::size_t e = 0; e < cell.size(); ++e)
      sums(k, static_cast<index>(cell.genes[e])) += static_cast<double>(cell.values[e]);
  }
  std::vector<double> totals(static_cast<std::size_t>(values.genes()), 0.0);
  for (index k = 0; k < clusters; ++k)
    for (index j = 0; j < values.genes(); ++j) totals[static_cast<std::size_t>(j)] += sums(k, j);

  const auto larger = [](const marker_gene& a, const marker_gene& b) {
    return a.log_fold > b.log_fold;
  };
  std::vector<std::vector<marker_gene>> of_cluster;
  for (index k = 0; k < clusters; ++k) {
    const double inside = cells[static_cast<std::size_t>(k)];
    auto& mine = of_cluster.emplace_back();
    if (inside == 0 || inside == all) continue;
    for (index j = 0; j < values.genes(); ++j) {
      const double change =
          sums(k, j) / inside - (totals[static_cast<std::size_t>(j)] - sums(k, j)) / (all - inside);
      if (change > 0) mine.push_back({j, k, change});
    }
    std::stable_sort(mine.begin(), mine.end(), larger);
  }

  std::vector<marker_gene> chosen;
  std::vector<bool> taken(static_cast<std::size_t>(values.genes()), false);
  std::vector<std::size_t> next(of_cluster.size(), 0);
  while (std::cmp_less(chosen.size(), count)) {
    std::vector<marker_gene> round;
    for (std::size_t k = 0; k < of_cluster.size(); ++k) {
      auto& at = next[k];
      while (at < of_cluster[k].size() && taken[static_cast<std::size_t>(of_cluster[k][at].gene)])
        ++at;
      if (at == of_cluster[k].size()) continue;
      taken[static_cast<std::size_t>(of_cluster[k][at].gene)] = true;
      round.push_back(of_cluster[k][at]);
    }
    if (round.empty()) break;
    std::stable_sort(round.begin(), round.end(), larger);
    for (const auto& gene : round)
      if (std::cmp_less(chosen.size(), count)) chosen.push_back(gene);
  }
  return chosen;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Cells clustered without knowing any label: shared neighbours and Louvain, the Seurat way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/louvain.hpp"
#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/analysis/shared_neighbours.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings; called with points it clusters them, which makes it a `point_clustering` for
/// `basic_adjusted_rand`. Same labels for every executor; largest cluster first.
struct louvain_clustering {
  index neighbours = 20;  ///< of a cell, itself included; at most one less than there are cells
  louvain_options options = {};  ///< resolution and the like
  std::uint64_t seed = 1;        ///< of the order in which vertices are looked at

  /// @param points cells x dimensions, such as principal components
  /// @return one label per cell; all 0 for fewer than 3 cells
  template <executor Executor>
  [[nodiscard]] std::vector<index> labels_of(const Executor& run,
                                             matrix_view<double> points) const {
    if (points.rows() < 3) return std::vector<index>(static_cast<std::size_t>(points.rows()), 0);
    const auto prepared = exact_neighbours{}.build(points);
    const auto others = nearest_others(run, prepared, points,
                                       std::clamp<index>(neighbours - 1, 1, points.rows() - 2));
    random_engine rng(seed);
    return louvain(shared_neighbour_graph(run, others), options, rng).labels;
  }

  /// The number of clusters expected is not used: the resolution decides.
  [[nodiscard]] std::vector<index> operator()(matrix_view<double> points, index) const {
    return labels_of(serial_executor{}, points);
  }
};

/// Clusters of counts: log-normalised, in `components` principal components. The executor is asked
/// before products with the counts and between neighbours.
template <executor Executor, count_source Counts>
[[nodiscard]] std::vector<index> cluster_cells(const Executor& run, const Counts& counts,
                                               index components = 20,
                                               const louvain_clustering& how = {}) {
  if (counts.cells() < 3 || counts.genes() == 0)
    return std::vector<index>(static_cast<std::size_t>(counts.cells()), 0);
  const auto values = log_normalise(counts);
  const sparse_operator product(values);
  return how.labels_of(run, pca(watched_operator(product, run), {.components = components}).scores);
}

}  // namespace harmonium::inline v0_2

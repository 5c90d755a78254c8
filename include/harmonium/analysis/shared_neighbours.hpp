// SPDX-License-Identifier: MIT
/// @file
/// The graph in which cells are joined that have neighbours in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `shared_neighbour_graph`.
struct shared_neighbours_options {
  double prune = 1.0 / 15;  ///< edges of less weight are left out, 0 to 1
};

/// Shared-nearest-neighbour graph, as Seurat's FindNeighbors builds it. The neighbourhood of a cell
/// is the cell itself and its neighbours, k in all; the weight of an edge is the Jaccard index of
/// both neighbourhoods, s / (2 k - s) for s cells in common.
/// Same for every executor. Cost: O(cells * k * number of neighbourhoods a cell is in).
/// Source: Hao et al. (2021), "Integrated analysis of multimodal single-cell data", Cell 184, doi
/// 10.1016/j.cell.2021.04.048 (Seurat 4); Levine et al. (2015), Cell 162:184 (PhenoGraph).
/// @param others the k - 1 nearest other cells of every cell (see `nearest_others`); Seurat's
///               k.param = 20 means 19
/// @throws std::invalid_argument if `prune` is outside [0, 1].
template <executor Executor>
weighted_graph shared_neighbour_graph(const Executor& run, const neighbour_table& others,
                                      const shared_neighbours_options& options = {}) {
  require(options.prune >= 0 && options.prune <= 1, "shared_neighbour_graph",
          "prune must be between 0 and 1");
  const index cells = others.points.rows();
  const index k = others.points.cols() + 1;
  std::vector<std::vector<index>> containing(static_cast<std::size_t>(cells));
  for (index i = 0; i < cells; ++i) {
    containing[static_cast<std::size_t>(i)].push_back(i);
    for (index j = 0; j < k - 1; ++j)
      containing[static_cast<std::size_t>(others.points(i, j))].push_back(i);
  }

  std::vector<std::vector<std::pair<weighted_graph::vertex, double>>> rows(
      static_cast<std::size_t>(cells));
  for_each_range(run, cells, 256, [&](index begin, index end) {
    std::vector<index> shared(static_cast<std::size_t>(cells), 0), met;
    for (index i = begin; i < end; ++i) {
      const auto count = [&](index member) {
        for (const index other : containing[static_cast<std::size_t>(member)])
          if (shared[static_cast<std::size_t>(other)]++ == 0) met.push_back(other);
      };
      count(i);
      for (index j = 0; j < k - 1; ++j) count(others.points(i, j));
      for (const index other : met) {
        const auto s =
            static_cast<double>(std::exchange(shared[static_cast<std::size_t>(other)], 0));
        const double weight = s / (2 * static_cast<double>(k) - s);
        if (other != i && weight >= options.prune)
          rows[static_cast<std::size_t>(i)].emplace_back(static_cast<weighted_graph::vertex>(other),
                                                         weight);
      }
      met.clear();
    }
  });
  // Every edge was found from both of its ends, with the same weight.
  return weighted_graph(std::move(rows), [](double a, double b) { return std::max(a, b); });
}

}  // namespace harmonium::inline v0_2

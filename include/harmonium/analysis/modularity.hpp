// SPDX-License-Identifier: MIT
/// @file
/// How well a graph falls into given clusters.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Sum over clusters of w / 2m - resolution (d / 2m)^2, where w is the weight of the edges inside
/// the cluster (each counted from both ends), d the sum of its vertices' degrees and 2m the sum of
/// all degrees. At most 1; 0 for one cluster of everything at resolution 1; NaN without edges.
/// Source: Reichardt & Bornholdt (2006), Physical Review E 74:016110; resolution 1 is Newman's.
/// @param labels one per vertex, >= 0
/// @throws std::invalid_argument if they are not as many as the vertices, or negative.
[[nodiscard]] inline double generalised_modularity(const weighted_graph& graph,
                                                   std::span<const index> labels,
                                                   double resolution) {
  require(static_cast<index>(labels.size()) == graph.vertices(), "generalised_modularity",
          "one label per vertex expected");
  index clusters = 0;
  for (const index label : labels) {
    require(label >= 0, "generalised_modularity", "labels must not be negative");
    clusters = std::max(clusters, label + 1);
  }
  std::vector<double> inside(static_cast<std::size_t>(clusters), 0.0), degree = inside;
  for (index v = 0; v < graph.vertices(); ++v) {
    const index mine = labels[static_cast<std::size_t>(v)];
    const auto edges = graph.of(v);
    for (std::size_t k = 0; k < edges.size(); ++k) {
      degree[static_cast<std::size_t>(mine)] += edges.weights[k];
      if (labels[static_cast<std::size_t>(edges.targets[k])] == mine)
        inside[static_cast<std::size_t>(mine)] += edges.weights[k];
    }
  }
  double total = 0;
  for (const double d : degree) total += d;
  if (!(total > 0)) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (std::size_t c = 0; c < degree.size(); ++c)
    sum += inside[c] / total - resolution * (degree[c] / total) * (degree[c] / total);
  return sum;
}

}  // namespace harmonium::inline v0_2

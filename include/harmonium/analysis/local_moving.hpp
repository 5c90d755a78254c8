// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Improving given clusters of a graph, one vertex at a time.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Moves vertices, in their order and again until none wants to, to the cluster where
/// `generalised_modularity` gains most: their own, one of their neighbours', or an empty one. It
/// never falls. (The last step of multilevel refinement: Rotta & Noack 2011, ACM J. Exp.
/// Algorithmics 16:2.3, doi 10.1145/1963190.1970376.)
/// @param labels one per vertex, in [0, vertices); changed in place, numbers may become unused
/// @return whether any vertex moved
/// @throws std::invalid_argument if labels are not as many as the vertices, or out of range.
inline bool move_vertices(const weighted_graph& graph, std::span<index> labels, double resolution) {
  const index n = graph.vertices();
  require(static_cast<index>(labels.size()) == n, "move_vertices", "one label per vertex expected");
  const vector<double> degrees = graph.degrees();
  vector<double> degree_in = vector<double>::Zero(n);
  std::vector<index> size(labels.size(), 0);
  double total = 0;
  for (index v = 0; v < n; ++v) {
    const index mine = labels[static_cast<std::size_t>(v)];
    require(mine >= 0 && mine < n, "move_vertices", "a label is out of range");
    degree_in[mine] += degrees[v];
    ++size[static_cast<std::size_t>(mine)];
    total += degrees[v];
  }
  if (!(total > 0)) return false;
  std::vector<index> empty;
  for (index c = n; c-- > 0;)
    if (size[static_cast<std::size_t>(c)] == 0) empty.push_back(c);

  vector<double> weight_to = vector<double>::Zero(n);
  std::vector<index> met;
  bool moved = false, again = true;
  // Every move gains at least `least`, so that rounding cannot keep two clusters swapping a vertex.
  const double least = 1e-10 * total;
  while (again) {
    again = false;
    for (index v = 0; v < n; ++v) {
      const index own = labels[static_cast<std::size_t>(v)];
      const auto edges = graph.of(v);
      met.clear();
      for (std::size_t k = 0; k < edges.size(); ++k) {
        const index c = labels[static_cast<std::size_t>(edges.targets[k])];
        if (weight_to[c] == 0) met.push_back(c);
        weight_to[c] += edges.weights[k];
      }
      const double price = resolution * degrees[v] / total;
      const double stay = weight_to[own] - price * (degree_in[own] - degrees[v]);
      double best = stay + least;
      index to = own;
      for (const index c : met) {
        const double gain = weight_to[c] - price * degree_in[c];
        if (c != own && gain > best) {
          best = gain;
          to = c;
        }
        weight_to[c] = 0;
      }
      if (best < 0 && size[static_cast<std::size_t>(own)] > 1 && !empty.empty()) to = empty.back();
      if (to == own) continue;
      if (size[static_cast<std::size_t>(to)] == 0) empty.pop_back();
      if (size[static_cast<std::size_t>(own)] == 1) empty.push_back(own);
      --size[static_cast<std::size_t>(own)];
      ++size[static_cast<std::size_t>(to)];
      degree_in[own] -= degrees[v];
      degree_in[to] += degrees[v];
      labels[static_cast<std::size_t>(v)] = to;
      moved = again = true;
    }
  }
  return moved;
}

}  // namespace harmonium::inline v0_2

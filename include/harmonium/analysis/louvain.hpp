// SPDX-License-Identifier: MIT
/// @file
/// Clusters of a graph by Louvain's algorithm, without igraph and its licence.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/local_moving.hpp"
#include "harmonium/analysis/modularity.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `louvain`.
struct louvain_options {
  double resolution = 0.8;  ///< of the modularity; more: more and smaller clusters
  index starts = 5;         ///< runs in different orders, of which the best is kept
};

/// The clusters of a graph.
struct louvain_clusters {
  std::vector<index> labels;  ///< length vertices; 0 is the largest cluster (then the first vertex)
  index clusters = 0;         ///< how many
  double modularity = 0;      ///< `generalised_modularity`; NaN without edges
};

/// A graph whose vertices are clusters of another one: the weights within a cluster stay part of
/// its degree.
struct aggregated_graph {
  std::vector<std::vector<std::pair<index, double>>> rows;  ///< to other vertices, ascending
  std::vector<double> degrees;  ///< of every vertex: sum of the weights of its edges

  /// Every vertex on its own.
  explicit aggregated_graph(const weighted_graph& graph) {
    const vector<double> all = graph.degrees();
    degrees.assign(all.data(), all.data() + all.size());
    rows.resize(degrees.size());
    for (index v = 0; v < graph.vertices(); ++v) {
      const auto edges = graph.of(v);
      for (std::size_t k = 0; k < edges.size(); ++k)
        rows[static_cast<std::size_t>(v)].emplace_back(edges.targets[k], edges.weights[k]);
    }
  }

  /// Vertices of equal label become one.
  aggregated_graph(const aggregated_graph& fine, std::span<const index> labels, index clusters)
      : rows(static_cast<std::size_t>(clusters)), degrees(static_cast<std::size_t>(clusters), 0.0) {
    std::vector<std::vector<std::size_t>> members(static_cast<std::size_t>(clusters));
    for (std::size_t v = 0; v < labels.size(); ++v)
      members[static_cast<std::size_t>(labels[v])].push_back(v);
    std::vector<double> weight_to(static_cast<std::size_t>(clusters), 0.0);
    std::vector<index> met;
    for (index c = 0; c < clusters; ++c) {
      const auto own = static_cast<std::size_t>(c);
      met.clear();
      for (const std::size_t v : members[own]) {
        degrees[own] += fine.degrees[v];
        for (const auto& [target, weight] : fine.rows[v]) {
          const index other = labels[static_cast<std::size_t>(target)];
          if (other == c) continue;
          if (weight_to[static_cast<std::size_t>(other)] == 0) met.push_back(other);
          weight_to[static_cast<std::size_t>(other)] += weight;
        }
      }
      std::sort(met.begin(), met.end());
      for (const index other : met)
        rows[own].emplace_back(other,
                               std::exchange(weight_to[static_cast<std::size_t>(other)], 0.0));
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return degrees.size(); }
};

/// Moves vertices, in the given order again and again, to the neighbouring cluster of largest gain
/// until none gains. Starts with every vertex on its own.
inline std::vector<index> settle_vertices(const aggregated_graph& graph,
                                          std::span<const index> order, double resolution) {
  std::vector<index> labels(graph.size());
  std::iota(labels.begin(), labels.end(), index{0});
  std::vector<double> degree_in = graph.degrees, weight_to(graph.size(), 0.0);
  double total = 0;
  for (const double degree : graph.degrees) total += degree;
  const double least = 1e-10 * total;  // rounding must not keep a vertex moving
  std::vector<index> met;
  for (bool again = true; again;) {
    again = false;
    for (const index vertex : order) {
      const auto v = static_cast<std::size_t>(vertex);
      const index own = labels[v];
      met.clear();
      for (const auto& [target, weight] : graph.rows[v]) {
        const index c = labels[static_cast<std::size_t>(target)];
        if (weight_to[static_cast<std::size_t>(c)] == 0) met.push_back(c);
        weight_to[static_cast<std::size_t>(c)] += weight;
      }
      const double price = resolution * graph.degrees[v] / total;
      degree_in[static_cast<std::size_t>(own)] -= graph.degrees[v];
      double best = weight_to[static_cast<std::size_t>(own)] -
                    price * degree_in[static_cast<std::size_t>(own)] + least;
      index to = own;
      for (const index c : met) {
        const double gain =
            weight_to[static_cast<std::size_t>(c)] - price * degree_in[static_cast<std::size_t>(c)];
        if (c != own && gain > best) {
          best = gain;
          to = c;
        }
        weight_to[static_cast<std::size_t>(c)] = 0;
      }
      degree_in[static_cast<std::size_t>(to)] += graph.degrees[v];
      labels[v] = to;
      again = again || to != own;
    }
  }
  return labels;
}

/// Numbers labels 0, 1, ... by the size of their clusters, of equal ones by the first vertex.
/// @return how many there are
inline index number_by_size(std::span<index> labels) {
  struct cluster {
    index size = 0, first = 0;
  };
  std::vector<cluster> found;
  for (std::size_t v = labels.size(); v-- > 0;) {
    const auto label = static_cast<std::size_t>(labels[v]);
    if (label >= found.size()) found.resize(label + 1);
    ++found[label].size;
    found[label].first = static_cast<index>(v);
  }
  std::vector<index> order(found.size()), number(found.size(), -1);
  std::iota(order.begin(), order.end(), index{0});
  std::sort(order.begin(), order.end(), [&](index a, index b) {
    const cluster &one = found[static_cast<std::size_t>(a)],
                  &other = found[static_cast<std::size_t>(b)];
    return one.size != other.size ? one.size > other.size : one.first < other.first;
  });
  index clusters = 0;
  for (const index label : order)
    if (found[static_cast<std::size_t>(label)].size > 0)
      number[static_cast<std::size_t>(label)] = clusters++;
  for (index& label : labels) label = number[static_cast<std::size_t>(label)];
  return clusters;
}

/// Clusters of large `generalised_modularity`: of `starts` runs, each in another order of the
/// vertices and improved by `move_vertices` at its end, the best. `rng` moves on by one word. A
/// graph without edges has every vertex in a cluster of its own. `find_communities`
/// (analysis/communities.hpp) does the same, and Leiden's algorithm, through igraph.
/// Source: Blondel et al. (2008), J. Stat. Mech. P10008, doi 10.1088/1742-5468/2008/10/P10008.
/// @throws std::invalid_argument if the resolution is negative or `starts` < 1.
inline louvain_clusters louvain(const weighted_graph& graph, const louvain_options& options,
                                random_engine& rng) {
  require(options.resolution >= 0, "louvain", "the resolution must not be negative");
  require(options.starts >= 1, "louvain",
          "starts must be at least 1, got " + std::to_string(options.starts));
  const random_streams streams(rng);
  louvain_clusters best;
  const aggregated_graph cells(graph);
  for (index start = 0; start < options.starts; ++start) {
    random_engine own = streams[static_cast<std::uint64_t>(start)];
    std::vector<index> labels(cells.size());
    std::iota(labels.begin(), labels.end(), index{0});
    aggregated_graph level = cells;
    for (;;) {
      std::vector<index> order(level.size());
      std::iota(order.begin(), order.end(), index{0});
      draw::shuffle(std::span(order), own);
      auto settled = settle_vertices(level, order, options.resolution);
      const index clusters = number_by_size(settled);
      for (index& label : labels) label = settled[static_cast<std::size_t>(label)];
      if (static_cast<std::size_t>(clusters) == level.size()) break;
      level = aggregated_graph(level, settled, clusters);
    }
    move_vertices(graph, labels, options.resolution);
    const double modularity = generalised_modularity(graph, labels, options.resolution);
    if (start == 0 || modularity > best.modularity) {
      best.labels = std::move(labels);
      best.modularity = modularity;
    }
  }
  best.clusters = number_by_size(best.labels);
  return best;
}

}  // namespace harmonium::inline v0_2

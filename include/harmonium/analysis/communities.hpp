// SPDX-License-Identifier: MIT
/// @file
/// Clusters of a graph by Louvain's or Leiden's algorithm, through igraph 0.10 (component
/// `harmonium::igraph`). igraph is licensed under the GPL, version 2 or later: a program built with
/// this header falls under it.
#pragma once

#include <igraph.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/local_moving.hpp"
#include "harmonium/analysis/modularity.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// How `find_communities` looks for clusters of a graph.
enum class community_method {
  louvain,  ///< Blondel et al. (2008), J. Stat. Mech. P10008, doi 10.1088/1742-5468/2008/10/P10008
  leiden    ///< Traag et al. (2019), Scientific Reports 9:5233, doi 10.1038/s41598-019-41695-z
};

/// Settings of `find_communities`.
struct community_options {
  community_method method = community_method::louvain;  ///< which of the two
  double resolution = 0.8;  ///< of the modularity; more: more and smaller clusters
  index starts = 10;        ///< runs, of which the one of largest modularity is kept
};

/// The clusters of a graph.
struct communities {
  std::vector<index> labels;  ///< length vertices; 0 is the largest cluster (then the first vertex)
  index clusters = 0;         ///< how many
  double modularity = 0;      ///< `generalised_modularity`; NaN without edges
};

/// One conversation with igraph, whose random generator and error state are global: holds a lock
/// for its lifetime, seeds the generator, and has errors returned instead of ending the program.
class igraph_session {
 public:
  explicit igraph_session(std::uint64_t seed)
      : lock_(mutex()), previous_(igraph_set_error_handler(igraph_error_handler_ignore)) {
    // igraph seeds with a word of its own width.
    igraph_rng_seed(igraph_rng_default(), static_cast<igraph_uint_t>(seed));
  }
  igraph_session(const igraph_session&) = delete;
  igraph_session& operator=(const igraph_session&) = delete;
  ~igraph_session() { igraph_set_error_handler(previous_); }

  /// @throws std::bad_alloc or std::runtime_error with igraph's words if `code` is an error.
  static void check(igraph_error_t code) {
    if (code == IGRAPH_ENOMEM) throw std::bad_alloc();
    if (code != IGRAPH_SUCCESS)
      throw std::runtime_error(std::string("igraph: ") + igraph_strerror(code));
  }

 private:
  static std::mutex& mutex() {
    static std::mutex only;
    return only;
  }

  std::lock_guard<std::mutex> lock_;
  igraph_error_handler_t* previous_;
};

/// igraph's vectors and graph, with the lifetime of a C++ object. Only inside a session.
struct igraph_reals {
  igraph_vector_t values;  ///< igraph's own
  explicit igraph_reals(std::size_t size) {
    igraph_session::check(igraph_vector_init(&values, static_cast<igraph_integer_t>(size)));
  }
  igraph_reals(const igraph_reals&) = delete;
  igraph_reals& operator=(const igraph_reals&) = delete;
  ~igraph_reals() { igraph_vector_destroy(&values); }
};

/// The same for whole numbers.
struct igraph_integers {
  igraph_vector_int_t values;  ///< igraph's own
  explicit igraph_integers(std::size_t size) {
    igraph_session::check(igraph_vector_int_init(&values, static_cast<igraph_integer_t>(size)));
  }
  igraph_integers(const igraph_integers&) = delete;
  igraph_integers& operator=(const igraph_integers&) = delete;
  ~igraph_integers() { igraph_vector_int_destroy(&values); }
};

/// An undirected graph.
struct igraph_graph {
  igraph_t graph;  ///< igraph's own
  igraph_graph(const igraph_integers& ends, index vertices) {
    igraph_session::check(igraph_create(
        &graph, &ends.values, static_cast<igraph_integer_t>(vertices), IGRAPH_UNDIRECTED));
  }
  igraph_graph(const igraph_graph&) = delete;
  igraph_graph& operator=(const igraph_graph&) = delete;
  ~igraph_graph() { igraph_destroy(&graph); }
};

/// Numbers clusters by size, largest first, of equal ones the one of the first vertex.
inline std::vector<index> largest_first(const std::vector<index>& labels) {
  index clusters = 0;
  for (const index label : labels) clusters = std::max(clusters, label + 1);
  struct cluster {
    index size = 0, first = 0;
  };
  std::vector<cluster> found(static_cast<std::size_t>(clusters));
  for (std::size_t v = labels.size(); v-- > 0;) {
    cluster& mine = found[static_cast<std::size_t>(labels[v])];
    ++mine.size;
    mine.first = static_cast<index>(v);
  }
  std::vector<std::size_t> order(found.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return found[a].size != found[b].size ? found[a].size > found[b].size
                                          : found[a].first < found[b].first;
  });
  std::vector<index> number(found.size());
  for (std::size_t k = 0; k < order.size(); ++k) number[order[k]] = static_cast<index>(k);
  std::vector<index> renamed;
  renamed.reserve(labels.size());
  for (const index label : labels) renamed.push_back(number[static_cast<std::size_t>(label)]);
  return renamed;
}

/// Clusters of large `generalised_modularity`: of `starts` runs, each improved by `move_vertices`,
/// the best. Deterministic given the engine, which moves on by one word; safe to call from several
/// threads (they wait for each other). A graph without edges has every vertex in a cluster of its
/// own.
/// @throws std::invalid_argument if the resolution is negative or `starts` < 1; std::runtime_error
///         if igraph fails.
inline communities find_communities(const weighted_graph& graph, const community_options& options,
                                    random_engine& rng) {
  require(options.resolution >= 0, "find_communities", "the resolution must not be negative");
  require(options.starts >= 1, "find_communities",
          "starts must be at least 1, got " + std::to_string(options.starts));
  random_engine own(rng());
  communities best;
  const auto vertices = static_cast<std::size_t>(graph.vertices());
  if (graph.size() == 0) {
    best.labels.resize(vertices);
    std::iota(best.labels.begin(), best.labels.end(), index{0});
    best.clusters = graph.vertices();
    best.modularity = generalised_modularity(graph, best.labels, options.resolution);
    return best;
  }

  const igraph_session session(own());
  const auto edges = static_cast<std::size_t>(graph.size());
  igraph_integers ends(2 * edges);
  igraph_reals weights(edges), degrees(vertices);
  double total = 0;
  igraph_integer_t at = 0;
  for (index v = 0; v < graph.vertices(); ++v) {
    const auto mine = graph.of(v);
    double degree = 0;
    for (std::size_t k = 0; k < mine.size(); ++k) {
      degree += mine.weights[k];
      if (mine.targets[k] < v) continue;
      VECTOR(ends.values)[2 * at] = static_cast<igraph_integer_t>(v);
      VECTOR(ends.values)[2 * at + 1] = mine.targets[k];
      VECTOR(weights.values)[at] = mine.weights[k];
      ++at;
    }
    VECTOR(degrees.values)[v] = degree;
    total += degree;
  }
  const igraph_graph converted(ends, graph.vertices());
  igraph_integers membership(vertices);

  for (index start = 0; start < options.starts; ++start) {
    if (options.method == community_method::louvain) {
      igraph_session::check(igraph_community_multilevel(&converted.graph, &weights.values,
                                                        options.resolution, &membership.values,
                                                        nullptr, nullptr));
    } else {
      // Its quality sums A_ij - gamma n_i n_j, which is modularity for n = degree and gamma =
      // resolution / 2m. The last but one argument: iterate until nothing changes.
      igraph_session::check(igraph_community_leiden(
          &converted.graph, &weights.values, &degrees.values, options.resolution / total, 0.01,
          false, -1, &membership.values, nullptr, nullptr));
    }
    std::vector<index> labels;
    labels.reserve(vertices);
    for (std::size_t v = 0; v < vertices; ++v)
      labels.push_back(static_cast<index>(VECTOR(membership.values)[v]));
    move_vertices(graph, labels, options.resolution);
    const double modularity = generalised_modularity(graph, labels, options.resolution);
    if (start == 0 || modularity > best.modularity) {
      best.labels = std::move(labels);
      best.modularity = modularity;
    }
  }
  best.labels = largest_first(best.labels);
  for (const index label : best.labels) best.clusters = std::max(best.clusters, label + 1);
  return best;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Undirected weighted graphs, compressed by vertex like counts by cell.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A symmetric graph without loops: every edge is stored at both of its ends, with equal weight.
class weighted_graph {
 public:
  using vertex = std::int32_t;

  /// The edges of one vertex.
  struct edges {
    std::span<const vertex> targets;  ///< ascending
    std::span<const double> weights;  ///< positive; as many as `targets`

    [[nodiscard]] std::size_t size() const noexcept { return targets.size(); }
  };

  weighted_graph() = default;

  /// Merges directed weights into a symmetric graph.
  /// @param rows  for every vertex its (target, weight) in any order, targets different and in
  ///              range; loops are dropped
  /// @param merge weight of an edge from the weights of its two directions, 0 where one is missing;
  ///              symmetric. An edge whose weight is not positive is left out.
  template <class Merge>
  weighted_graph(std::vector<std::vector<std::pair<vertex, double>>> rows, Merge&& merge) {
    std::vector<std::vector<std::pair<vertex, double>>> back(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::sort(rows[i].begin(), rows[i].end());
      for (const auto& [target, weight] : rows[i]) {
        require(target >= 0 && static_cast<std::size_t>(target) < rows.size(), "weighted_graph",
                "a target is out of range");
        back[static_cast<std::size_t>(target)].emplace_back(static_cast<vertex>(i), weight);
      }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      // Both lists ascend: walk them side by side.
      auto out = rows[i].begin();
      auto in = back[i].begin();
      while (out != rows[i].end() || in != back[i].end()) {
        const bool has_out =
            out != rows[i].end() && (in == back[i].end() || out->first <= in->first);
        const bool has_in =
            in != back[i].end() && (out == rows[i].end() || in->first <= out->first);
        const vertex target = has_out ? out->first : in->first;
        const double weight = merge(has_out ? out->second : 0.0, has_in ? in->second : 0.0);
        if (target != static_cast<vertex>(i) && weight > 0) {
          targets_.push_back(target);
          weights_.push_back(weight);
        }
        if (has_out) ++out;
        if (has_in) ++in;
      }
      pointers_.push_back(targets_.size());
    }
  }

  [[nodiscard]] index vertices() const noexcept { return static_cast<index>(pointers_.size()) - 1; }
  /// Number of edges, each counted once.
  [[nodiscard]] index size() const noexcept { return static_cast<index>(targets_.size() / 2); }

  [[nodiscard]] edges of(index v) const noexcept {
    const std::size_t begin = pointers_[static_cast<std::size_t>(v)];
    const std::size_t length = pointers_[static_cast<std::size_t>(v) + 1] - begin;
    return {std::span(targets_).subspan(begin, length), std::span(weights_).subspan(begin, length)};
  }

  /// All weights, vertex after vertex; every edge occurs twice.
  [[nodiscard]] std::span<const double> weights() const noexcept { return weights_; }

  /// Sum of the weights of a vertex's edges, length vertices.
  [[nodiscard]] vector<double> degrees() const {
    vector<double> sums = vector<double>::Zero(vertices());
    for (index v = 0; v < vertices(); ++v)
      for (const double weight : of(v).weights) sums[v] += weight;
    return sums;
  }

  /// Sum of the weights of all edges, each counted once.
  [[nodiscard]] double total_weight() const {
    double sum = 0;
    for (index v = 0; v < vertices(); ++v) {
      const edges mine = of(v);
      for (std::size_t k = 0; k < mine.size(); ++k)
        if (mine.targets[k] > v) sum += mine.weights[k];
    }
    return sum;
  }

 private:
  std::vector<std::size_t> pointers_ = std::vector<std::size_t>(1, 0);
  std::vector<vertex> targets_;
  std::vector<double> weights_;
};

/// Which connected component each vertex belongs to: 0, 1, ... in the order of their first
/// vertices.
inline std::vector<index> connected_components(const weighted_graph& graph) {
  std::vector<index> component(static_cast<std::size_t>(graph.vertices()), -1);
  std::vector<index> open;
  index found = 0;
  for (index first = 0; first < graph.vertices(); ++first) {
    if (component[static_cast<std::size_t>(first)] >= 0) continue;
    component[static_cast<std::size_t>(first)] = found;
    open.push_back(first);
    while (!open.empty()) {
      const index v = open.back();
      open.pop_back();
      for (const auto target : graph.of(v).targets) {
        index& label = component[static_cast<std::size_t>(target)];
        if (label >= 0) continue;
        label = found;
        open.push_back(target);
      }
    }
    ++found;
  }
  return component;
}

}  // namespace harmonium::inline v0_2

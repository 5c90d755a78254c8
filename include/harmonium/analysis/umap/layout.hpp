// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The stochastic gradient descent of UMAP, epoch by epoch.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/umap/forces.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

struct umap_layout_options {
  index epochs = 500;        ///< the step falls linearly from `learning_rate` to 0 over them
  double learning_rate = 1;  ///< of the first epoch
  index negatives = 5;       ///< random points pushed away for each neighbour pulled near
};

/// Whether an edge is used in this epoch: true in `share` (0 to 1) of all epochs, evenly spread.
[[nodiscard]] inline bool is_due(double share, index epoch) noexcept {
  return static_cast<index>(share * static_cast<double>(epoch + 1)) >
         static_cast<index>(share * static_cast<double>(epoch));
}

/// Numbers below `n`, two from each word of an engine; uniform to n / 2^32. Quick, and good enough
/// to pick points to push away.
class quick_picks {
 public:
  quick_picks(index n, random_engine& rng) : n_(static_cast<std::uint64_t>(n)), rng_(rng) {}

  index operator()() noexcept {
    const std::uint64_t half = has_rest_ ? word_ >> 32 : (word_ = rng_()) & 0xffffffffu;
    has_rest_ = !has_rest_;
    return static_cast<index>(half * n_ >> 32);
  }

 private:
  std::uint64_t n_;
  random_engine& rng_;
  std::uint64_t word_ = 0;
  bool has_rest_ = false;
};

/// A layout on its way: a value; a copy goes on like the original.
///
/// An edge is used in a share of the epochs that is its weight over the largest weight, once from
/// each of its ends, as in Algorithm 5 of the paper: both ends move towards each other, and the end
/// it is used from is pushed away from random points. So that the result is the same for any
/// executor, an epoch has four rounds, at the begin of which all points are seen where they are;
/// an edge is used in two of them. (With one round an epoch the ends, not seeing each other move,
/// overshoot, and near points get mixed up.)
/// Source: McInnes, Healy & Melville (2018), arXiv:1802.03426, Algorithm 5.
class umap_layout {
 public:
  /// @param start  points x dimensions, finite
  /// @param rng    moves on by one word
  /// @throws std::invalid_argument if graph and start differ in size or an option is negative.
  umap_layout(const weighted_graph& graph, matrix<double> start, umap_forces forces,
              const umap_layout_options& options, random_engine& rng)
      : forces_(std::move(forces)),
        options_(options),
        positions_(std::move(start)),
        before_(positions_) {
    require(positions_.rows() == graph.vertices(), "umap_layout",
            "one starting position per vertex expected, got " + std::to_string(positions_.rows()) +
                " for " + std::to_string(graph.vertices()));
    require(options.epochs >= 0 && options.negatives >= 0 && options.learning_rate >= 0,
            "umap_layout", "options must not be negative");
    take(graph);
    const random_streams streams(rng);
    engines_.reserve(static_cast<std::size_t>(positions_.rows()));
    for (index i = 0; i < positions_.rows(); ++i)
      engines_.push_back(streams[static_cast<std::uint64_t>(i)]);
  }

  [[nodiscard]] index epoch() const noexcept { return epoch_; }  ///< epochs done
  [[nodiscard]] bool finished() const noexcept { return epoch_ >= options_.epochs; }
  [[nodiscard]] const matrix<double>& positions() const noexcept { return positions_; }

  /// One epoch; nothing once finished. Cost: O(edges + due edges * negatives).
  template <executor Executor>
  void step(const Executor& run) {
    if (finished()) return;
    const double rate = options_.learning_rate *
                        (1 - static_cast<double>(epoch_) / static_cast<double>(options_.epochs));
    for (int round = 0; round < 2 * lanes; ++round) {
      before_ = positions_;
      for_each_range(run, positions_.rows(), 256, [&](index begin, index end) {
        for (index i = begin; i < end; ++i)
          positions_.cols() == 2 ? move<2>(i, round, rate)
                                 : move<std::dynamic_extent>(i, round, rate);
      });
    }
    ++epoch_;
  }

 private:
  /// The edges are dealt into this many lanes by the sum of their ends. Lane l has its turn in
  /// round l, from the ends of smaller number, and in round l + lanes from the others.
  static constexpr int lanes = 2;

  struct pull {
    index target;
    double share;  // of the epochs
  };

  void take(const weighted_graph& graph) {
    double largest = 0;
    for (const double weight : graph.weights()) largest = std::max(largest, weight);
    for (index i = 0; i < graph.vertices(); ++i) {
      const auto edges = graph.of(i);
      for (int lane = 0; lane < lanes; ++lane) {
        pointers_.push_back(pulls_.size());
        for (std::size_t k = 0; k < edges.size(); ++k)
          if ((i + edges.targets[k]) % lanes == lane)
            pulls_.push_back({edges.targets[k], edges.weights[k] / largest});
      }
    }
    pointers_.push_back(pulls_.size());
  }

  /// @tparam D the number of dimensions, where it is known to the compiler
  template <std::size_t D>
  void move(index i, int round, double rate) {
    const auto dimensions = static_cast<std::size_t>(before_.cols());
    const auto seen = [&](index j) {
      return std::span<const double, D>(before_.row(j).data(), dimensions);
    };
    const std::span<double, D> mine(positions_.row(i).data(), dimensions);
    quick_picks pick(before_.rows(), engines_[static_cast<std::size_t>(i)]);
    const auto at = static_cast<std::size_t>(i * lanes + round % lanes);
    for (std::size_t k = pointers_[at]; k < pointers_[at + 1]; ++k) {
      const pull& edge = pulls_[k];
      if (!is_due(edge.share, epoch_)) continue;
      forces_.attract(mine, seen(edge.target), rate);
      if ((i < edge.target) != (round < lanes)) continue;
      for (index r = 0; r < options_.negatives; ++r) {
        const index other = pick();
        if (other != i) forces_.repel(mine, seen(other), rate);
      }
    }
  }

  umap_forces forces_;
  umap_layout_options options_;
  std::vector<std::size_t> pointers_;  // vertices x lanes (+ 1) positions in `pulls_`
  std::vector<pull> pulls_;
  matrix<double> positions_;
  matrix<double> before_;  // positions at the begin of the round
  std::vector<random_engine> engines_;
  index epoch_ = 0;
};

}  // namespace harmonium::inline v0_2

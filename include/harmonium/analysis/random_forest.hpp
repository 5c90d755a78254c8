// SPDX-License-Identifier: MIT
/// @file
/// A random forest that tells two kinds of points apart.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `random_forest`.
struct random_forest_options {
  index trees = 200;  ///< more are steadier; cost in proportion
  /// Features looked at in search of each split, drawn anew; 0 means the root of their number,
  /// rounded down. One that does not vary among the node's points is replaced by another while none
  /// has been found that does.
  index features_per_split = 0;
  index least_to_split = 2;  ///< a node of fewer points becomes a leaf; more gives smaller trees
};

/// One fitted decision tree: from a node, points with feature <= threshold go left.
struct decision_tree {
  /// A split of the points by one feature, or a leaf.
  struct node {
    std::int32_t feature = -1;  ///< -1: a leaf
    std::int32_t left = 0;      ///< positions in `nodes`
    std::int32_t right = 0;     ///< of those above the threshold
    double threshold = 0;       ///< of the feature's values
    double share = 0;           ///< of the second kind among the points of a leaf
  };
  std::vector<node> nodes;  ///< the root first

  template <class Point>
  [[nodiscard]] double operator()(const Point& point) const {
    std::size_t at = 0;
    while (nodes[at].feature >= 0)
      at = static_cast<std::size_t>(
          point[nodes[at].feature] <= nodes[at].threshold ? nodes[at].left : nodes[at].right);
    return nodes[at].share;
  }
};

/// Points sorted along every feature, which all trees share.
class ranked_features {
 public:
  explicit ranked_features(matrix_view<double> points) : points_(points.rows()) {
    ranks_.resize(static_cast<std::size_t>(points.size()));
    orders_.resize(static_cast<std::size_t>(points.size()));
    values_.resize(static_cast<std::size_t>(points.cols()));
    std::vector<index> order(static_cast<std::size_t>(points.rows()));
    for (index d = 0; d < points.cols(); ++d) {
      std::iota(order.begin(), order.end(), index(0));
      std::sort(order.begin(), order.end(),
                [&](index a, index b) { return points(a, d) < points(b, d); });
      auto& values = values_[static_cast<std::size_t>(d)];
      std::size_t at = static_cast<std::size_t>(d * points_);
      for (const index i : order) {
        orders_[at++] = static_cast<std::uint32_t>(i);
        if (values.empty() || points(i, d) > values.back()) values.push_back(points(i, d));
        const auto rank = static_cast<std::uint32_t>(values.size() - 1);
        ordered_ranks_.push_back(rank);
        ranks_[static_cast<std::size_t>(d * points_ + i)] = rank;
      }
    }
  }

  [[nodiscard]] index points() const noexcept { return points_; }
  [[nodiscard]] index features() const noexcept { return static_cast<index>(values_.size()); }
  /// Position of a point's value among the different values of the feature.
  [[nodiscard]] std::uint32_t rank(index feature, index point) const noexcept {
    return ranks_[static_cast<std::size_t>(feature * points_ + point)];
  }
  /// All points in ascending order of the feature.
  [[nodiscard]] std::span<const std::uint32_t> order(index feature) const noexcept {
    return of(orders_, feature);
  }
  /// Their ranks.
  [[nodiscard]] std::span<const std::uint32_t> ordered_ranks(index feature) const noexcept {
    return of(ordered_ranks_, feature);
  }
  [[nodiscard]] double value(index feature, std::uint32_t rank) const noexcept {
    return values_[static_cast<std::size_t>(feature)][rank];
  }

 private:
  [[nodiscard]] std::span<const std::uint32_t> of(const std::vector<std::uint32_t>& all,
                                                  index feature) const noexcept {
    return std::span(all).subspan(static_cast<std::size_t>(feature * points_),
                                  static_cast<std::size_t>(points_));
  }

  index points_;
  std::vector<std::uint32_t> ranks_;          // features x points
  std::vector<std::uint32_t> orders_;         // features x points
  std::vector<std::uint32_t> ordered_ranks_;  // features x points
  std::vector<std::vector<double>> values_;   // per feature, ascending, different
};

/// Grows one tree on a bootstrap sample.
class tree_grower {
 public:
  tree_grower(const ranked_features& ranked, std::span<const std::uint8_t> kinds,
              index features_per_split, index least_to_split)
      : ranked_(ranked),
        kinds_(kinds),
        features_per_split_(features_per_split),
        least_to_split_(least_to_split),
        features_(static_cast<std::size_t>(ranked.features())),
        in_node_(static_cast<std::size_t>(ranked.points()), 0) {
    std::iota(features_.begin(), features_.end(), index(0));
  }

  template <bit_source Engine>
  [[nodiscard]] decision_tree operator()(Engine& rng) {
    bootstrap(rng);
    decision_tree tree;
    struct range {
      std::size_t begin, end, node;
    };
    tree.nodes.emplace_back();
    std::vector<range> open{{0, sample_.size(), 0}};
    while (!open.empty()) {
      const range now = open.back();
      open.pop_back();
      const std::size_t middle = split(tree.nodes[now.node], now.begin, now.end, rng);
      if (middle == now.begin) continue;
      const std::size_t left = tree.nodes.size();
      tree.nodes[now.node].left = static_cast<std::int32_t>(left);
      tree.nodes[now.node].right = static_cast<std::int32_t>(left + 1);
      tree.nodes.resize(left + 2);
      open.push_back({middle, now.end, left + 1});
      open.push_back({now.begin, middle, left});
    }
    return tree;
  }

 private:
  /// As many draws with replacement as there are points; repeats become a weight.
  template <bit_source Engine>
  void bootstrap(Engine& rng) {
    weights_.assign(static_cast<std::size_t>(ranked_.points()), 0);
    for (index i = 0; i < ranked_.points(); ++i)
      ++weights_[draw::below(static_cast<std::uint64_t>(ranked_.points()), rng)];
    sample_.clear();
    for (index i = 0; i < ranked_.points(); ++i)
      if (weights_[static_cast<std::size_t>(i)] > 0) sample_.push_back(i);
  }

  /// Splits the points [begin, end) of the sample or makes them a leaf. Returns where the right
  /// part begins, `begin` for a leaf.
  template <bit_source Engine>
  std::size_t split(decision_tree::node& node, std::size_t begin, std::size_t end, Engine& rng) {
    double total = 0, second = 0;
    for (std::size_t k = begin; k < end; ++k) {
      const auto weight = static_cast<double>(weight_of(k));
      total += weight;
      second += kinds_[static_cast<std::size_t>(sample_[k])] * weight;
    }
    node.share = second / total;
    if (second == 0 || second == total || total < static_cast<double>(least_to_split_))
      return begin;

    for (std::size_t k = begin; k < end; ++k) {
      const auto point = static_cast<std::size_t>(sample_[k]);
      in_node_[point] = weights_[point] << 16U | kinds_[point] * weights_[point];
    }
    // Of a split into parts of n points with s of the second kind, the Gini impurities add up to
    // a constant less 2 (sum of (s^2 + (n - s)^2) / n) / total: the larger this sum the better.
    double best = 0;
    std::uint32_t below = 0, above = 0;
    index looked_at = 0;
    for (std::size_t left = features_.size();
         left > 0 && (looked_at < features_per_split_ || node.feature < 0); --left, ++looked_at) {
      std::swap(features_[left - 1], features_[draw::below(left, rng)]);
      const index feature = features_[left - 1];
      sort_along(feature, begin, end);
      double n = 0, s = 0;
      for (std::size_t k = 0; k + 1 < keys_.size(); ++k) {
        n += static_cast<double>(keys_[k] >> 16U & 0xffffU);
        s += static_cast<double>(keys_[k] & 0xffffU);
        if (rank_of(keys_[k]) == rank_of(keys_[k + 1])) continue;
        const double m = total - n, t = second - s;
        const double purity = (s * s + (n - s) * (n - s)) / n + (t * t + (m - t) * (m - t)) / m;
        if (purity > best) {
          best = purity;
          node.feature = static_cast<std::int32_t>(feature);
          below = rank_of(keys_[k]);
          above = rank_of(keys_[k + 1]);
        }
      }
    }
    for (std::size_t k = begin; k < end; ++k) in_node_[static_cast<std::size_t>(sample_[k])] = 0;
    if (node.feature < 0) return begin;  // all points of the node coincide
    const double low = ranked_.value(node.feature, below),
                 high = ranked_.value(node.feature, above);
    node.threshold = low + (high - low) / 2;
    if (!(node.threshold < high)) node.threshold = low;
    const auto middle = std::stable_partition(
        sample_.begin() + static_cast<std::ptrdiff_t>(begin),
        sample_.begin() + static_cast<std::ptrdiff_t>(end),
        [&](index point) { return ranked_.rank(node.feature, point) <= below; });
    return static_cast<std::size_t>(middle - sample_.begin());
  }

  [[nodiscard]] std::uint32_t weight_of(std::size_t k) const {
    return weights_[static_cast<std::size_t>(sample_[k])];
  }

  /// Lists the node's points by their rank along the feature. Only whole numbers are added up
  /// behind this, so the order of equal ranks does not matter.
  void sort_along(index feature, std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    keys_.resize(size + 1);  // one more, for the point that is written but not counted
    if (16 * size > weights_.size()) {
      // A large node: all points are in order already; keep those in the node.
      const auto order = ranked_.order(feature), ranks = ranked_.ordered_ranks(feature);
      std::size_t kept = 0;
      for (std::size_t k = 0; k < order.size(); ++k) {
        const std::uint32_t here = in_node_[order[k]];
        keys_[kept] = key_of(ranks[k], here);
        kept += here != 0 ? 1 : 0;
      }
      keys_.resize(size);
      return;
    }
    keys_.resize(size);
    for (std::size_t k = 0; k < size; ++k) {
      const index point = sample_[begin + k];
      keys_[k] = key_of(ranked_.rank(feature, point), in_node_[static_cast<std::size_t>(point)]);
    }
    std::sort(keys_.begin(), keys_.end());
  }

  /// A point of the node in one word, which sorts faster than three: its rank, how often it is in
  /// the sample, how often as the second kind.
  static std::uint64_t key_of(std::uint32_t rank, std::uint32_t weights) noexcept {
    return std::uint64_t{rank} << 32U | weights;
  }
  static std::uint32_t rank_of(std::uint64_t key) noexcept {
    return static_cast<std::uint32_t>(key >> 32U);
  }

  const ranked_features& ranked_;
  std::span<const std::uint8_t> kinds_;
  index features_per_split_;
  index least_to_split_;
  std::vector<index> features_;
  std::vector<std::uint32_t> in_node_;  // weight and weight in the second kind; 0: not in the node
  std::vector<std::uint32_t> weights_;
  std::vector<index> sample_;
  std::vector<std::uint64_t> keys_;
};

/// Trees on bootstrap samples of the points, each split the best in Gini impurity among a few
/// features drawn at random; trees grow until leaves are pure. Tree t draws from stream t, so that
/// the forest is the same for every executor.
/// Source: Breiman (2001), "Random forests", Machine Learning 45:5, doi 10.1023/A:1010933404324.
class random_forest {
 public:
  /// Cost: about O(trees * features_per_split * points * log(points)^2).
  /// @param points points x features, finite
  /// @param kinds  one per point, 0 or 1
  /// @param rng    moves on by one word
  /// @throws std::invalid_argument if there is no point or feature, sizes differ, or an option is
  ///         out of range; std::domain_error for a coordinate that is not finite.
  template <executor Executor>
  random_forest(const Executor& run, matrix_view<double> points,
                std::span<const std::uint8_t> kinds, const random_forest_options& options,
                random_engine& rng)
      : features_(points.cols()) {
    require(points.rows() > 0 && points.cols() > 0, "random_forest",
            "at least one point and one feature are needed");
    require(std::cmp_equal(kinds.size(), points.rows()), "random_forest",
            "one kind per point expected");
    require(std::all_of(kinds.begin(), kinds.end(), [](std::uint8_t kind) { return kind <= 1; }),
            "random_forest", "a kind is 0 or 1");
    require(options.trees >= 1, "random_forest",
            "trees must be at least 1, got " + std::to_string(options.trees));
    require(options.features_per_split >= 0 && options.least_to_split >= 2, "random_forest",
            "features_per_split must not be negative, least_to_split be at least 2");
    for (index i = 0; i < points.rows(); ++i)
      for (index d = 0; d < points.cols(); ++d)
        if (!std::isfinite(points(i, d)))
          throw std::domain_error("random_forest: feature " + std::to_string(d) + " of point " +
                                  std::to_string(i) + " is not finite");
    const index tried = options.features_per_split > 0
                            ? options.features_per_split
                            : static_cast<index>(std::sqrt(static_cast<double>(points.cols())));
    const ranked_features ranked(points);
    const random_streams streams(rng);
    trees_.resize(static_cast<std::size_t>(options.trees));
    for_each_range(run, options.trees, 8, [&](index begin, index end) {
      for (index t = begin; t < end; ++t) {
        tree_grower grow(ranked, kinds, tried, options.least_to_split);
        random_engine own = streams[static_cast<std::uint64_t>(t)];
        trees_[static_cast<std::size_t>(t)] = grow(own);
      }
    });
  }

  /// For every point the mean over trees of the share of kind 1 in its leaf, 0 to 1.
  /// @throws std::invalid_argument for points with another number of features.
  [[nodiscard]] std::vector<double> predict(matrix_view<double> points) const {
    require(points.cols() == features_, "random_forest::predict",
            "the forest has " + std::to_string(features_) + " features, the points have " +
                std::to_string(points.cols()));
    std::vector<double> shares(static_cast<std::size_t>(points.rows()), 0.0);
    for (const decision_tree& tree : trees_)
      for (index i = 0; i < points.rows(); ++i)
        shares[static_cast<std::size_t>(i)] += tree(points.row(i));
    for (double& share : shares) share /= static_cast<double>(trees_.size());
    return shares;
  }

  [[nodiscard]] std::span<const decision_tree> trees() const noexcept { return trees_; }

 private:
  index features_;
  std::vector<decision_tree> trees_;
};

}  // namespace harmonium::inline v0_2

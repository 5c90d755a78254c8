// SPDX-License-Identifier: MIT
/// @file
/// How many kinds of cells there are, effectively, around a cell: the local inverse Simpson index.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Weights exp(-b d) over sum, of ascending distances d, with b chosen so that the weights'
/// entropy is log(perplexity), as for so many neighbours with equal weight. Equal weights where the
/// entropy cannot be reached, because the distances (nearly) agree.
[[nodiscard]] inline std::vector<double> perplexity_weights(std::span<const double> distances,
                                                            double perplexity) {
  const double wanted = math::log(perplexity);
  std::vector<double> weights(distances.size());
  double b = 1, lower = 0, upper = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt <= 50; ++attempt) {
    double sum = 0, mean = 0;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const double beyond = distances[j] - distances[0];  // a shift changes no weight
      weights[j] = math::exp(-b * beyond);
      sum += weights[j];
      mean += beyond * weights[j];
    }
    for (double& weight : weights) weight /= sum;
    const double excess = math::log(sum) + b * mean / sum - wanted;
    if (std::abs(excess) < 1e-5) break;
    (excess > 0 ? lower : upper) = b;
    b = std::isinf(upper) ? 2 * b : (lower + upper) / 2;
  }
  return weights;
}

/// For every point 1 / sum over labels of the squared share that the label has among the point's
/// neighbours, weighted by distance: 1 where all neighbours carry one label, up to the number of
/// labels where they mix evenly. The point itself does not count. 3 * perplexity neighbours are
/// looked at; where there are fewer points, all others, with perplexity a third of them (at least
/// 1). Empty for fewer than two points.
/// Source: Korsunsky et al. (2019), Nature Methods 16:1289, doi 10.1038/s41592-019-0619-0.
/// @param labels one per point, >= 0
/// @throws std::invalid_argument unless perplexity >= 1 and there is one label >= 0 per point.
[[nodiscard]] inline std::vector<double> lisi_scores(matrix_view<double> points,
                                                     std::span<const index> labels,
                                                     double perplexity) {
  require(perplexity >= 1 && std::isfinite(perplexity), "lisi_scores",
          "perplexity must be at least 1, got " + std::to_string(perplexity));
  require(std::cmp_equal(labels.size(), points.rows()), "lisi_scores",
          "one label per point expected");
  index kinds = 0;
  for (const index label : labels) {
    require(label >= 0, "lisi_scores", "labels must not be negative");
    kinds = std::max(kinds, label + 1);
  }
  if (points.rows() < 2) return {};
  const auto wanted = static_cast<index>(std::floor(3 * perplexity));
  const auto prepared = exact_neighbours{}.build(points);
  const auto near = nearest_others(serial_executor{}, prepared, points, wanted);
  const auto found = static_cast<std::size_t>(near.points.cols());
  if (near.points.cols() < wanted) perplexity = std::max(1.0, static_cast<double>(found) / 3);
  std::vector<double> scores, shares;
  for (index i = 0; i < points.rows(); ++i) {
    const auto weights =
        perplexity_weights(std::span(near.distances.row(i).data(), found), perplexity);
    shares.assign(static_cast<std::size_t>(kinds), 0.0);
    for (std::size_t j = 0; j < found; ++j) {
      const index other = near.points(i, static_cast<index>(j));
      shares[static_cast<std::size_t>(labels[static_cast<std::size_t>(other)])] += weights[j];
    }
    double simpson = 0;
    for (const double share : shares) simpson += share * share;
    scores.push_back(1 / simpson);
  }
  return scores;
}

/// The mean over cells of the index with the labels real and synthetic, in the joint space: `lisi`
/// against the whole reference, `lisi_fresh` against its cells outside the pilot. NaN where a side
/// has no cell, or (fresh) the pilot is unknown.
struct lisi {
  static constexpr std::string_view name = "lisi";
  static constexpr std::string_view range = "1 (told apart) to 2 (evenly mixed)";
  static constexpr std::string_view chance = "independent genes: near 1";
  static constexpr std::string_view ceiling =
      "below 2, as neighbourhoods are small: about 1.9 with perplexity 30";

  double perplexity = 30;  ///< neighbours that count, as their entropy has it; > 1

  /// Cost: O(joint_cells^2 * joint_components).
  /// @throws std::invalid_argument if `perplexity` is below 1.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    return {{"lisi", mean_score(pair.joint())}, {"lisi_fresh", mean_score(pair.joint_fresh())}};
  }

 private:
  [[nodiscard]] double mean_score(const std::same_as<joint_space> auto& space) const {
    const auto kinds = space.kinds();
    const auto scores =
        lisi_scores(space.points, std::vector<index>(kinds.begin(), kinds.end()), perplexity);
    double sum = 0;
    for (const double score : scores) sum += score;
    return scores.empty() ? std::numeric_limits<double>::quiet_NaN()
                          : sum / static_cast<double>(scores.size());
  }
};

static_assert(metric<lisi>);

}  // namespace harmonium::inline v0_2

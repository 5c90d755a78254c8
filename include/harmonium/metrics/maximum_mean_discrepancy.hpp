// SPDX-License-Identifier: MIT
/// @file
/// Are synthetic and real cells drawn from the same distribution? A kernel two-sample test.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A statistic and its p-value.
struct two_sample_test {
  double statistic;  ///< squared discrepancy, unbiased: may be negative
  double p;  ///< share of random labellings (the given one among them) that reach the statistic
};

/// Squared maximum mean discrepancy, unbiased, between the first `first` points and the rest, with
/// the kernel exp(-|x - y|^2 / median) of the median of the positive squared distances; and its
/// p-value over random permutations of the points. Where all points coincide: 0 and 1.
/// Cost: O(points^2 * (dimensions + permutations / 4)), memory points^2.
/// Source: Gretton et al. (2012), "A kernel two-sample test", JMLR 13:723.
/// @param rng one draw per point and permutation
/// @throws std::invalid_argument unless both samples have at least two points.
template <bit_source Engine>
[[nodiscard]] two_sample_test mean_discrepancy(matrix_view<double> points, index first,
                                               index permutations, Engine& rng) {
  const index n = points.rows();
  require(first >= 2 && n - first >= 2, "mean_discrepancy", "two points of each kind are needed");
  require(permutations >= 0, "mean_discrepancy", "permutations must not be negative");
  matrix<double> kernel = matrix<double>::Zero(n, n);
  std::vector<double> positive;
  positive.reserve(static_cast<std::size_t>(n * (n - 1) / 2));
  for (index i = 0; i < n; ++i)
    for (index j = i + 1; j < n; ++j) {
      double square = 0;
      for (index d = 0; d < points.cols(); ++d) {
        const double difference = points(i, d) - points(j, d);
        square += difference * difference;
      }
      kernel(i, j) = square;
      if (square > 0) positive.push_back(square);
    }
  if (positive.empty()) return {0, 1};
  const double scale = 1 / median_of(positive);
  double total = 0;
  for (index i = 0; i < n; ++i)
    for (index j = i + 1; j < n; ++j) {
      kernel(i, j) = kernel(j, i) = math::exp(-scale * kernel(i, j));
      total += kernel(i, j);
    }

  const auto size_a = static_cast<double>(first), size_b = static_cast<double>(n - first);
  const auto within = [&](std::span<const index> rows) {
    double sum = 0;
    for (std::size_t a = 0; a < rows.size(); ++a) {
      const double* row = kernel.row(rows[a]).data();
      for (std::size_t b = a + 1; b < rows.size(); ++b) sum += row[rows[b]];
    }
    return sum;
  };
  const auto statistic = [&](const std::vector<index>& order) {
    const auto both = std::span(order);
    const double a = within(both.first(static_cast<std::size_t>(first)));
    const double b = within(both.subspan(static_cast<std::size_t>(first)));
    return 2 * (a / (size_a * (size_a - 1)) + b / (size_b * (size_b - 1)) -
                (total - a - b) / (size_a * size_b));
  };
  std::vector<index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), index(0));
  const double observed = statistic(order);
  index reached = 1;
  for (index permutation = 0; permutation < permutations; ++permutation) {
    draw::shuffle(std::span(order), rng);
    // Where points repeat, labellings tie but for rounding; a tie counts as reached.
    if (statistic(order) >= observed - 1e-12) ++reached;
  }
  return {observed, static_cast<double>(reached) / static_cast<double>(permutations + 1)};
}

/// The test in the joint space: `mmd2` and its `p` against the whole reference, `mmd2_fresh` and
/// `p_fresh` against its cells outside the pilot, which do not reward copying. NaN where either
/// kind has fewer than two cells, or (fresh) the pilot is unknown.
struct maximum_mean_discrepancy {
  static constexpr std::string_view name = "maximum_mean_discrepancy";
  static constexpr std::string_view range =
      "mmd2 around 0 (good, may be negative) to 2; p 0 (told apart) to 1";
  static constexpr std::string_view chance = "none that is common to all data";
  static constexpr std::string_view ceiling = "mmd2 0 on average; p even between 0 and 1";

  index cells = 400;         ///< at most so many of each kind
  index permutations = 200;  ///< for the p-value, whose steps are 1 / (permutations + 1)
  std::uint64_t seed = 1;    ///< of chosen cells and permutations

  /// @throws std::invalid_argument if `cells` is below 2 or `permutations` below 0.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(cells >= 2, "maximum_mean_discrepancy",
            "cells must be at least 2, got " + std::to_string(cells));
    require(permutations >= 0, "maximum_mean_discrepancy", "permutations must not be negative");
    auto figures = test(pair.joint(), {"mmd2", "p"});
    for (figure& fresh : test(pair.joint_fresh(), {"mmd2_fresh", "p_fresh"}))
      figures.push_back(fresh);
    return figures;
  }

 private:
  [[nodiscard]] std::vector<figure> test(const std::same_as<joint_space> auto& space,
                                         std::initializer_list<const char*> names) const {
    auto figures = unknown_figures(names);
    const index each = std::min(cells, space.each);
    if (each < 2) return figures;
    matrix<double> points(2 * each, space.points.cols());
    points.topRows(each) = space.points.topRows(each);
    points.bottomRows(each) = space.points.middleRows(space.each, each);
    random_engine rng(seed);
    const auto found = mean_discrepancy(points, each, permutations, rng);
    figures[0].value = found.statistic;
    figures[1].value = found.p;
    return figures;
  }
};

static_assert(metric<maximum_mean_discrepancy>);

}  // namespace harmonium::inline v0_2

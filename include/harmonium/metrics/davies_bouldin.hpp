// SPDX-License-Identifier: MIT
/// @file
/// Are the clusters of the synthetic cells as compact and as far apart as the reference's?
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `davies_bouldin_index`.
struct davies_bouldin_options {
  double p = 2;  ///< >= 1, may be infinite: Minkowski exponent of distances between centroids
  double q = 2;  ///< > 0: exponent of the scatter within a cluster; 1 is scikit-learn's index
};

/// x^y for x >= 0 and y > 0.
[[nodiscard]] inline double positive_power(double x, double y) noexcept {
  if (y == 1 || x == 0) return x;
  if (y == 2) return x * x;
  if (y == 0.5) return std::sqrt(x);
  return math::exp(y * math::log(x));
}

/// Davies-Bouldin index: the mean over clusters i of max over j != i of (S_i + S_j) / M_ij, where
/// S_i = (mean of |x - a_i|^q)^(1/q) with Euclidean |x - a_i| is the scatter of cluster i about its
/// centroid a_i, and M_ij = (sum of |a_ik - a_jk|^p)^(1/p) the distance of two centroids.
/// Small is compact and well separated. Empty clusters do not count, and points with a negative
/// label are left out. NaN for fewer than two clusters; infinite where two centroids coincide.
/// Cost: O(non-zeros + points + clusters^2 * dimensions).
/// Source: Davies & Bouldin (1979), IEEE TPAMI 1:224, doi 10.1109/TPAMI.1979.4766909; Treppner et
/// al. (2021), Eq. 10-14, of which Eq. 12 means S_i + S_j.
/// @param row_of `row_of(i)` is point i: a `cell_counts`, or a span of all its coordinates
template <class Row>
[[nodiscard]] double davies_bouldin_of_rows(index points, index dimensions, const Row& row_of,
                                            std::span<const index> labels,
                                            const davies_bouldin_options& options) {
  require(std::cmp_equal(labels.size(), points), "davies_bouldin_index",
          "one label per point expected");
  require(options.p >= 1, "davies_bouldin_index",
          "p must be at least 1, got " + std::to_string(options.p));
  require(options.q > 0 && std::isfinite(options.q), "davies_bouldin_index",
          "q must be positive, got " + std::to_string(options.q));

  index clusters = 0;
  for (const index label : labels) clusters = std::max(clusters, label + 1);
  const auto count = static_cast<std::size_t>(clusters);
  std::vector<double> sizes(count, 0.0), squares(count, 0.0), scatters(count, 0.0);
  matrix<double> centroids = matrix<double>::Zero(clusters, dimensions);
  for (index i = 0; i < points; ++i) {
    const index k = labels[static_cast<std::size_t>(i)];
    if (k < 0) continue;
    sizes[static_cast<std::size_t>(k)] += 1;
    row::add(row_of(i), 1.0,
             std::span(centroids.row(k).data(), static_cast<std::size_t>(dimensions)));
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (sizes[k] == 0) continue;
    for (index d = 0; d < dimensions; ++d) {
      double& place = centroids(static_cast<index>(k), d);
      place /= sizes[k];
      squares[k] += place * place;
    }
  }
  for (index i = 0; i < points; ++i) {
    const index k = labels[static_cast<std::size_t>(i)];
    if (k < 0) continue;
    // |x - a|^2 = |a|^2 + sum x (x - 2 a), which needs the non-zeros of x only.
    double squared = squares[static_cast<std::size_t>(k)];
    row::for_each_nonzero(row_of(i), [&](index d, auto value) {
      const auto x = static_cast<double>(value);
      squared += x * (x - 2 * centroids(k, d));
    });
    scatters[static_cast<std::size_t>(k)] += positive_power(std::max(0.0, squared), options.q / 2);
  }
  std::vector<std::size_t> present;
  for (std::size_t k = 0; k < count; ++k) {
    if (sizes[k] == 0) continue;
    scatters[k] = positive_power(scatters[k] / sizes[k], 1 / options.q);
    present.push_back(k);
  }
  if (present.size() < 2) return std::numeric_limits<double>::quiet_NaN();

  const auto centroid_distance = [&](std::size_t i, std::size_t j) {
    double sum = 0, largest = 0;
    for (index d = 0; d < dimensions; ++d) {
      const double apart =
          std::abs(centroids(static_cast<index>(i), d) - centroids(static_cast<index>(j), d));
      largest = std::max(largest, apart);
      if (std::isfinite(options.p)) sum += positive_power(apart, options.p);
    }
    return std::isfinite(options.p) ? positive_power(sum, 1 / options.p) : largest;
  };
  double total = 0;
  for (const std::size_t i : present) {
    double worst = 0;
    for (const std::size_t j : present) {
      if (i == j) continue;
      const double apart = centroid_distance(i, j);
      worst = std::max(worst, apart > 0 ? (scatters[i] + scatters[j]) / apart
                                        : std::numeric_limits<double>::infinity());
    }
    total += worst;
  }
  return total / static_cast<double>(present.size());
}

/// The index of sparse cells.
template <count_source Counts>
[[nodiscard]] double davies_bouldin_index(const Counts& counts, std::span<const index> labels,
                                          const davies_bouldin_options& options = {}) {
  return davies_bouldin_of_rows(
      counts.cells(), counts.genes(), [&](index i) { return counts.cell(i); }, labels, options);
}

/// The index of dense points, points x dimensions.
[[nodiscard]] inline double davies_bouldin_index(matrix_view<double> points,
                                                 std::span<const index> labels,
                                                 const davies_bouldin_options& options = {}) {
  const auto dimensions = static_cast<std::size_t>(points.cols());
  return davies_bouldin_of_rows(
      points.rows(), points.cols(),
      [&](index i) { return std::span<const double>(points.row(i).data(), dimensions); }, labels,
      options);
}

/// The Davies-Bouldin index of both sides, on raw counts (as in Treppner et al. 2021) and on the
/// reference's principal components. Neither small nor large is good: near the reference's is.
struct davies_bouldin {
  static constexpr std::string_view name = "davies_bouldin";
  static constexpr bool needs_labels = true;
  static constexpr std::string_view range =
      "0 (compact, far apart) to infinity; good is near the reference's own";
  static constexpr std::string_view chance =
      "labels drawn at random: ten and more, as centroids nearly coincide";
  static constexpr std::string_view ceiling = "the reference's own value";

  davies_bouldin_options options = {};  ///< of the index

  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    const reference_cells& reference = pair.reference();
    return {
        {"counts", davies_bouldin_index(pair.counts(), pair.labels(), options)},
        {"counts_reference", davies_bouldin_index(reference.counts(), reference.labels(), options)},
        {"pca", davies_bouldin_index(pair.scores(), pair.labels(), options)},
        {"pca_reference",
         davies_bouldin_index(reference.components().scores, reference.labels(), options)}};
  }
};

static_assert(metric<davies_bouldin>);

}  // namespace harmonium::inline v0_2

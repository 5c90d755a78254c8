// SPDX-License-Identifier: MIT
/// @file
/// k-means clustering.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/pack.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `k_means`.
struct k_means_options {
  index clusters = 8;          ///< fewer are found where there are fewer different points
  index restarts = 10;         ///< independent starts, of which the one of least inertia is kept
  index max_iterations = 300;  ///< of one start
};

/// Clusters of points, the best of all starts.
struct k_means_result {
  std::vector<index> labels;  ///< length points, each in [0, centroids.rows())
  matrix<double> centroids;   ///< clusters x dimensions, each the mean of its (>= 1) points
  std::vector<index> sizes;   ///< length clusters
  double inertia = 0;         ///< sum of squared distances of the points to their centroids
  index iterations = 0;       ///< of the start that was kept
  bool converged = false;     ///< no label changed in its last iteration
};

/// One start of k-means at a time: k-means++ seeding, then Lloyd's iterations.
class lloyd {
 public:
  explicit lloyd(matrix_view<double> points) : points_(points) {}

  template <bit_source Engine>
  [[nodiscard]] k_means_result operator()(const k_means_options& options, Engine& rng) const {
    k_means_result fit;
    fit.centroids = seeds(options.clusters, rng);
    fit.labels.assign(static_cast<std::size_t>(points_.rows()), -1);
    std::vector<double> distances(fit.labels.size());
    while (!fit.converged && fit.iterations < options.max_iterations) {
      const bool moved = assign(fit, distances);
      const bool refilled = refill(fit, distances);
      fit.converged = !moved && !refilled;
      average(fit);
      ++fit.iterations;
    }
    for (index i = 0; i < points_.rows(); ++i)
      fit.inertia += squared_distance(i, fit.centroids, fit.labels[static_cast<std::size_t>(i)]);
    return fit;
  }

 private:
  [[nodiscard]] double squared_distance(index point, const matrix<double>& centroids,
                                        index cluster) const {
    double sum = 0;
    for (index d = 0; d < points_.cols(); ++d) {
      const double difference = points_(point, d) - centroids(cluster, d);
      sum += difference * difference;
    }
    return sum;
  }

  /// Points drawn one after the other with probability proportional to the squared distance to
  /// those already drawn; ends early where every point is one of them.
  template <bit_source Engine>
  [[nodiscard]] matrix<double> seeds(index clusters, Engine& rng) const {
    const index n = points_.rows();
    matrix<double> chosen(std::min(clusters, n), points_.cols());
    std::vector<double> distances(static_cast<std::size_t>(n),
                                  std::numeric_limits<double>::infinity());
    auto next = static_cast<index>(draw::below(static_cast<std::uint64_t>(n), rng));
    for (index count = 0; count < chosen.rows(); ++count) {
      if (count > 0) {
        double total = 0;
        for (const double distance : distances) total += distance;
        if (!(total > 0)) {
          matrix<double> drawn(count, chosen.cols());
          std::copy_n(chosen.data(), drawn.size(), drawn.data());
          return drawn;
        }
        next = -1;
        double left = draw::uniform(rng) * total;
        for (index i = 0; i < n && left > 0; ++i) {
          const double distance = distances[static_cast<std::size_t>(i)];
          if (distance > 0) next = i;  // rounding may leave a rest: the last possible point is it
          left -= distance;
        }
      }
      for (index d = 0; d < points_.cols(); ++d) chosen(count, d) = points_(next, d);
      for (index i = 0; i < n; ++i) {
        double& distance = distances[static_cast<std::size_t>(i)];
        distance = std::min(distance, squared_distance(i, chosen, count));
      }
    }
    return chosen;
  }

  /// Centroids in blocks of `lanes`, each block dimensions x lanes, so that a point is measured
  /// against several at once; every sum still runs over the dimensions in order.
  [[nodiscard]] static std::vector<double> in_blocks(const matrix<double>& centroids) {
    const index blocks = (centroids.rows() + lanes - 1) / lanes;
    std::vector<double> packed(static_cast<std::size_t>(blocks * lanes * centroids.cols()), 0.0);
    for (index c = 0; c < centroids.rows(); ++c)
      for (index d = 0; d < centroids.cols(); ++d)
        packed[static_cast<std::size_t>((c / lanes * centroids.cols() + d) * lanes + c % lanes)] =
            centroids(c, d);
    return packed;
  }

  /// Squared distances of a point to all centroids; to the padding of the last block, too.
  void measure(index point, const std::vector<double>& blocks, std::vector<double>& squares) const {
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      using P = packs::pack<double, Bytes / 8>;
      const index dimensions = points_.cols();
      const double* const place = points_.row(point).data();
      const double* block = blocks.data();
      double* out = squares.data();
      const double* const end = out + squares.size();
      for (; out != end; block += lanes * dimensions)
        for (index lane = 0; lane < lanes; lane += P::lanes, out += P::lanes) {
          P sum(0.0);
          for (index d = 0; d < dimensions; ++d) {
            const P difference = P(place[d]) - P::load(block + d * lanes + lane);
            sum = sum + difference * difference;
          }
          sum.store(out);
        }
    });
  }

  /// Labels every point with its nearest centroid, the first of equals. True if a label changed.
  bool assign(k_means_result& fit, std::vector<double>& distances) const {
    bool moved = false;
    fit.sizes.assign(static_cast<std::size_t>(fit.centroids.rows()), 0);
    const std::vector<double> blocks = in_blocks(fit.centroids);
    std::vector<double> to_centroids(
        static_cast<std::size_t>((fit.centroids.rows() + lanes - 1) / lanes * lanes));
    for (index i = 0; i < points_.rows(); ++i) {
      measure(i, blocks, to_centroids);
      index nearest = 0;
      for (index c = 1; c < fit.centroids.rows(); ++c)
        if (to_centroids[static_cast<std::size_t>(c)] <
            to_centroids[static_cast<std::size_t>(nearest)])
          nearest = c;
      const double least = to_centroids[static_cast<std::size_t>(nearest)];
      const auto at = static_cast<std::size_t>(i);
      moved = moved || fit.labels[at] != nearest;
      fit.labels[at] = nearest;
      distances[at] = least;
      ++fit.sizes[static_cast<std::size_t>(nearest)];
    }
    return moved;
  }

  /// Gives every empty cluster the point farthest from its centroid, out of those that do not leave
  /// another cluster empty. True if there was one.
  static bool refill(k_means_result& fit, std::vector<double>& distances) {
    bool refilled = false;
    for (std::size_t c = 0; c < fit.sizes.size(); ++c) {
      if (fit.sizes[c] > 0) continue;
      std::size_t farthest = fit.labels.size();
      for (std::size_t i = 0; i < fit.labels.size(); ++i) {
        if (fit.sizes[static_cast<std::size_t>(fit.labels[i])] > 1 &&
            (farthest == fit.labels.size() || distances[i] > distances[farthest]))
          farthest = i;
      }
      --fit.sizes[static_cast<std::size_t>(fit.labels[farthest])];
      fit.labels[farthest] = static_cast<index>(c);
      fit.sizes[c] = 1;
      distances[farthest] = 0;
      refilled = true;
    }
    return refilled;
  }

  void average(k_means_result& fit) const {
    fit.centroids.setZero();
    for (index i = 0; i < points_.rows(); ++i) {
      const index c = fit.labels[static_cast<std::size_t>(i)];
      for (index d = 0; d < points_.cols(); ++d) fit.centroids(c, d) += points_(i, d);
    }
    for (index c = 0; c < fit.centroids.rows(); ++c) {
      const auto size = static_cast<double>(fit.sizes[static_cast<std::size_t>(c)]);
      for (index d = 0; d < points_.cols(); ++d) fit.centroids(c, d) /= size;
    }
  }

  static constexpr index lanes = 8;

  matrix_view<double> points_;
};

/// Clusters of the rows of `points` by Lloyd's algorithm from k-means++ seeds. An empty cluster is
/// seeded again with the point farthest from its centroid. Start r draws from stream r, so that the
/// result is the same for every executor; `rng` moves on by one word.
/// Cost: O(points * clusters * dimensions) an iteration and start.
/// Source: Arthur & Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA.
/// @param points points x dimensions, finite
/// @throws std::invalid_argument if there is no point or an option is below 1; std::domain_error if
///         a coordinate is not finite.
template <executor Executor>
k_means_result k_means(const Executor& run, matrix_view<double> points,
                       const k_means_options& options, random_engine& rng) {
  require(points.rows() > 0, "k_means", "there are no points");
  require(options.clusters >= 1, "k_means",
          "clusters must be at least 1, got " + std::to_string(options.clusters));
  require(options.restarts >= 1, "k_means",
          "restarts must be at least 1, got " + std::to_string(options.restarts));
  require(options.max_iterations >= 1, "k_means", "max_iterations must be at least 1");
  for (index i = 0; i < points.rows(); ++i)
    for (index d = 0; d < points.cols(); ++d)
      if (!std::isfinite(points(i, d)))
        throw std::domain_error("k_means: coordinate " + std::to_string(d) + " of point " +
                                std::to_string(i) + " is not finite");

  const random_streams streams(rng);
  const lloyd start(points);
  std::vector<k_means_result> fits(static_cast<std::size_t>(options.restarts));
  run.for_each_block(options.restarts, [&](index r) {
    random_engine own = streams[static_cast<std::uint64_t>(r)];
    fits[static_cast<std::size_t>(r)] = start(options, own);
  });
  return *std::min_element(fits.begin(), fits.end(),
                           [](const auto& a, const auto& b) { return a.inertia < b.inertia; });
}

/// The same on the calling thread.
inline k_means_result k_means(matrix_view<double> points, const k_means_options& options,
                              random_engine& rng) {
  return k_means(serial_executor{}, points, options, rng);
}

}  // namespace harmonium::inline v0_2

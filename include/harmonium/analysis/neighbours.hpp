// SPDX-License-Identifier: MIT
/// @file
/// Nearest neighbours of points: the contract of an index of points, and the exact one.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2 {

/// How far two points are apart.
enum class distance {
  euclidean,
  cosine  ///< 1 - cosine of the angle, 0 to 2; a zero vector is 1 from all but zero vectors
};

/// A point and how far it is.
struct neighbour {
  index point = -1;     ///< its number; -1: none
  double distance = 0;  ///< in the search's own distance, >= 0

  friend bool operator==(const neighbour&, const neighbour&) = default;
  /// Nearer first; of equally far ones the first point.
  friend bool operator<(const neighbour& a, const neighbour& b) noexcept {
    return a.distance < b.distance || (a.distance == b.distance && a.point < b.point);
  }
};

/// Finds neighbours, one query at a time; holds scratch, so one is needed per thread. `find(query,
/// k, found)` overwrites `found` with the `k` nearest points (all, where there are fewer), sorted.
template <class S>
concept neighbour_searcher = requires(S& searcher, std::span<const double> query, index k,
                                      std::vector<neighbour>& found) {
  { searcher.find(query, k, found) } -> std::same_as<void>;
};

/// Points prepared for searching: built once, const and shared by threads afterwards.
template <class P>
concept prepared_points = requires(const P& points) {
  { points.size() } -> std::same_as<index>;
  { points.dimensions() } -> std::same_as<index>;
  { points.make_searcher() } -> neighbour_searcher;
};

/// Settings of a search, a small value. Three lifetimes: settings (copied freely), what `build`
/// gives (owns what it needs of the points, shared), its searchers (one per thread; refer to it).
/// Laws: `build` and `find` are deterministic. An approximate index may miss neighbours, but the
/// distances it gives are right.
template <class I>
concept neighbour_index = std::copyable<I> &&
    requires(const I& settings, matrix_view<double> points) {
  { settings.build(points) } -> prepared_points;
};

/// The nearest points of every query, nearest first.
struct neighbour_table {
  matrix<index> points;      ///< queries x k
  matrix<double> distances;  ///< queries x k, ascending along a row
};

/// Dimensions of the points that `to_euclidean` makes.
[[nodiscard]] inline index euclidean_dimensions(distance metric, index dimensions) noexcept {
  return dimensions + (metric == distance::cosine ? 1 : 0);
}

/// Sets `out` to where the squared Euclidean distance is that of `metric`, squared (`euclidean`) or
/// doubled (`cosine`): points scaled to length 1, whose squared distance is twice 1 - cosine; a
/// zero vector gets its length in one more dimension, at right angles to all others.
/// @throws std::domain_error if a coordinate is not finite.
inline void to_euclidean(distance metric, std::span<const double> point, std::span<double> out) {
  double largest = 0;
  for (std::size_t d = 0; d < point.size(); ++d) {
    if (!std::isfinite(point[d]))
      throw std::domain_error("neighbours: coordinate " + std::to_string(d) +
                              " of a point is not finite");
    out[d] = point[d];
    largest = std::max(largest, std::abs(point[d]));
  }
  if (metric != distance::cosine) return;
  out.back() = largest > 0 ? 0.0 : 1.0;
  if (!(largest > 0)) return;
  double squares = 0;  // of the scaled point, which neither overflows nor vanishes
  for (std::size_t d = 0; d < point.size(); ++d) {
    out[d] /= largest;
    squares += out[d] * out[d];
  }
  const double length = std::sqrt(squares);
  for (std::size_t d = 0; d < point.size(); ++d) out[d] /= length;
}

/// The distance that `metric` means, from the squared Euclidean one of `to_euclidean`.
[[nodiscard]] inline double from_euclidean(distance metric, double square) noexcept {
  return metric == distance::cosine ? square / 2 : std::sqrt(square);
}

/// Exact search that looks at every point.
class exact_index {
 public:
  class searcher;

  /// @throws std::domain_error if a coordinate is not finite.
  exact_index(matrix_view<double> points, distance metric)
      : metric_(metric), size_(points.rows()), dimensions_(points.cols()) {
    const index blocks = (size_ + lanes - 1) / lanes;
    packed_.assign(static_cast<std::size_t>(blocks * lanes * inner()), 0.0);
    std::vector<double> place(static_cast<std::size_t>(inner()));
    for (index i = 0; i < size_; ++i) {
      to_euclidean(metric_, std::span(points.row(i).data(), static_cast<std::size_t>(dimensions_)),
                   place);
      for (index d = 0; d < inner(); ++d)
        packed_[static_cast<std::size_t>((i / lanes * inner() + d) * lanes + i % lanes)] =
            place[static_cast<std::size_t>(d)];
    }
  }

  [[nodiscard]] index size() const noexcept { return size_; }
  [[nodiscard]] index dimensions() const noexcept { return dimensions_; }
  [[nodiscard]] searcher make_searcher() const;

 private:
  /// Points lie in blocks of `lanes`, each block dimensions x lanes: the inner loop runs over
  /// points, which the compiler can vectorise without touching the order of a sum.
  static constexpr index lanes = 8;

  [[nodiscard]] index inner() const noexcept { return euclidean_dimensions(metric_, dimensions_); }

  distance metric_;
  index size_;
  index dimensions_;
  std::vector<double> packed_;
};

/// Refers to the index.
class exact_index::searcher {
 public:
  explicit searcher(const exact_index& points)
      : points_(&points), place_(static_cast<std::size_t>(points.inner())) {}

  /// Cost: O(points * dimensions), and O(log k) for each point that enters the `k` nearest so far.
  /// @throws std::invalid_argument for a query of another dimension or k < 0; std::domain_error for
  ///         one that is not finite.
  void find(std::span<const double> query, index k, std::vector<neighbour>& found) {
    require(std::cmp_equal(query.size(), points_->dimensions_), "neighbours",
            "the query has another number of dimensions than the points");
    require(k >= 0, "neighbours", "the number of neighbours must not be negative");
    to_euclidean(points_->metric_, query, place_);
    found.clear();
    const auto wanted = static_cast<std::size_t>(std::min(k, points_->size_));
    if (wanted == 0) return;
    double worst = std::numeric_limits<double>::infinity();
    for (index first = 0; first < points_->size_; first += at_once) {
      const index count = std::min(at_once, points_->size_ - first);
      measure(first, (count + lanes - 1) / lanes);
      for (index at = 0; at < count; ++at) {
        const double square = squares_[static_cast<std::size_t>(at)];
        if (found.size() == wanted && !(square < worst)) continue;
        if (found.size() == wanted) {
          std::pop_heap(found.begin(), found.end());
          found.pop_back();
        }
        found.push_back({first + at, square});
        std::push_heap(found.begin(), found.end());
        worst = found.front().distance;
      }
    }
    std::sort_heap(found.begin(), found.end());
    for (neighbour& near : found)
      near.distance =
          points_->metric_ == distance::cosine ? near.distance / 2 : std::sqrt(near.distance);
  }

 private:
  /// So many squared distances, which stay in the nearest cache.
  static constexpr index at_once = 64 * lanes;

  /// The squared distances to the points of so many blocks. Every sum runs over the dimensions in
  /// order, whatever the kernel.
  void measure(index first, index blocks) {
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      using P = packs::pack<double, Bytes / 8>;
      const index dimensions = std::ssize(place_), count = blocks;
      const double* const place = place_.data();
      const double* block = points_->packed_.data() + first * dimensions;
      double* out = squares_.data();
      for (index b = 0; b < count; ++b, block += lanes * dimensions)
        for (index lane = 0; lane < lanes; lane += P::lanes, out += P::lanes) {
          P sum(0.0);
          for (index d = 0; d < dimensions; ++d) {
            const P difference = P::load(block + d * lanes + lane) - P(place[d]);
            sum = sum + difference * difference;
          }
          sum.store(out);
        }
    });
  }

  const exact_index* points_;
  std::vector<double> place_;
  std::array<double, at_once> squares_;
};

inline exact_index::searcher exact_index::make_searcher() const {
  return searcher(*this);
}

/// Settings of the exact search.
struct exact_neighbours {
  distance metric = distance::euclidean;  ///< by which points are near

  /// @param points points x dimensions, finite; copied.
  [[nodiscard]] exact_index build(matrix_view<double> points) const { return {points, metric}; }
};

static_assert(neighbour_index<exact_neighbours>);

/// Rows of a table of neighbours, `find(searcher, i, found)` giving row i.
template <executor Executor, prepared_points Points, class Find>
neighbour_table fill_neighbour_table(const Executor& run, const Points& points, index queries,
                                     index k, const Find& find) {
  neighbour_table table{matrix<index>(queries, k), matrix<double>(queries, k)};
  for_each_range(run, queries, 64, [&](index begin, index end) {
    auto searcher = points.make_searcher();
    std::vector<neighbour> found;
    for (index i = begin; i < end; ++i) {
      find(searcher, i, found);
      for (index j = 0; j < k; ++j) {
        table.points(i, j) = found[static_cast<std::size_t>(j)].point;
        table.distances(i, j) = found[static_cast<std::size_t>(j)].distance;
      }
    }
  });
  return table;
}

/// The min(k, points.size()) nearest points of every row of `queries`. Same for every executor.
/// @throws std::invalid_argument for queries of another dimension or k < 0; std::domain_error for
///         one that is not finite.
template <executor Executor, prepared_points Points>
neighbour_table nearest(const Executor& run, const Points& points, matrix_view<double> queries,
                        index k) {
  require(k >= 0, "nearest", "the number of neighbours must not be negative");
  return fill_neighbour_table(
      run, points, queries.rows(), std::min(k, points.size()),
      [&](auto& searcher, index i, std::vector<neighbour>& found) {
        searcher.find(std::span(queries.row(i).data(), static_cast<std::size_t>(queries.cols())), k,
                      found);
      });
}

/// The min(k, points.size() - 1) nearest *other* points of every point. A point is left out of its
/// own row by position, not by distance: a copy of it stays, at distance 0.
/// @param all the points that `points` was built from, in that order.
/// @throws std::invalid_argument if they are not as many, and as `nearest`.
template <executor Executor, prepared_points Points>
neighbour_table nearest_others(const Executor& run, const Points& points, matrix_view<double> all,
                               index k) {
  require(all.rows() == points.size(), "nearest_others",
          "the points that the index was built from expected");
  require(k >= 0, "nearest_others", "the number of neighbours must not be negative");
  const index kept = std::min(k, std::max<index>(points.size() - 1, 0));
  return fill_neighbour_table(
      run, points, all.rows(), kept, [&](auto& searcher, index i, std::vector<neighbour>& found) {
        searcher.find(std::span(all.row(i).data(), static_cast<std::size_t>(all.cols())), kept + 1,
                      found);
        // The point itself may be missing where more than k copies of it come first, or where the
        // index is approximate; then the farthest goes.
        const auto self = std::find_if(found.begin(), found.end(),
                                       [i](const neighbour& near) { return near.point == i; });
        found.erase(self == found.end() ? self - 1 : self);
      });
}

}  // namespace harmonium::inline v0_2

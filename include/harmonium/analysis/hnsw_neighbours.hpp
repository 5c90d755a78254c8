// SPDX-License-Identifier: MIT
/// @file
/// Approximate nearest neighbours by a navigable graph, through hnswlib (component
/// `harmonium::hnsw`). Pays off from some ten thousand points on.
#pragma once

// hnswlib's own vector code differs between processors in the last bits, and version 0.6 defines
// functions there that are not inline.
#ifndef NO_MANUAL_VECTORIZATION
#define NO_MANUAL_VECTORIZATION
#endif
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Squared Euclidean distance of double coordinates, in the form hnswlib asks for.
class hnsw_space : public hnswlib::SpaceInterface<double> {
 public:
  explicit hnsw_space(std::size_t dimensions) : dimensions_(dimensions) {}

  std::size_t get_data_size() override { return dimensions_ * sizeof(double); }
  hnswlib::DISTFUNC<double> get_dist_func() override { return squared_distance; }
  void* get_dist_func_param() override { return &dimensions_; }

 private:
  // hnswlib lays points out with 4 bytes in front: a double may start at any multiple of 4.
  static double squared_distance(const void* a, const void* b, const void* dimensions) {
    const auto* u = static_cast<const std::byte*>(a);
    const auto* v = static_cast<const std::byte*>(b);
    const auto size = *static_cast<const std::size_t*>(dimensions);
    double sum = 0;
    for (std::size_t d = 0; d < size; ++d) {
      double x = 0, y = 0;
      std::memcpy(&x, u + d * sizeof x, sizeof x);
      std::memcpy(&y, v + d * sizeof y, sizeof y);
      sum += (x - y) * (x - y);
    }
    return sum;
  }

  std::size_t dimensions_;
};

/// A built index; copies share it.
class hnsw_index {
 public:
  class searcher;

  hnsw_index(matrix_view<double> points, distance metric, index links, index build_effort,
             index search_effort, std::uint64_t seed)
      : metric_(metric),
        size_(points.rows()),
        dimensions_(points.cols()),
        search_effort_(search_effort),
        exact_(exact_neighbours{metric}.build(points)),
        space_(std::make_shared<hnsw_space>(static_cast<std::size_t>(inner()))),
        graph_(std::make_shared<graph>(
            space_.get(), static_cast<std::size_t>(std::max<index>(size_, 1)),
            static_cast<std::size_t>(links), static_cast<std::size_t>(build_effort), seed)) {
    std::vector<double> place(static_cast<std::size_t>(inner()));
    for (index i = 0; i < size_; ++i) {
      to_euclidean(metric_, std::span(points.row(i).data(), static_cast<std::size_t>(dimensions_)),
                   place);
      graph_->addPoint(place.data(), static_cast<hnswlib::labeltype>(i));
    }
  }

  [[nodiscard]] index size() const noexcept { return size_; }
  [[nodiscard]] index dimensions() const noexcept { return dimensions_; }
  [[nodiscard]] searcher make_searcher() const;

 private:
  using graph = hnswlib::HierarchicalNSW<double>;

  [[nodiscard]] index inner() const noexcept { return euclidean_dimensions(metric_, dimensions_); }

  distance metric_;
  index size_;
  index dimensions_;
  index search_effort_;
  exact_index exact_;  // checks the points; answers where the graph finds too few
  std::shared_ptr<hnsw_space> space_;
  std::shared_ptr<graph> graph_;
};

/// Refers to the index.
class hnsw_index::searcher {
 public:
  explicit searcher(const hnsw_index& points)
      : points_(&points),
        exact_(points.exact_.make_searcher()),
        place_(static_cast<std::size_t>(points.inner())) {}

  /// @throws std::invalid_argument and std::domain_error as `exact_index::searcher::find`.
  void find(std::span<const double> query, index k, std::vector<neighbour>& found) {
    require(std::cmp_equal(query.size(), points_->dimensions_), "neighbours",
            "the query has another number of dimensions than the points");
    require(k >= 0, "neighbours", "the number of neighbours must not be negative");
    to_euclidean(points_->metric_, query, place_);
    found.clear();
    const index wanted = std::min(k, points_->size_);
    if (wanted == 0) return;
    // hnswlib looks at no more candidates than asked for or than its own setting, which all
    // searchers share: ask for more and keep the nearest.
    const index asked = std::min(points_->size_, std::max(wanted, points_->search_effort_));
    auto candidates = points_->graph_->searchKnn(place_.data(), static_cast<std::size_t>(asked));
    for (; !candidates.empty(); candidates.pop())
      found.push_back({static_cast<index>(candidates.top().second), candidates.top().first});
    if (static_cast<index>(found.size()) < wanted) return exact_.find(query, k, found);
    std::sort(found.begin(), found.end());
    found.resize(static_cast<std::size_t>(wanted));
    for (neighbour& near : found) near.distance = from_euclidean(points_->metric_, near.distance);
  }

 private:
  const hnsw_index* points_;
  exact_index::searcher exact_;
  std::vector<double> place_;
};

inline hnsw_index::searcher hnsw_index::make_searcher() const {
  return searcher(*this);
}

/// Settings of the approximate search. Deterministic: points are inserted one by one, in their
/// order, and the layers are drawn from `seed`.
/// Source: Malkov & Yashunin (2020), "Efficient and robust approximate nearest neighbor search
/// using hierarchical navigable small world graphs", IEEE TPAMI 42:824,
/// doi 10.1109/TPAMI.2018.2889473.
struct hnsw_neighbours {
  distance metric = distance::euclidean;  ///< by which points are near
  index links = 16;           ///< of a point in a layer, at least 2; more: better, larger
  index build_effort = 200;   ///< candidates when a point is inserted; more: better, slower
  index search_effort = 100;  ///< candidates of a search, at least k; more: better, slower
  std::uint64_t seed = 1;     ///< of the points' layers

  /// @param points points x dimensions, finite; copied.
  /// @throws std::invalid_argument if a setting is out of range; std::domain_error if a coordinate
  ///         is not finite.
  [[nodiscard]] hnsw_index build(matrix_view<double> points) const {
    require(links >= 2 && build_effort >= 1 && search_effort >= 1, "hnsw_neighbours",
            "expected links >= 2 and efforts >= 1");
    return {points, metric, links, build_effort, search_effort, seed};
  }
};

static_assert(neighbour_index<hnsw_neighbours>);

}  // namespace harmonium::inline v0_2

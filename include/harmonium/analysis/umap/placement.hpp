// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// New points put into a UMAP layout that stays as it is.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/umap/forces.hpp"
#include "harmonium/analysis/umap/fuzzy_graph.hpp"
#include "harmonium/analysis/umap/layout.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// One new point on its way. It starts at the mean of its neighbours, weighted by their degrees of
/// membership, is pulled towards each in a share of the epochs that is its degree over the largest,
/// and pushed from random points of the layout. New points do not see each other.
/// @tparam D the number of dimensions, where it is known to the compiler
template <std::size_t D>
void place_point(std::span<double, D> point, std::span<const index> neighbours,
                 std::span<const double> degrees, const matrix<double>& layout,
                 const umap_forces& forces, const umap_layout_options& options, random_engine rng) {
  const auto at = [&](index j) {
    return std::span<const double, D>(layout.row(j).data(), point.size());
  };
  double total = 0, largest = 0;
  for (double& coordinate : point) coordinate = 0;
  for (std::size_t k = 0; k < neighbours.size(); ++k) {
    total += degrees[k];
    largest = std::max(largest, degrees[k]);
    for (std::size_t d = 0; d < point.size(); ++d) point[d] += degrees[k] * at(neighbours[k])[d];
  }
  for (double& coordinate : point) coordinate /= total;

  quick_picks pick(layout.rows(), rng);
  for (index epoch = 0; epoch < options.epochs; ++epoch) {
    const double rate = options.learning_rate *
                        (1 - static_cast<double>(epoch) / static_cast<double>(options.epochs));
    for (std::size_t k = 0; k < neighbours.size(); ++k) {
      if (!is_due(degrees[k] / largest, epoch)) continue;
      forces.attract(point, at(neighbours[k]), rate);
      for (index r = 0; r < options.negatives; ++r) forces.repel(point, at(pick()), rate);
    }
  }
}

/// Positions of new points, points x dimensions. Point i draws from stream i: the same for every
/// executor and whatever other points there are; `rng` moves on by one word.
/// @param nearest the nearest points of the layout for each new point, at least one
/// @throws std::invalid_argument if there is none.
template <executor Executor>
matrix<double> place_points(const Executor& run, const neighbour_table& nearest,
                            const matrix<double>& layout, const umap_forces& forces,
                            const umap_layout_options& options, random_engine& rng) {
  const random_streams streams(rng);
  matrix<double> positions(nearest.points.rows(), layout.cols());
  if (positions.rows() == 0) return positions;
  require(nearest.points.cols() >= 1, "place_points", "every point needs a neighbour");
  const matrix<double> degrees = memberships(run, nearest.distances, neighbourhood::of_queries);
  const auto dimensions = static_cast<std::size_t>(layout.cols());
  const auto k = static_cast<std::size_t>(degrees.cols());
  for_each_range(run, positions.rows(), 64, [&](index begin, index end) {
    for (index i = begin; i < end; ++i) {
      const auto place = [&]<std::size_t D>(std::span<double, D> point) {
        place_point(point, std::span(nearest.points.row(i).data(), k),
                    std::span(degrees.row(i).data(), k), layout, forces, options,
                    streams[static_cast<std::uint64_t>(i)]);
      };
      double* mine = positions.row(i).data();
      dimensions == 2 ? place(std::span<double, 2>(mine, 2)) : place(std::span(mine, dimensions));
    }
  });
  return positions;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The graph of degrees of neighbourhood that UMAP lays out.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/umap/smooth_distances.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace harmonium::inline v0_2 {

/// Who is meant by the neighbours in a table.
enum class neighbourhood {
  of_points,  ///< of points among themselves: each is one of its own neighbours, not in the table
  of_queries  ///< of new points among others
};

/// Degree to which each of its neighbours belongs to each point, rows of the table's shape. The
/// degrees of a row, with the point itself where it is one of its neighbours, stand for log2 of
/// their number; see `smooth_distances`. The nearest neighbour of a point has full degree, so that
/// no point is alone; new points, which need no such link, measure from 0.
template <executor Executor>
matrix<double> memberships(const Executor& run, const matrix<double>& distances,
                           neighbourhood kind) {
  const bool own = kind == neighbourhood::of_points;
  const double mass =
      math::log(static_cast<double>(distances.cols() + (own ? 1 : 0))) / math::log(2.0);
  matrix<double> degrees(distances.rows(), distances.cols());
  for_each_range(run, distances.rows(), 64, [&](index begin, index end) {
    for (index i = begin; i < end; ++i) {
      const std::span row(distances.row(i).data(), static_cast<std::size_t>(distances.cols()));
      const local_scale scale = smooth_distances(row, own ? least_positive(row) : 0.0, mass);
      for (index k = 0; k < distances.cols(); ++k)
        degrees(i, k) = scale.membership(distances(i, k));
    }
  });
  return degrees;
}

/// The fuzzy union of all points' neighbourhoods: an edge of degrees p and q, one from each end,
/// has weight p + q - p q. Source: McInnes, Healy & Melville (2018), arXiv:1802.03426, section 3.1.
/// @param others the nearest other points of every point (see `nearest_others`), k - 1 of them
/// where
///               neighbourhoods of k points, the point itself included, are meant
/// @throws std::invalid_argument if there is no neighbour.
template <executor Executor>
weighted_graph fuzzy_graph(const Executor& run, const neighbour_table& others) {
  require(others.points.rows() == others.distances.rows() &&
              others.points.cols() == others.distances.cols(),
          "fuzzy_graph", "points and distances must have equal shapes");
  require(others.points.cols() >= 1, "fuzzy_graph", "every point needs a neighbour");
  const matrix<double> degrees = memberships(run, others.distances, neighbourhood::of_points);
  std::vector<std::vector<std::pair<weighted_graph::vertex, double>>> rows(
      static_cast<std::size_t>(degrees.rows()));
  for (index i = 0; i < degrees.rows(); ++i)
    for (index k = 0; k < degrees.cols(); ++k)
      rows[static_cast<std::size_t>(i)].emplace_back(
          static_cast<weighted_graph::vertex>(others.points(i, k)), degrees(i, k));
  return weighted_graph(std::move(rows), [](double p, double q) { return p + q - p * q; });
}

}  // namespace harmonium::inline v0_2

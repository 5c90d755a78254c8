// SPDX-License-Identifier: MIT
/// @file
/// The label of the nearest point.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// The label of the point nearest to each query, the first of equals.
/// @param points  prepared for searching
/// @param labels  one per point
/// @param queries rows x dimensions of the points
/// @throws std::invalid_argument if there is no point, or not one label for each.
template <executor Executor>
std::vector<index> labels_of_nearest(const Executor& run, const exact_index& points,
                                     std::span<const index> labels, matrix_view<double> queries) {
  require(points.size() > 0, "labels_of_nearest", "there are no points");
  require(std::cmp_equal(labels.size(), points.size()), "labels_of_nearest",
          "one label per point expected, got " + std::to_string(labels.size()) + " for " +
              std::to_string(points.size()));
  const auto table = nearest(run, points, queries, 1);
  std::vector<index> found;
  found.reserve(static_cast<std::size_t>(queries.rows()));
  for (index i = 0; i < queries.rows(); ++i)
    found.push_back(labels[static_cast<std::size_t>(table.points(i, 0))]);
  return found;
}

/// The same by Euclidean distance to points, one a row.
template <executor Executor>
std::vector<index> labels_of_nearest(const Executor& run, matrix_view<double> points,
                                     std::span<const index> labels, matrix_view<double> queries) {
  return labels_of_nearest(run, exact_neighbours{}.build(points), labels, queries);
}

}  // namespace harmonium::inline v0_2

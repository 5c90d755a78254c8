// SPDX-License-Identifier: MIT
/// @file
/// Do synthetic cells lie among real ones, or among themselves?
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/roc_auc.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// In the joint space, `same_set`: the share of the nearest neighbours of a cell that are of its
/// own kind, real or synthetic, averaged over all cells; and `knn_auc`: the area under the curve
/// when the share of synthetic neighbours is taken to tell synthetic from real cells. `..._fresh`
/// are the same against reference cells outside the pilot, which do not reward copying. Where there
/// are fewer cells than neighbours, all others are the neighbours. NaN where a side has no cell, or
/// (fresh) the pilot is unknown.
/// Source: Schilling (1986), JASA 81:799, doi 10.1080/01621459.1986.10478337.
struct same_neighbours {
  static constexpr std::string_view name = "same_neighbours";
  static constexpr std::string_view range =
      "same_set 0 to 1: 0.5 is good, 1 is told apart, below 0.5 the kinds attract (copies); "
      "knn_auc the same";
  static constexpr std::string_view chance = "independent genes: near 1";
  static constexpr std::string_view ceiling =
      "same_set 0.5; knn_auc just below it, as a cell is not its own neighbour";

  index neighbours = 15;  ///< of a cell, >= 1

  /// Cost: O(joint_cells^2 * joint_components).
  /// @throws std::invalid_argument if `neighbours` is below 1.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(neighbours >= 1, "same_neighbours",
            "neighbours must be at least 1, got " + std::to_string(neighbours));
    auto figures = look(pair.joint(), {"same_set", "knn_auc"});
    for (figure& fresh : look(pair.joint_fresh(), {"same_set_fresh", "knn_auc_fresh"}))
      figures.push_back(fresh);
    return figures;
  }

 private:
  [[nodiscard]] std::vector<figure> look(const std::same_as<joint_space> auto& space,
                                         std::initializer_list<const char*> names) const {
    auto figures = unknown_figures(names);
    if (space.each == 0) return figures;
    const auto prepared = exact_neighbours{}.build(space.points);
    const auto near = nearest_others(serial_executor{}, prepared, space.points, neighbours).points;
    std::vector<double> synthetic(static_cast<std::size_t>(near.rows()));
    double same = 0;
    for (index i = 0; i < near.rows(); ++i)
      for (index j = 0; j < near.cols(); ++j) {
        if (!space.is_real(near(i, j))) synthetic[static_cast<std::size_t>(i)] += 1;
        if (space.is_real(near(i, j)) == space.is_real(i)) same += 1;
      }
    figures[0].value = same / static_cast<double>(near.size());
    figures[1].value = roc_auc(synthetic, space.kinds());
    return figures;
  }
};

static_assert(metric<same_neighbours>);

}  // namespace harmonium::inline v0_2

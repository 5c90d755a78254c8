// SPDX-License-Identifier: MIT
/// @file
/// Can a random forest tell synthetic from real cells?
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harmonium/analysis/random_forest.hpp"
#include "harmonium/analysis/roc_auc.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Cross-validated area under the curve of a random forest that tells synthetic from real cells in
/// the joint space, averaged over the folds: `auc` against the whole reference, which rewards
/// copying where the pilot is part of it, and `auc_fresh` against its cells outside the pilot. NaN
/// where fewer cells of either kind than folds are there, or the pilot is unknown (`auc_fresh`).
struct forest_auc {
  static constexpr std::string_view name = "forest_auc";
  static constexpr std::string_view range =
      "0.5 (good) to 1 (told apart without fail); below 0.5 where cells are copies of each other";
  static constexpr std::string_view chance = "independent genes: near 1";
  static constexpr std::string_view ceiling = "0.5, give or take 0.4 / sqrt(cells of each kind)";

  random_forest_options forest = {};  ///< trees and the like
  index folds = 3;                    ///< of the cross-validation, >= 2
  std::uint64_t seed = 1;             ///< of folds and forests

  /// Cost: `folds` forests of 2 `joint_cells` cells: the slowest metric.
  /// @throws std::invalid_argument if `folds` is below 2 or a forest's option is out of range.
  [[nodiscard]] std::vector<figure> evaluate(const std::same_as<comparison> auto& pair) const {
    require(folds >= 2, "forest_auc", "folds must be at least 2, got " + std::to_string(folds));
    return {{"auc", area(pair.joint())}, {"auc_fresh", area(pair.joint_fresh())}};
  }

 private:
  [[nodiscard]] double area(const std::same_as<joint_space> auto& space) const {
    if (space.each < folds) return std::numeric_limits<double>::quiet_NaN();
    const auto kinds = space.kinds();
    random_engine rng(seed);
    const auto parts = stratified_folds(std::span(kinds), folds, rng);
    double sum = 0;
    for (index part = 0; part < folds; ++part) {
      std::vector<index> known, held_out;
      for (index i = 0; i < space.points.rows(); ++i)
        (parts[static_cast<std::size_t>(i)] == part ? held_out : known).push_back(i);
      const random_forest fitted(serial_executor{}, rows_of(space.points, known),
                                 kinds_of(kinds, known), forest, rng);
      sum += roc_auc(fitted.predict(rows_of(space.points, held_out)), kinds_of(kinds, held_out));
    }
    return sum / static_cast<double>(folds);
  }

  static matrix<double> rows_of(const matrix<double>& points, std::span<const index> rows) {
    matrix<double> chosen(static_cast<index>(rows.size()), points.cols());
    for (std::size_t i = 0; i < rows.size(); ++i)
      chosen.row(static_cast<index>(i)) = points.row(rows[i]);
    return chosen;
  }

  static std::vector<std::uint8_t> kinds_of(std::span<const std::uint8_t> kinds,
                                            std::span<const index> rows) {
    std::vector<std::uint8_t> chosen;
    for (const index row : rows) chosen.push_back(kinds[static_cast<std::size_t>(row)]);
    return chosen;
  }
};

static_assert(metric<forest_auc>);

}  // namespace harmonium::inline v0_2

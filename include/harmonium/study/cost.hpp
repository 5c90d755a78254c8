// SPDX-License-Identifier: MIT
/// @file
/// What a design costs, and how many cells to load for the cells wanted.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What becomes of cells that are loaded.
struct loading_options {
  double recovery = 1;  ///< share of the loaded cells that yield a usable profile, above 0
  /// Share of the recovered profiles that are two cells, lost to the analysis; below 1. With
  /// droplets it grows with the load: take the maker's figure for the load in question.
  double doublets = 0;
};

/// Cells to load so that on average `wanted` single cells are recovered.
/// @throws std::invalid_argument if `wanted` is negative or an option out of range.
[[nodiscard]] inline index cells_to_load(index wanted, const loading_options& options) {
  require(wanted >= 0, "cells_to_load", "the number of cells must not be negative");
  require(options.recovery > 0 && options.recovery <= 1, "cells_to_load",
          "recovery must be above 0 and at most 1, got " + std::to_string(options.recovery));
  require(options.doublets >= 0 && options.doublets < 1, "cells_to_load",
          "doublets must be at least 0 and below 1, got " + std::to_string(options.doublets));
  const double load = static_cast<double>(wanted) / (options.recovery * (1 - options.doublets));
  return static_cast<index>(std::ceil(load * (1 - 1e-12)));  // 0.9 * (1 / 0.9) is 1
}

/// Prices of cells, in any unit of money.
struct cost_options {
  std::optional<double> per_cell = {};   ///< of each cell that is loaded
  std::optional<double> per_plate = {};  ///< of each plate that is begun
  index plate = 384;                     ///< cells on a plate
};

/// What an experiment takes.
struct design_cost {
  index loaded = 0;              ///< cells
  index plates = 0;              ///< that many cells begin
  std::optional<double> amount;  ///< in the unit of the options; none where they name no price
  index lanes = 0;               ///< of droplets, where a design has some
};

/// The cost of an experiment that loads `loaded` cells.
/// @throws std::invalid_argument if something is negative, or a plate holds no cell.
[[nodiscard]] inline design_cost cost_of(index loaded, const cost_options& options) {
  require(loaded >= 0, "cost_of", "the number of cells must not be negative");
  require(options.plate >= 1, "cost_of",
          "a plate holds at least 1 cell, got " + std::to_string(options.plate));
  require(options.per_cell.value_or(0) >= 0 && options.per_plate.value_or(0) >= 0, "cost_of",
          "costs must not be negative");
  design_cost cost{loaded, (loaded + options.plate - 1) / options.plate, {}};
  if (options.per_cell || options.per_plate)
    cost.amount = options.per_cell.value_or(0) * static_cast<double>(loaded) +
                  options.per_plate.value_or(0) * static_cast<double>(cost.plates);
  return cost;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What a design costs, from prices of cells, plates, lanes, donors and reads.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/cost.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/reads.hpp"

namespace harmonium::inline v0_2 {

/// Doublets per thousand cells that come out of a lane, as 10x Genomics states them: 0.8 %.
inline constexpr double tenx_doublets_per_thousand = 0.008;

/// Prices of a design, all in one unit of money, and what cells are lost on the way.
struct design_prices {
  cost_options cells = {};               ///< per cell loaded, per plate
  std::optional<double> per_lane = {};   ///< of each lane of droplets
  index lane = 10'000;                   ///< cells that come out of a lane at most
  index donors_per_lane = 1;             ///< more than 1: their cells are told apart afterwards
  std::optional<double> per_donor = {};  ///< of each donor
  std::optional<double> per_million_reads = {};  ///< of sequencing
  double reads_per_cell = 50'000;                ///< at the pilot's depth
  double saturation = 0;         ///< of the pilot: copies among its reads (`reads_share`)
  loading_options loading = {};  ///< what becomes of loaded cells
  /// Doublets per thousand cells that come out of a lane, which come to those of `loading`. 0 where
  /// they do not grow with the load, as on plates.
  double doublets_per_thousand = tenx_doublets_per_thousand;
};

namespace detail {

struct lane_load {
  index lanes = 0, loaded = 0;
};

/// The least lanes, loaded alike, that yield `wanted` single cells. A share d0 + r n of the n cells
/// that come out of a lane are doublets: wanted / lanes = n (1 - d0 - r n).
[[nodiscard]] inline lane_load load_of(index wanted, const design_prices& prices) {
  const double rate = prices.doublets_per_thousand / 1000, kept = 1 - prices.loading.doublets;
  if (wanted == 0) return {};
  // Beyond half of kept / rate a fuller lane yields fewer singlets.
  const double fullest = rate > 0 ? std::min(static_cast<double>(prices.lane), kept / (2 * rate))
                                  : static_cast<double>(prices.lane);
  const double most = fullest * (kept - rate * fullest);
  const double lanes = std::max(1.0, std::ceil(static_cast<double>(wanted) / most * (1 - 1e-12)));
  loading_options loading = prices.loading;
  if (rate > 0) {
    const double root = kept * kept - 4 * rate * static_cast<double>(wanted) / lanes;
    loading.doublets += (kept - std::sqrt(std::max(0.0, root))) / 2;
  }
  return {static_cast<index>(lanes), cells_to_load(wanted, loading)};
}

}  // namespace detail

/// Cells to load, and the price of a design for all its donors. Lanes are not shared by more than
/// `donors_per_lane` donors.
/// @throws std::invalid_argument as `cells_to_load`, `cost_of` and `reads_share`, or for negative
///         prices and lanes that hold nothing.
[[nodiscard]] inline design_cost price_of(const plan_design& design, const design_prices& prices) {
  require(prices.doublets_per_thousand >= 0 && prices.reads_per_cell >= 0 &&
              prices.per_donor.value_or(0) >= 0 && prices.per_million_reads.value_or(0) >= 0 &&
              prices.per_lane.value_or(0) >= 0,
          "price_of", "prices must not be negative");
  require(prices.lane >= 1 && prices.donors_per_lane >= 1, "price_of",
          "a lane holds at least 1 cell of 1 donor");
  (void)cells_to_load(0, prices.loading);  // refuses what is out of range
  const index donors = design.all_donors();
  const index together = std::min(prices.donors_per_lane, std::max<index>(1, donors));
  const auto group = detail::load_of(together * design.cells, prices);
  const auto rest = detail::load_of((donors % together) * design.cells, prices);
  const index loaded = donors / together * group.loaded + rest.loaded;
  design_cost cost = cost_of(loaded, prices.cells);
  cost.lanes = donors / together * group.lanes + rest.lanes;
  if (prices.per_donor || prices.per_million_reads || prices.per_lane)
    cost.amount = cost.amount.value_or(0) +
                  prices.per_lane.value_or(0) * static_cast<double>(cost.lanes) +
                  prices.per_donor.value_or(0) * static_cast<double>(donors) +
                  prices.per_million_reads.value_or(0) * 1e-6 * prices.reads_per_cell *
                      reads_share(design.depth, prices.saturation) * static_cast<double>(loaded);
  return cost;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What a design costs, from prices of cells, plates, donors and reads.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/cost.hpp"
#include "harmonium/study/planning/design.hpp"

namespace harmonium::inline v0_2 {

struct design_prices {
  cost_options cells = {};               ///< per cell loaded, per plate
  std::optional<double> per_donor = {};  ///< of each donor
  std::optional<double> per_million_reads = {};
  double reads_per_cell = 50'000;  ///< at the pilot's depth
  loading_options loading = {};
  /// Doublets per thousand cells recovered of a donor, which come to those of `loading`. 10x
  /// Genomics states about 0.008 for its droplets.
  double doublets_per_thousand = 0;
};

/// Cells to load and the price of a design, for all its donors.
/// @throws std::invalid_argument as `cells_to_load` and `cost_of`, or where doublets reach 1.
[[nodiscard]] inline design_cost price_of(const plan_design& design, const design_prices& prices) {
  require(prices.doublets_per_thousand >= 0 && prices.reads_per_cell >= 0 &&
              prices.per_donor.value_or(0) >= 0 && prices.per_million_reads.value_or(0) >= 0,
          "price_of", "prices must not be negative");
  loading_options loading = prices.loading;
  // A share d of n recovered profiles is lost: n = wanted / (1 - d0 - r n), a quadratic in n.
  const double rate = prices.doublets_per_thousand / 1000, kept = 1 - loading.doublets;
  if (rate > 0) {
    const double root = kept * kept - 4 * rate * static_cast<double>(design.cells);
    require(root > 0, "price_of",
            "so many cells of one donor cannot be loaded: too many would be doublets");
    const double recovered = (kept - std::sqrt(root)) / (2 * rate);
    loading.doublets = std::min(0.999, loading.doublets + rate * recovered);
  }
  const index each = cells_to_load(design.cells, loading);
  design_cost cost = cost_of(each * design.donors, prices.cells);
  if (prices.per_donor || prices.per_million_reads)
    cost.amount = cost.amount.value_or(0) +
                  prices.per_donor.value_or(0) * static_cast<double>(design.donors) +
                  prices.per_million_reads.value_or(0) * 1e-6 * prices.reads_per_cell *
                      design.depth * static_cast<double>(each * design.donors);
  return cost;
}

}  // namespace harmonium::inline v0_2

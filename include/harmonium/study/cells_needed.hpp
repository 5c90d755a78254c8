// SPDX-License-Identifier: MIT
/// @file
/// How many cells an experiment needs to see enough cells of every type (component
/// `harmonium::planning`).
#pragma once

#include <span>
#include <stdexcept>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// P(X >= least) of a binomial X: at least `least` cells of a type of this frequency among `cells`.
/// @param frequency 0 to 1
/// @throws std::invalid_argument for other frequencies, or negative `cells`.
[[nodiscard]] inline double chance_of_at_least(index least, index cells, double frequency) {
  require(frequency >= 0 && frequency <= 1, "chance_of_at_least",
          "a frequency must be between 0 and 1, got " + std::to_string(frequency));
  require(cells >= 0, "chance_of_at_least", "cells must not be negative");
  // P(X < least) <= exp(-(mean - least)^2 / (2 mean)) below the mean (Chernoff).
  const double mean = static_cast<double>(cells) * frequency;
  const double spare = mean - static_cast<double>(least);
  if (spare > 0 && least <= cells && spare * spare > 90 * mean) return 1;
  return tails::binomial_at_least(least, cells, frequency);
}

/// Types that must be seen.
struct type_demand {
  std::span<const double> frequencies;  ///< of the types, each above 0 and at most 1
  index least = 5;                      ///< cells of each
};

/// The chance that all demands are met by `cells` cells: the product over types of the exact
/// binomial tails. Counts of different types hold each other down, so that the true chance is a
/// little lower, by less than the product of the chances to miss two of them; near 95 % that is
/// below 0.002.
/// Source: as howmanycells of the Satija lab.
/// @see Joag-Dev & Proschan (1983), Negative association of random variables, Ann. Stat. 11(1).
[[nodiscard]] inline double chance_of_all(const type_demand& demand, index cells) {
  double chance = 1;
  for (const double frequency : demand.frequencies)
    chance *= chance_of_at_least(demand.least, cells, frequency);
  return chance;
}

/// The least number of cells at which `chance_of_all` is at least `probability`. 0 where nothing is
/// demanded.
///
///     const std::vector<double> rare(10, 0.02);
///     cells_needed({.frequencies = rare, .least = 5}, 0.95);  // 624
///
/// @param probability below 1
/// @throws std::invalid_argument for another probability, or a frequency that is not above 0;
///         std::overflow_error if more than 10^9 cells would be needed.
[[nodiscard]] inline index cells_needed(const type_demand& demand, double probability) {
  require(probability >= 0 && probability < 1, "cells_needed",
          "the probability must be at least 0 and below 1, got " + std::to_string(probability));
  for (const double frequency : demand.frequencies)
    require(frequency > 0 && frequency <= 1, "cells_needed",
            "a frequency must be above 0 and at most 1, got " + std::to_string(frequency));
  if (demand.frequencies.empty() || demand.least <= 0) return 0;
  index low = demand.least, high = demand.least;
  while (chance_of_all(demand, high) < probability) {
    if (high > 1'000'000'000)
      throw std::overflow_error("cells_needed: more than 10^9 cells would be needed");
    low = high + 1;
    high *= 2;
  }
  while (low < high) {
    const index middle = low + (high - low) / 2;
    if (chance_of_all(demand, middle) < probability)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace harmonium::inline v0_2

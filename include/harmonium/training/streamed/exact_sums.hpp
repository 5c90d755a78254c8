// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Sums that do not depend on the order of their terms.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Multiples of 2^-20. Sums of such numbers are exact in doubles up to 2^33, so that the order in
/// which cells are read, by whichever thread or process, does not change a bit.
[[nodiscard]] inline double to_millionth(double value) noexcept {
  return std::nearbyint(value * 0x1p20) * 0x1p-20;
}

/// Multiples of 2^-12, exact up to 2^41: for log-likelihoods.
[[nodiscard]] inline double to_thousandth(double value) noexcept {
  return std::nearbyint(value * 0x1p12) * 0x1p-12;
}

/// What EM needs of the cells, as sums over them.
struct component_sums {
  vector<double> cells;        ///< of every component: its responsibilities' sum
  std::vector<double> counts;  ///< genes x components: the counts of these cells
  double log_likelihood = 0;   ///< nats, of all cells

  component_sums(index components, index genes)
      : cells(vector<double>::Zero(components)),
        counts(static_cast<std::size_t>(components * genes), 0.0) {}

  /// A cell whose responsibilities are multiples of 2^-20; a component at 0 costs nothing.
  template <class Cell>
  void add(const Cell& cell, std::span<const double> responsibilities, double log_probability) {
    const std::size_t components = responsibilities.size();
    log_likelihood += to_thousandth(log_probability);
    for (std::size_t c = 0; c < components; ++c) {
      const double share = responsibilities[c];
      if (share == 0) continue;
      cells[static_cast<index>(c)] += share;
      for (std::size_t k = 0; k < cell.genes.size(); ++k)
        counts[static_cast<std::size_t>(cell.genes[k]) * components + c] +=
            share * static_cast<double>(cell.values[k]);
    }
  }

  void add(const component_sums& other) {
    cells += other.cells;
    for (std::size_t k = 0; k < counts.size(); ++k) counts[k] += other.counts[k];
    log_likelihood += other.log_likelihood;
  }
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The chance that a test tells two types apart, gene by gene (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/gene_power.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// A gene's difference between two types, as a pilot leaves it.
struct gene_difference {
  double mean = 0, other = 0;    ///< counts per cell of either type
  double dispersion = 0;         ///< between cells
  double shift = 0, spread = 0;  ///< mean and standard deviation of the log ratio, a posteriori
};

/// Log ratios of genes between two types. What a pilot shows of one is shrunk: true log ratios are
/// taken for normal around 0, with the variance that observed ones have beyond their errors
/// (1 / mean + dispersion) / cells, so that a difference which few cells suggest is no promise.
/// Source: as Efron & Morris (1973), J. Am. Stat. Assoc. 68:117, with unequal errors by moments.
/// @return genes with at least `least_mean` counts per cell of one of the types; none where a type
///         has fewer than two cells
[[nodiscard]] inline std::vector<gene_difference> differences_of(const plan_pilot& pilot,
                                                                 index first, index second,
                                                                 double least_mean) {
  const auto per_type = pilot.cells_per_type();
  const auto cells = static_cast<double>(per_type[static_cast<std::size_t>(first)]),
             others = static_cast<double>(per_type[static_cast<std::size_t>(second)]);
  if (cells < 2 || others < 2) return {};
  const index genes = pilot.counts.genes();
  vector<double> sum = vector<double>::Zero(genes), other_sum = sum, dispersion = sum;
  for (index i = 0; i < pilot.counts.cells(); ++i) {
    const index type = pilot.types[static_cast<std::size_t>(i)];
    if (type != first && type != second) continue;
    auto& into = type == first ? sum : other_sum;
    row::for_each_nonzero(pilot.counts.cell(i),
                          [&](index g, auto value) { into[g] += static_cast<double>(value); });
  }
  for (const auto& one : expressed_genes(pilot, first, 0, static_cast<std::size_t>(genes)))
    dispersion[one.gene] = one.dispersion;
  std::vector<gene_difference> found;
  std::vector<double> errors;
  double excess = 0;
  for (index g = 0; g < genes; ++g) {
    gene_difference one;
    one.mean = (sum[g] + 0.5) / (cells + 0.5);
    one.other = (other_sum[g] + 0.5) / (others + 0.5);
    if (std::max(sum[g] / cells, other_sum[g] / others) < least_mean) continue;
    one.dispersion = dispersion[g];
    const double error =
        (1 / one.mean + one.dispersion) / cells + (1 / one.other + one.dispersion) / others;
    one.shift = math::log(one.mean / one.other);
    excess += one.shift * one.shift - error;
    errors.push_back(error);
    found.push_back(one);
  }
  const double variance =
      found.empty() ? 0 : std::max(0.0, excess / static_cast<double>(found.size()));
  for (std::size_t g = 0; g < found.size(); ++g) {
    const double kept = variance / (variance + errors[g]);
    found[g].shift *= kept;
    found[g].spread = std::sqrt(kept * errors[g]);
  }
  return found;
}

/// The chance that a negative binomial test of cells finds at least `least` of these genes to
/// differ, with Benjamini-Hochberg over all of them. Discoveries are taken for independent, their
/// number for normal.
/// @param cells of the first type, `others` of the second
/// @param rate  of false discoveries
[[nodiscard]] inline double chance_of_difference(const std::vector<gene_difference>& genes,
                                                 double cells, double others, double depth,
                                                 double rate, index least) {
  if (genes.empty() || cells < 2 || others < 2) return 0;
  // Five-point Gauss-Hermite: the mean over a normal variable.
  constexpr std::array<double, 5> nodes{-2.8569700138728056, -1.3556261799742659, 0,
                                        1.3556261799742659, 2.8569700138728056};
  constexpr std::array<double, 5> weights{0.011257411327720691, 0.2220759220056126,
                                          0.5333333333333333, 0.2220759220056126,
                                          0.011257411327720691};
  const auto tested = static_cast<double>(genes.size());
  double level = rate, found = 0, variance = 0;
  for (int step = 0; step < 25; ++step) {
    found = variance = 0;
    for (const gene_difference& g : genes) {
      const double error = std::sqrt((1 / (g.mean * depth) + g.dispersion) / cells +
                                     (1 / (g.other * depth) + g.dispersion) / others);
      double power = 0;
      for (std::size_t k = 0; k < nodes.size(); ++k)
        power += weights[k] * tails::z_test_power((g.shift + nodes[k] * g.spread) / error, level);
      power = std::min(power, 1.0);
      found += power;
      variance += power * (1 - power);
    }
    const double next = std::min(rate, rate * found / tested);
    if (next < 1e-12) return 0;
    if (next > 0.98 * level) break;
    level = next;
  }
  const double short_of = static_cast<double>(least) - 0.5 - found;
  if (variance < 1e-12) return short_of < 0 ? 1 : 0;
  return tails::normal_above(short_of / std::sqrt(variance));
}

}  // namespace harmonium::inline v0_2

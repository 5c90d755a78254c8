// SPDX-License-Identifier: MIT
/// @file
/// How much donors differ (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "harmonium/analysis/mixing_law.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// Between-donor variation of types' shares as one figure: the variance of a donor's share is p (1
/// - p) correlation, as in a beta-binomial with a + b = 1 / correlation - 1. Types differ in it:
/// what plans reckon with is each type's own (`frequency_posterior::variation`).
struct donor_variation {
  double correlation = 0;       ///< of two cells of a donor being of the type
  double lower = 0, upper = 0;  ///< 90 % interval
  index donors = 0;             ///< 0: assumed, not estimated
};

/// Cells of each donor and type, donors x types.
[[nodiscard]] inline matrix<double> cells_by_donor(const plan_pilot& pilot) {
  index donors = 1;
  for (const index d : pilot.donors) donors = std::max(donors, d + 1);
  matrix<double> cells = matrix<double>::Zero(donors, static_cast<index>(pilot.names.size()));
  for (std::size_t i = 0; i < pilot.types.size(); ++i)
    cells(pilot.donors.empty() ? 0 : pilot.donors[i], pilot.types[i]) += 1;
  return cells;
}

/// The correlation within donors from analyses of variance of "is of this type", pooled over types,
/// with the interval of an F statistic.
/// Source: Fleiss (1981), Statistical Methods for Rates and Proportions, chapter 13; interval:
/// Searle (1971), Linear Models, 9.9.
/// @return none with fewer than two donors, or where every donor has one cell
[[nodiscard]] inline std::optional<donor_variation> estimate_donor_variation(
    const plan_pilot& pilot) {
  index donors = 0;
  for (const index d : pilot.donors) donors = std::max(donors, d + 1);
  if (donors < 2) return {};
  const auto kinds = static_cast<index>(pilot.names.size());
  const matrix<double> cells = cells_by_donor(pilot);
  const vector<double> sizes = cells.rowwise().sum();
  const double total = sizes.sum();
  const auto n = static_cast<double>(donors);
  const double each = (total - sizes.squaredNorm() / total) / (n - 1);
  if (!(total > n)) return {};
  double between = 0, within = 0;
  for (index t = 0; t < kinds; ++t) {
    const double overall = cells.col(t).sum() / total;
    for (index d = 0; d < donors; ++d) {
      if (sizes[d] == 0) continue;
      const double share = cells(d, t) / sizes[d];
      between += sizes[d] * (share - overall) * (share - overall) / (n - 1);
      within += sizes[d] * share * (1 - share) / (total - n);
    }
  }
  if (!(within > 0)) return {};
  const double f = between / within;
  // Shares sum to 1, and types of unlike size weigh unlike: as many free types as 1 / sum p^2 - 1.
  double concentration = 0;
  for (index t = 0; t < kinds; ++t) {
    const double p = cells.col(t).sum() / total;
    concentration += p * p;
  }
  const double types = std::max(1.0, 1 / concentration - 1);
  const double above = (n - 1) * types, below = (total - n) * types;
  const auto correlation = [&](double ratio) {
    return std::max(0.0, (ratio - 1) / (ratio + each - 1));
  };
  return donor_variation{correlation(f), correlation(f / tails::f_quantile(above, below, 0.95)),
                         correlation(f / tails::f_quantile(above, below, 0.05)), donors};
}

/// Between-donor variation of the genes of a type.
struct expression_variation {
  vector<double> deviation;  ///< per gene, between donors, of the logarithm of its mean
  double lower_scale = 1, upper_scale = 1;  ///< 90 % interval of all of them, as factors
  index donors = 0;                         ///< with a cell of the type
};

/// Deviations of the genes' log means between donors, those of all genes of a donor together (its
/// depth) apart, as a test that normalises sees them. The variance of a gene's log means over n
/// donors is s^2 with n - 1 degrees of freedom about sigma^2 + v, v the mean of their errors
/// 1 / expected total + dispersion / cells; sigma has a discrete law on a grid from 0 to 2,
/// learned over the genes (`mixing_law`), so that a gene of few counts takes what the others tell.
/// The interval is that of a standard deviation from so many donors, because genes may share what
/// donors differ by; where they do not it is wide.
/// @param means       counts per cell of the type, per gene
/// @param dispersions between cells of one donor, per gene: variance = mean + dispersion mean^2
/// @return none with fewer than two donors who have a cell of the type, or where no gene has five
///         counts of a donor on average
[[nodiscard]] inline std::optional<expression_variation> estimate_expression_variation(
    const plan_pilot& pilot, index type, const vector<double>& means,
    const vector<double>& dispersions) {
  require(means.size() == pilot.counts.genes() && dispersions.size() == means.size(),
          "estimate_expression_variation", "one mean and one dispersion per gene are needed");
  index donors = 0;
  for (const index d : pilot.donors) donors = std::max(donors, d + 1);
  if (donors < 2) return {};
  const index genes = pilot.counts.genes();
  matrix<double> totals = matrix<double>::Zero(donors, genes);
  vector<double> cells = vector<double>::Zero(donors);
  for (index i = 0; i < pilot.counts.cells(); ++i) {
    const auto u = static_cast<std::size_t>(i);
    if (pilot.types[u] != type) continue;
    cells[pilot.donors[u]] += 1;
    row::for_each_nonzero(pilot.counts.cell(i), [&](index m, auto value) {
      totals(pilot.donors[u], m) += static_cast<double>(value);
    });
  }
  expression_variation found;
  double all_means = 0;
  for (index m = 0; m < genes; ++m) all_means += means[m];
  vector<double> factor = vector<double>::Zero(donors);  // exp(depth)
  for (index d = 0; d < donors; ++d) {
    if (!(cells[d] > 0)) continue;
    ++found.donors;
    double counted = 0;
    for (index m = 0; m < genes; ++m) counted += totals(d, m);
    factor[d] = (counted + 1) / (cells[d] * all_means + 1);
  }
  if (found.donors < 2) return {};
  const auto n = static_cast<double>(found.donors), freedom = n - 1;

  constexpr std::array<double, 15> grid{0,   0.05, 0.1,  0.15, 0.2, 0.25, 0.3, 0.4,
                                        0.5, 0.6,  0.75, 0.9,  1.2, 1.5,  2};
  constexpr double least_total = 5;  // of a donor on average: below it logarithms are no normals
  matrix<double> fit = matrix<double>::Ones(genes, static_cast<index>(grid.size()));
  std::vector<char> is_telling(static_cast<std::size_t>(genes), 0);
  for (index m = 0; m < genes; ++m) {
    double sum = 0, squares = 0, error = 0, expected_total = 0;
    for (index d = 0; d < donors; ++d) {
      if (!(cells[d] > 0)) continue;
      const double expected = cells[d] * means[m] * factor[d];
      const double x = math::log((totals(d, m) + 0.5) / (expected + 0.5));
      sum += x;
      squares += x * x;
      error += (1 / (expected + 0.5) + dispersions[m] / cells[d]) / n;
      expected_total += expected / n;
    }
    if (expected_total < least_total) continue;
    is_telling[static_cast<std::size_t>(m)] = 1;
    const double spread = std::max(0.0, squares - sum * sum / n);
    std::array<double, grid.size()> logs{};
    for (std::size_t k = 0; k < grid.size(); ++k) {
      const double variance = grid[k] * grid[k] + error;
      logs[k] = -0.5 * (freedom * math::log(variance) + spread / variance);
    }
    const double largest = *std::max_element(logs.begin(), logs.end());
    for (std::size_t k = 0; k < grid.size(); ++k)
      fit(m, static_cast<index>(k)) = math::exp(logs[k] - largest);
  }
  if (std::find(is_telling.begin(), is_telling.end(), 1) == is_telling.end())
    return {};  // too few counts to tell
  const mixing_law law(std::move(fit), is_telling, 200);
  found.deviation = vector<double>::Zero(genes);
  std::array<double, grid.size()> own;
  for (index m = 0; m < genes; ++m) {
    law.posterior(m, own);
    double variance = 0;
    for (std::size_t k = 0; k < own.size(); ++k) variance += own[k] * grid[k] * grid[k];
    found.deviation[m] = std::sqrt(variance);
  }
  found.lower_scale = std::sqrt(freedom / tails::chi_square_quantile(freedom, 0.95));
  found.upper_scale = std::sqrt(freedom / tails::chi_square_quantile(freedom, 0.05));
  return found;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// How much donors differ (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/tails.hpp"
#include "harmonium/training/groups/random_effects.hpp"

namespace harmonium::inline v0_2 {

/// Between-donor variation of types' shares: the variance of a donor's share is p (1 - p)
/// correlation, as in a beta-binomial with a + b = 1 / correlation - 1.
struct donor_variation {
  double correlation = 0;       ///< of two cells of a donor being of the type
  double lower = 0, upper = 0;  ///< 90 % interval
  index donors = 0;             ///< 0: assumed, not estimated
};

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
  matrix<double> cells = matrix<double>::Zero(donors, kinds);
  for (std::size_t i = 0; i < pilot.donors.size(); ++i) cells(pilot.donors[i], pilot.types[i]) += 1;
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
/// depth) apart, as a test that normalises sees them (`fit_random_effects`). The interval is that
/// of a standard deviation from so many donors: genes share their donors.
/// @param means       counts per cell of the type, per gene
/// @param dispersions between cells, per gene: variance = mean + dispersion mean^2
/// @return none with fewer than two donors who have a cell of the type
[[nodiscard]] inline std::optional<expression_variation> estimate_expression_variation(
    const plan_pilot& pilot, index type, const vector<double>& means,
    const vector<double>& dispersions) {
  require(means.size() == pilot.counts.genes() && dispersions.size() == means.size(),
          "estimate_expression_variation", "one mean and one dispersion per gene are needed");
  index donors = 0;
  for (const index d : pilot.donors) donors = std::max(donors, d + 1);
  if (donors < 2) return {};
  const index genes = pilot.counts.genes();
  matrix<double> totals = matrix<double>::Zero(donors, genes), expected = totals;
  matrix<double> inverse = matrix<double>::Ones(donors, genes);
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
  for (index d = 0; d < donors; ++d) {
    if (!(cells[d] > 0)) continue;
    ++found.donors;
    for (index m = 0; m < genes; ++m) {
      expected(d, m) = cells[d] * means[m];
      inverse(d, m) = cells[d] / std::max(dispersions[m], 1e-4);
    }
  }
  if (found.donors < 2) return {};
  found.deviation = fit_random_effects(serial_executor{}, totals, expected, inverse).deviation;
  const auto freedom = static_cast<double>(found.donors - 1);
  found.lower_scale = std::sqrt(freedom / tails::chi_square_quantile(freedom, 0.95));
  found.upper_scale = std::sqrt(freedom / tails::chi_square_quantile(freedom, 0.05));
  return found;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What tests of genes share: expressed genes of a type, and power after Benjamini-Hochberg.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/evidence.hpp"

namespace harmonium::inline v0_2 {

/// A gene in the cells of a type and in all others.
struct gene_level {
  double mean = 0;        ///< counts per cell of the type
  double elsewhere = 0;   ///< and of other cells
  double dispersion = 0;  ///< between cells: variance = mean + dispersion * mean^2
  index gene = 0;         ///< its column in the pilot
  double between = 0;     ///< between donors: deviation of the logarithm of the mean
};

/// At most `most` of them that stand for equally many each.
[[nodiscard]] inline std::vector<gene_level> thinned_genes(std::vector<gene_level> all,
                                                           std::size_t most) {
  if (all.size() <= most) return all;
  std::vector<gene_level> some;
  for (std::size_t k = 0; k < most; ++k) some.push_back(all[(2 * k + 1) * all.size() / (2 * most)]);
  return some;
}

/// Genes with at least `least_mean` counts per cell of the type, from the lowest mean up, thinned
/// to at most `most` that stand for equally many each. Means of the type are shrunk towards those
/// of all cells by as much as five cells weigh; dispersions are by moments, within types and
/// donors.
[[nodiscard]] inline std::vector<gene_level> expressed_genes(const plan_pilot& pilot, index type,
                                                             double least_mean,
                                                             std::size_t most = 24) {
  constexpr double weight = 5;
  const auto genes = static_cast<std::size_t>(pilot.counts.genes());
  const auto kinds = static_cast<index>(pilot.names.size());
  const auto cells = static_cast<double>(pilot.counts.cells());
  index donors = 1;
  for (const index d : pilot.donors) donors = std::max(donors, d + 1);
  const index strata = kinds * donors;  // donor * kinds + type
  matrix<double> sums = matrix<double>::Zero(strata, pilot.counts.genes());
  vector<double> sizes = vector<double>::Zero(strata);
  std::vector<double> squares(genes, 0.0);
  for (index i = 0; i < pilot.counts.cells(); ++i) {
    const auto u = static_cast<std::size_t>(i);
    const index stratum = pilot.types[u] + (pilot.donors.empty() ? 0 : kinds * pilot.donors[u]);
    sizes[stratum] += 1;
    const auto cell = pilot.counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) {
      const double x = cell.values[k];
      sums(stratum, static_cast<index>(cell.genes[k])) += x;
      squares[static_cast<std::size_t>(cell.genes[k])] += x * x;
    }
  }
  double own = 0, used = 0;  // cells of the type; strata that have some
  for (index k = 0; k < strata; ++k) {
    if (k % kinds == type) own += sizes[k];
    if (sizes[k] > 0) used += 1;
  }
  const double freedom = std::max(1.0, cells - used);
  std::vector<gene_level> all;
  for (std::size_t g = 0; g < genes; ++g) {
    const auto column = static_cast<index>(g);
    double total = 0, in_type = 0, within = squares[g];
    double level = 0;  // sum of squared means over cells
    for (index k = 0; k < strata; ++k) {
      if (!(sizes[k] > 0)) continue;
      const double sum = sums(k, column);
      total += sum;
      if (k % kinds == type) in_type += sum;
      within -= sum * sum / sizes[k];
      level += sum * sum / sizes[k];
    }
    gene_level one;
    one.gene = column;
    one.mean = (in_type + weight * total / cells) / (own + weight);
    if (!(one.mean >= least_mean)) continue;
    one.elsewhere = std::max((total - in_type + 0.5) / (cells - own + 1), 1e-4);
    one.dispersion =
        std::clamp((within / freedom - total / cells) / std::max(level / cells, 1e-12), 0.0, 10.0);
    all.push_back(one);
  }
  std::sort(all.begin(), all.end(),
            [](const gene_level& a, const gene_level& b) { return a.mean < b.mean; });
  return thinned_genes(std::move(all), most);
}

/// Settings of tests of many genes.
struct false_discovery_options {
  double rate = 0.05;     ///< of false discoveries, by Benjamini-Hochberg over expressed genes
  double changed = 0.05;  ///< share of these genes that are truly changed, all by the same factor
};

/// Mean power over genes at the level that Benjamini-Hochberg ends with when many genes are tested:
/// the largest t with t = rate * changed * power(t) / (1 - rate * (1 - changed)).
/// Source: Genovese & Wasserman (2002), J. R. Statist. Soc. B 64:499.
/// @param power_of `double(gene, level)`, not falling with the level
/// @param tested   the chance of each gene to be tested at all; empty: certain. With chances the
///                 power is of all genes, the level that of those tested.
template <class PowerOf>
[[nodiscard]] double power_with_false_discoveries(const std::vector<gene_level>& genes,
                                                  const false_discovery_options& options,
                                                  PowerOf&& power_of,
                                                  std::span<const double> tested = {}) {
  require(options.rate > 0 && options.rate < 1 && options.changed > 0 && options.changed <= 1,
          "power_with_false_discoveries", "rate and share of changed genes lie between 0 and 1");
  require(tested.empty() || tested.size() == genes.size(), "power_with_false_discoveries",
          "a chance to be tested is needed for each gene");
  if (genes.empty()) return 0;
  auto all = static_cast<double>(genes.size());  // tested, on average
  if (!tested.empty()) {
    all = 0;
    for (const double chance : tested) all += chance;
  }
  if (all < 1e-9 * static_cast<double>(genes.size())) return 0;
  const double slope = options.rate * options.changed / (1 - options.rate * (1 - options.changed));
  double level = slope, power = 0;  // the fixed point lies below: power is at most 1
  for (int step = 0; step < 25; ++step) {
    power = 0;
    for (std::size_t g = 0; g < genes.size(); ++g)
      power += (tested.empty() ? 1.0 : tested[g]) * power_of(genes[g], level);
    power /= all;
    const double next = slope * power;
    if (next < 1e-9) return 0;
    if (next > 0.98 * level) break;
    level = next;
  }
  return tested.empty() ? power : power * all / static_cast<double>(genes.size());
}

}  // namespace harmonium::inline v0_2

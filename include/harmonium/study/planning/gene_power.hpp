// SPDX-License-Identifier: MIT
/// @file
/// What tests of genes share: expressed genes of a type, and power after Benjamini-Hochberg.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
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
/// of all cells by as much as five cells weigh; dispersions are by moments, within types.
[[nodiscard]] inline std::vector<gene_level> expressed_genes(const plan_pilot& pilot, index type,
                                                             double least_mean,
                                                             std::size_t most = 24) {
  constexpr double weight = 5;
  const auto genes = static_cast<std::size_t>(pilot.counts.genes());
  const auto kinds = pilot.names.size();
  const auto cells = static_cast<double>(pilot.counts.cells());
  matrix<double> sums = matrix<double>::Zero(static_cast<index>(kinds), pilot.counts.genes());
  std::vector<double> squares(genes, 0.0);
  for (index i = 0; i < pilot.counts.cells(); ++i) {
    const auto cell = pilot.counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) {
      const double x = cell.values[k];
      sums(pilot.types[static_cast<std::size_t>(i)], static_cast<index>(cell.genes[k])) += x;
      squares[static_cast<std::size_t>(cell.genes[k])] += x * x;
    }
  }
  const auto counts = pilot.cells_per_type();
  const auto own = static_cast<double>(counts[static_cast<std::size_t>(type)]);
  std::vector<gene_level> all;
  for (std::size_t g = 0; g < genes; ++g) {
    const auto column = static_cast<index>(g);
    const double total = sums.col(column).sum(), in_type = sums(type, column);
    double within = squares[g], level = 0;  // sum of squares within types; of squared means
    for (std::size_t t = 0; t < kinds; ++t) {
      const auto n = static_cast<double>(counts[t]);
      if (n == 0) continue;
      const double sum = sums(static_cast<index>(t), column);
      within -= sum * sum / n;
      level += sum * sum / n;
    }
    gene_level one;
    one.gene = column;
    one.mean = (in_type + weight * total / cells) / (own + weight);
    if (!(one.mean >= least_mean)) continue;
    one.elsewhere = std::max((total - in_type + 0.5) / (cells - own + 1), 1e-4);
    const double freedom = std::max(1.0, cells - static_cast<double>(kinds));
    one.dispersion =
        std::clamp((within / freedom - total / cells) / std::max(level / cells, 1e-12), 0.0, 10.0);
    all.push_back(one);
  }
  std::sort(all.begin(), all.end(),
            [](const gene_level& a, const gene_level& b) { return a.mean < b.mean; });
  return thinned_genes(std::move(all), most);
}

struct false_discovery_options {
  double rate = 0.05;     ///< of false discoveries, by Benjamini-Hochberg over expressed genes
  double changed = 0.05;  ///< share of these genes that are truly changed, all by the same factor
};

/// Mean power over genes at the level that Benjamini-Hochberg ends with when many genes are tested:
/// the largest t with t = rate * changed * power(t) / (1 - rate * (1 - changed)).
/// Source: Genovese & Wasserman (2002), J. R. Statist. Soc. B 64:499.
/// @param power_of `double(gene, level)`, not falling with the level
template <class PowerOf>
[[nodiscard]] double power_with_false_discoveries(const std::vector<gene_level>& genes,
                                                  const false_discovery_options& options,
                                                  PowerOf&& power_of) {
  require(options.rate > 0 && options.rate < 1 && options.changed > 0 && options.changed <= 1,
          "power_with_false_discoveries", "rate and share of changed genes lie between 0 and 1");
  if (genes.empty()) return 0;
  const double slope = options.rate * options.changed / (1 - options.rate * (1 - options.changed));
  double level = slope, power = 0;  // the fixed point lies below: power is at most 1
  for (int step = 0; step < 25; ++step) {
    power = 0;
    for (const gene_level& gene : genes) power += power_of(gene, level);
    power /= static_cast<double>(genes.size());
    const double next = slope * power;
    if (next < 1e-9) return 0;
    if (next > 0.98 * level) break;
    level = next;
  }
  return power;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The most variable genes, by residual deviance.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "harmonium/analysis/deviance_residuals.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"

namespace harmonium {

/// Residual Poisson deviance of every gene under the model that only depth and abundance matter,
/// sum over cells of 2 [x log(x / m) - (x - m)], m = cell total * gene total / total; length genes.
/// Cost: O(non-zeros + cells + genes).
/// Source: Townes et al. (2019), Genome Biology 20:295, doi 10.1186/s13059-019-1861-6.
template <count_source Counts>
vector<double> gene_deviances(const Counts& counts) {
  const null_means expected(counts);
  vector<double> deviances = vector<double>::Zero(counts.genes());
  double total = 0;
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k) {
      const auto x = static_cast<double>(cell.values[k]);
      if (x == 0) continue;
      const auto gene = static_cast<index>(cell.genes[k]);
      const double mean = expected.depth[i] * expected.abundance[gene];
      // A zero count has deviance 2 m; it is taken off here and added for all cells below.
      deviances[gene] += poisson_deviance(x, mean) - 2 * mean;
    }
    total += expected.depth[i];
  }
  for (index j = 0; j < counts.genes(); ++j) deviances[j] += 2 * total * expected.abundance[j];
  return deviances;
}

/// The `number` genes of largest residual deviance, as ascending positions. Of equal deviances the
/// gene that comes first wins. All genes where there are not more than `number`.
/// @throws std::invalid_argument if `number` < 1.
template <count_source Counts>
std::vector<index> variable_genes(const Counts& counts, index number) {
  require(number >= 1, "variable_genes",
          "number must be at least 1, got " + std::to_string(number));
  const vector<double> deviances = gene_deviances(counts);
  std::vector<index> order(static_cast<std::size_t>(counts.genes()));
  std::iota(order.begin(), order.end(), index(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](index a, index b) { return deviances[a] > deviances[b]; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(number)));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace harmonium

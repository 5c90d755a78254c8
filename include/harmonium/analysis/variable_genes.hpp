// SPDX-License-Identifier: MIT
/// @file
/// The most variable genes, by residual deviance or by standardised variance.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "harmonium/analysis/deviance_residuals.hpp"
#include "harmonium/analysis/loess.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

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

/// Variance of every gene's counts after standardisation by what its mean lets one expect: the
/// counts less their mean, over the square root of a variance from `loess` of log variance on log
/// mean, at most sqrt(cells), squared and averaged over cells - 1; length genes. A gene that does
/// not vary has 0. So does every gene where there are fewer than two cells.
/// Cost: O(non-zeros + span genes^2).
/// Source: Stuart et al. (2019), "Comprehensive integration of single-cell data", Cell 177:1888,
/// doi 10.1016/j.cell.2019.05.031 (Seurat's method "vst").
/// @param span share of the genes that the expected variance of one is fitted to
template <count_source Counts>
vector<double> standardised_variances(const Counts& counts, double span = 0.3) {
  const index genes = counts.genes();
  const auto cells = static_cast<double>(counts.cells());
  vector<double> result = vector<double>::Zero(genes);
  if (counts.cells() < 2) return result;
  const vector<double> means = gene_means(counts);
  vector<double> squares = vector<double>::Zero(genes);  // about the mean
  vector<double> zeros = vector<double>::Constant(genes, cells);
  const auto for_each_count = [&](auto&& visit) {
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        visit(static_cast<index>(cell.genes[k]), static_cast<double>(cell.values[k]));
    }
  };
  for_each_count([&](index gene, double x) {
    squares[gene] += (x - means[gene]) * (x - means[gene]);
    zeros[gene] -= 1;
  });
  std::vector<double> log_mean, log_variance;
  std::vector<index> varying;
  for (index j = 0; j < genes; ++j) {
    squares[j] += zeros[j] * means[j] * means[j];
    if (!(squares[j] > 0)) continue;
    varying.push_back(j);
    log_mean.push_back(math::log(means[j]));
    log_variance.push_back(math::log(squares[j] / (cells - 1)));
  }
  const std::vector<double> expected = loess(log_mean, log_variance, span);
  vector<double> scale = vector<double>::Zero(genes);  // 1 / standard deviation
  for (std::size_t k = 0; k < varying.size(); ++k) scale[varying[k]] = math::exp(-expected[k] / 2);

  const double largest = std::sqrt(cells);
  for_each_count([&](index gene, double x) {
    const double standardised = std::min(largest, (x - means[gene]) * scale[gene]);
    result[gene] += standardised * standardised;
  });
  for (index j = 0; j < genes; ++j) {
    const double of_zero = means[j] * scale[j];
    result[j] = (result[j] + zeros[j] * of_zero * of_zero) / (cells - 1);
  }
  return result;
}

/// What the variability of a gene is measured by.
enum class variability {
  residual_deviance,     ///< `gene_deviances`; prefers abundant genes
  standardised_variance  ///< `standardised_variances`, as in Seurat 3 and later
};

/// The `number` most variable genes, as ascending positions. Of equal ones the gene that comes
/// first wins. All genes where there are not more than `number`.
/// @throws std::invalid_argument if `number` < 1.
template <count_source Counts>
std::vector<index> variable_genes(const Counts& counts, index number,
                                  variability measure = variability::residual_deviance) {
  require(number >= 1, "variable_genes",
          "number must be at least 1, got " + std::to_string(number));
  const vector<double> scores = measure == variability::residual_deviance
                                    ? gene_deviances(counts)
                                    : standardised_variances(counts);
  std::vector<index> order(static_cast<std::size_t>(counts.genes()));
  std::iota(order.begin(), order.end(), index(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](index a, index b) { return scores[a] > scores[b]; });
  order.resize(std::min(order.size(), static_cast<std::size_t>(number)));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace harmonium::inline v0_2

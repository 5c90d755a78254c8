// SPDX-License-Identifier: MIT
/// @file
/// Component means shrunk by what the genes have in common. A component of 40 cells knows each of a
/// thousand means badly, and all its synthetic cells share the error: they sit beside the real
/// cells, in a direction of its own. Most fold changes are nearly none, which the genes together
/// can tell.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `empirical_bayes_means`.
struct empirical_bayes_options {
  index iterations = 60;        ///< of EM for the prior
  double shared_genes = 50;     ///< genes' worth of the common prior in every component's own
  bool keep_gene_means = true;  ///< rescale every gene so that its mean over the components stays
};

/// What the counts say of the components' means: sums over cells.
struct component_totals {
  vector<double> depth;  ///< cells of every component, in sizes
  matrix<double> sums;   ///< genes x components: counts of the component's cells
  vector<double> genes;  ///< counts of all cells, per gene
};

/// The sums of cells that belong to components with these probabilities.
/// @param responsibilities cells x components
/// @param sizes size factor of each cell
template <class Value>
component_totals totals_of_components(const counts_by_gene<Value>& counts,
                                      const matrix<double>& responsibilities,
                                      const vector<double>& sizes) {
  const index cells = counts.cells(), genes = counts.genes(), components = responsibilities.cols();
  component_totals totals{vector<double>::Zero(components), matrix<double>::Zero(genes, components),
                          vector<double>::Zero(genes)};
  for (index i = 0; i < cells; ++i)
    for (index c = 0; c < components; ++c) totals.depth[c] += responsibilities(i, c) * sizes[i];
  for (index m = 0; m < genes; ++m) {
    const auto at = counts.cells(m);
    const auto values = counts.values(m);
    for (std::size_t k = 0; k < at.size(); ++k) {
      const auto x = static_cast<double>(values[k]);
      totals.genes[m] += x;
      for (index c = 0; c < components; ++c) totals.sums(m, c) += responsibilities(at[k], c) * x;
    }
  }
  return totals;
}

/// Posterior means of the components' expression. The fold change of a component against the gene's
/// mean (times the component's depth) has a discrete prior on a grid from e^-6 to e^6, found for
/// every component by maximum likelihood over all genes (Robbins 1956, "An empirical Bayes approach
/// to statistics"; Kiefer and Wolfowitz 1956), partly pooled over components. The likelihood is
/// that of the component's total count, negative binomial with `theta` times its cells.
/// @param theta inverse dispersion per gene
/// @return components x genes, positive.
/// @throws std::invalid_argument if the sizes do not fit together or there is no count.
template <executor Executor>
matrix<double> empirical_bayes_means(const Executor& run, const component_totals& counts,
                                     const vector<double>& theta,
                                     const empirical_bayes_options& options = {}) {
  const vector<double>& depth = counts.depth;
  const vector<double>& gene_total = counts.genes;
  const matrix<double>& sums = counts.sums;
  const index genes = gene_total.size(), components = depth.size();
  require(theta.size() == genes && sums.rows() == genes && sums.cols() == components,
          "empirical_bayes_means", "sizes do not fit together");
  constexpr index points = 49;
  std::array<double, points> fold;
  for (index p = 0; p < points; ++p)
    fold[static_cast<std::size_t>(p)] = math::exp(0.25 * static_cast<double>(p) - 6);

  vector<double> total = vector<double>::Zero(components);
  double all = 0;
  for (index m = 0; m < genes; ++m) {
    for (index c = 0; c < components; ++c) total[c] += sums(m, c);
    all += gene_total[m];
  }
  require(all > 0, "empirical_bayes_means", "there is no count at all");

  // Expected total count of a gene in a component without a fold change of its own.
  const auto expected = [&](index c, index m) {
    return std::max(gene_total[m] * (total[c] / all), 1e-12);
  };
  // Likelihood of the total at every grid point, relative to its largest.
  std::vector<std::vector<double>> likelihood(static_cast<std::size_t>(components));
  run.for_each_block(components, [&](index c) {
    auto& own = likelihood[static_cast<std::size_t>(c)];
    own.resize(static_cast<std::size_t>(genes * points));
    std::array<double, points> terms;
    for (index m = 0; m < genes; ++m) {
      const double dispersion = theta[m] * std::max(depth[c], 1e-9);
      double largest = -1e300;
      for (std::size_t p = 0; p < points; ++p) {
        const double mean = expected(c, m) * fold[p];
        // x log(mean / (mean + theta)) - theta log(1 + mean / theta)
        const double ratio = math::log1p(mean / dispersion);
        terms[p] = sums(m, c) * (math::log(mean / dispersion) - ratio) - dispersion * ratio;
        largest = std::max(largest, terms[p]);
      }
      for (std::size_t p = 0; p < points; ++p)
        own[static_cast<std::size_t>(m * points) + p] = math::exp(terms[p] - largest);
    }
  });

  matrix<double> prior = matrix<double>::Constant(components, points, 1.0 / points);
  matrix<double> mass(components, points);
  const auto posterior = [&](index c, index m, std::array<double, points>& out) {
    const double* own = likelihood[static_cast<std::size_t>(c)].data() + m * points;
    double sum = 0;
    for (index p = 0; p < points; ++p) {
      out[static_cast<std::size_t>(p)] = own[p] * prior(c, p);
      sum += out[static_cast<std::size_t>(p)];
    }
    for (double& value : out) value /= sum;
  };
  for (index iteration = 0; iteration < options.iterations; ++iteration) {
    run.for_each_block(components, [&](index c) {
      std::array<double, points> own;
      for (index p = 0; p < points; ++p) mass(c, p) = 0;
      for (index m = 0; m < genes; ++m) {
        if (gene_total[m] == 0) continue;  // says nothing of fold changes
        posterior(c, m, own);
        for (index p = 0; p < points; ++p) mass(c, p) += own[static_cast<std::size_t>(p)];
      }
    });
    std::array<double, points> pooled{};
    double pooled_sum = 0;
    for (index p = 0; p < points; ++p) {
      for (index c = 0; c < components; ++c) pooled[static_cast<std::size_t>(p)] += mass(c, p);
      pooled_sum += pooled[static_cast<std::size_t>(p)];
    }
    for (index c = 0; c < components; ++c) {
      double sum = options.shared_genes;
      for (index p = 0; p < points; ++p) sum += mass(c, p);
      for (index p = 0; p < points; ++p)
        prior(c, p) =
            (mass(c, p) + options.shared_genes * pooled[static_cast<std::size_t>(p)] / pooled_sum) /
            sum;
    }
  }

  matrix<double> means(components, genes);
  std::array<double, points> own;
  for (index m = 0; m < genes; ++m) {
    double kept = 0;
    for (index c = 0; c < components; ++c) {
      posterior(c, m, own);
      double change = 0;
      for (std::size_t p = 0; p < points; ++p) change += own[p] * fold[p];
      means(c, m) = std::max(expected(c, m) * change / std::max(depth[c], 1e-9), 1e-10);
      kept += depth[c] * means(c, m);
    }
    if (options.keep_gene_means && gene_total[m] > 0) {
      const double scale = gene_total[m] / kept;
      for (index c = 0; c < components; ++c) means(c, m) *= scale;
    }
  }
  return means;
}

/// The same of cells that belong to components with these probabilities.
/// @param responsibilities cells x components
/// @param sizes size factor of each cell
template <executor Executor, class Value>
matrix<double> empirical_bayes_means(const Executor& run, const counts_by_gene<Value>& counts,
                                     const matrix<double>& responsibilities,
                                     const vector<double>& sizes, const vector<double>& theta,
                                     const empirical_bayes_options& options = {}) {
  require(responsibilities.rows() == counts.cells() && sizes.size() == counts.cells() &&
              theta.size() == counts.genes(),
          "empirical_bayes_means", "sizes do not fit together");
  return empirical_bayes_means(run, totals_of_components(counts, responsibilities, sizes), theta,
                               options);
}

}  // namespace harmonium::inline v0_2

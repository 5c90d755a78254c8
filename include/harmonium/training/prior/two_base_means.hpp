// SPDX-License-Identifier: MIT
/// @file
/// Component means of a pilot whose genes may follow an atlas.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/empirical_bayes_means.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/shrink_to_bases.hpp"

namespace harmonium::inline v0_2 {

/// Means, and how far they followed the atlas.
struct two_base_means_of {
  matrix<double> mean;  ///< components x genes, positive
  double weight = 0;    ///< w: share of the genes, over components, whose base is the atlas
};

/// Posterior means of the components' expression with two bases for every gene: what the atlas
/// expects of the cells that a component holds (its own components mixed as the cells resemble
/// them, times the genes' factors), and the gene's mean over all components (as
/// `empirical_bayes_means` has it). Which base a gene follows and how far it is from it is learned
/// from the pilot for every component over all genes, so that an atlas of something else loses its
/// weight. Genes that the atlas lacks are learned from the pilot alone.
/// @param responsibilities cells x the pilot's own components
/// @param sizes size factor of each cell
/// @param theta inverse dispersion per gene, the pilot's
/// @throws std::invalid_argument if the parts do not fit together
template <executor Executor, class Value>
two_base_means_of two_base_means(const Executor& run, const counts_by_gene<Value>& counts,
                                 const matrix<double>& responsibilities,
                                 const vector<double>& sizes, const vector<double>& theta,
                                 const atlas_prior& prior, const pilot_in_atlas& placed,
                                 const empirical_bayes_options& options = {}) {
  const index cells = counts.cells(), genes = counts.genes(), components = responsibilities.cols();
  require(responsibilities.rows() == cells && sizes.size() == cells && theta.size() == genes &&
              prior.genes() == genes && placed.responsibilities.rows() == cells,
          "two_base_means", "sizes do not fit together");
  two_base_means_of result;
  result.mean = empirical_bayes_means(run, counts, responsibilities, sizes, theta, options);

  vector<double> depth = vector<double>::Zero(components), number = depth;
  const matrix<double> share = component_shares(placed, responsibilities, sizes);
  for (index i = 0; i < cells; ++i)
    for (index c = 0; c < components; ++c) {
      const double own = responsibilities(i, c);
      number[c] += own;
      depth[c] += own * sizes[i];
    }
  matrix<double> totals = matrix<double>::Zero(components, genes);
  vector<double> gene_total = vector<double>::Zero(genes), total = vector<double>::Zero(components);
  std::vector<char> used(prior.known);
  double all = 0;
  for (index m = 0; m < genes; ++m) {
    const auto at = counts.cells(m);
    const auto values = counts.values(m);
    for (std::size_t k = 0; k < at.size(); ++k) {
      const auto x = static_cast<double>(values[k]);
      gene_total[m] += x;
      for (index c = 0; c < components; ++c) totals(c, m) += responsibilities(at[k], c) * x;
    }
    if (!(gene_total[m] > 0)) used[static_cast<std::size_t>(m)] = 0;
    if (!prior.known[static_cast<std::size_t>(m)]) continue;
    for (index c = 0; c < components; ++c) total[c] += totals(c, m);
    all += gene_total[m];
  }
  if (!(all > 0)) return result;  // nothing that the atlas knows was counted

  // What the atlas expects of every component's cells, up to the genes' factors.
  std::array<matrix<double>, 2> base{matrix<double>::Zero(components, genes),
                                     matrix<double>::Zero(components, genes)};
  vector<double> expected = vector<double>::Zero(genes);
  for (index c = 0; c < components; ++c)
    for (index k = 0; k < prior.components(); ++k)
      for (index m = 0; m < genes; ++m) base[0](c, m) += depth[c] * share(c, k) * prior.mean(k, m);
  double all_depth = 0;
  for (index c = 0; c < components; ++c) {
    all_depth += depth[c];
    for (index m = 0; m < genes; ++m) expected[m] += base[0](c, m);
  }
  const vector<double> factors = shrunk_gene_factors(
      run, gene_total, expected, prior.known, pilot_in_atlas_options{}.total_size * all_depth);
  vector<double> over_components = vector<double>::Zero(genes);
  for (index c = 0; c < components; ++c) {
    double sum = 0;
    for (index m = 0; m < genes; ++m) {
      base[0](c, m) *= factors[m];
      if (prior.known[static_cast<std::size_t>(m)]) sum += base[0](c, m);
    }
    const double scale = sum > 0 ? total[c] / sum : 0;
    for (index m = 0; m < genes; ++m) {
      base[0](c, m) = std::max(base[0](c, m) * scale, 1e-12);
      over_components[m] += base[0](c, m);
    }
  }
  matrix<double> dispersion(components, genes);
  for (index c = 0; c < components; ++c)
    for (index m = 0; m < genes; ++m) {
      base[1](c, m) = std::max(over_components[m] * (total[c] / all), 1e-12);
      dispersion(c, m) = theta[m] * std::max(depth[c], 1e-9);
    }
  const auto shrunk =
      shrink_to_bases(run, totals, std::span<const matrix<double>>(base), dispersion, used,
                      {.iterations = options.iterations, .shared_genes = options.shared_genes});
  double cells_in_all = 0;
  for (index c = 0; c < components; ++c) {
    result.weight += number[c] * shrunk.weight(c, 0);
    cells_in_all += number[c];
    for (index m = 0; m < genes; ++m)
      if (prior.known[static_cast<std::size_t>(m)])
        result.mean(c, m) = std::max(shrunk.total(c, m) / std::max(depth[c], 1e-9), 1e-10);
  }
  result.weight /= std::max(cells_in_all, 1e-9);
  return result;
}

}  // namespace harmonium::inline v0_2

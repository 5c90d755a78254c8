// SPDX-License-Identifier: MIT
/// @file
/// Which components of an atlas the cells of a pilot are like, and by how much the pilot sees each
/// gene better or worse than the atlas does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/shrink_to_bases.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `place_in_atlas`.
struct pilot_in_atlas_options {
  index iterations = 6;     ///< of EM
  double prior_cells = 20;  ///< cells' worth of belief in the atlas's shares of components
  double total_size = 0.7;  ///< inverse dispersion, per cell, of a gene's total about the atlas's
};

/// The pilot as the atlas sees it.
struct pilot_in_atlas {
  matrix<double> responsibilities;  ///< cells x components of the atlas
  vector<double> weights;           ///< of the atlas's components in the pilot, sums to 1
  vector<double> gene_factors;      ///< mean in the pilot over mean in the atlas; unknown genes: 1
};

/// Ratios of a pilot's gene totals to expected ones, shrunk over the genes. @param expected up to a
/// common factor @param size inverse dispersion of a total @return length genes; 1 for unknown
/// genes
template <executor Executor>
vector<double> shrunk_gene_factors(const Executor& run, const vector<double>& totals,
                                   const vector<double>& expected, std::span<const char> known,
                                   double size) {
  const index genes = totals.size();
  double seen = 0, wanted = 0;
  for (index m = 0; m < genes; ++m) {
    if (!known[static_cast<std::size_t>(m)]) continue;
    seen += totals[m];
    wanted += expected[m];
  }
  const double scale = seen > 0 && wanted > 0 ? seen / wanted : 1;
  matrix<double> total(1, genes), base(1, genes);
  std::vector<char> used(known.begin(), known.end());
  for (index m = 0; m < genes; ++m) {
    total(0, m) = totals[m];
    base(0, m) = std::max(expected[m] * scale, 1e-12);
    if (!(totals[m] > 0)) used[static_cast<std::size_t>(m)] = 0;
  }
  const auto shrunk =
      shrink_to_bases(run, total, std::span<const matrix<double>>(&base, 1),
                      matrix<double>::Constant(1, genes, std::max(size, 1e-9)), used);
  vector<double> factors = vector<double>::Ones(genes);
  for (index m = 0; m < genes; ++m)
    if (known[static_cast<std::size_t>(m)])
      factors[m] = std::max(shrunk.total(0, m) / base(0, m) * scale, 1e-12);
  return factors;
}

/// Alternates between responsibilities of the atlas's components, each with its means times the
/// genes' factors and the atlas's dispersions, and the factors given the components' shares.
/// Technologies see genes differently; a factor common to all components takes that up.
/// @param sizes size factor of each cell
/// @throws std::invalid_argument if the prior is not one for the pilot's genes.
template <size_factor_policy Sizes, executor Executor, count_source Counts>
pilot_in_atlas place_in_atlas(const Executor& run, const Counts& counts,
                              const vector<double>& sizes, const atlas_prior& prior,
                              const pilot_in_atlas_options& options = {}) {
  const index cells = counts.cells(), genes = counts.genes(), components = prior.components();
  require(prior.genes() == genes, "place_in_atlas",
          "the prior was made for " + std::to_string(prior.genes()) + " genes, the pilot has " +
              std::to_string(genes));
  vector<double> totals = vector<double>::Zero(genes);
  for (index i = 0; i < cells; ++i)
    row::for_each_nonzero(counts.cell(i),
                          [&](index m, auto value) { totals[m] += static_cast<double>(value); });
  double depth = 0;
  for (index i = 0; i < cells; ++i) depth += sizes[i];

  pilot_in_atlas placed{matrix<double>::Zero(cells, components), prior.weights,
                        vector<double>::Ones(genes)};
  vector<double> mass = depth * prior.weights;  // in sizes
  const auto update_factors = [&] {
    vector<double> expected = vector<double>::Zero(genes);
    for (index k = 0; k < components; ++k)
      for (index m = 0; m < genes; ++m) expected[m] += mass[k] * prior.mean(k, m);
    placed.gene_factors =
        shrunk_gene_factors(run, totals, expected, prior.known, options.total_size * depth);
  };
  update_factors();
  for (index iteration = 0; iteration < options.iterations; ++iteration) {
    matrix<double> mean(components, genes);  // of unknown genes alike: they tell nothing apart
    for (index k = 0; k < components; ++k)
      for (index m = 0; m < genes; ++m)
        mean(k, m) = std::max(placed.gene_factors[m] * prior.mean(k, m), 1e-10);
    const component_likelihood<Sizes> likelihood(mean, prior.theta);
    for_each_range(run, cells, 32, [&](index begin, index end) {
      std::vector<double> terms(static_cast<std::size_t>(components));
      for (index i = begin; i < end; ++i) {
        likelihood.evaluate(counts.cell(i), sizes[i], terms);
        for (std::size_t k = 0; k < terms.size(); ++k)
          terms[k] += math::log(placed.weights[static_cast<index>(k)]);
        const double total = math::log_sum_exp(std::span<const double>(terms));
        for (index k = 0; k < components; ++k)
          placed.responsibilities(i, k) = math::exp(terms[static_cast<std::size_t>(k)] - total);
      }
    });
    mass.setZero();
    vector<double> number = vector<double>::Zero(components);
    for (index i = 0; i < cells; ++i)
      for (index k = 0; k < components; ++k) {
        mass[k] += placed.responsibilities(i, k) * sizes[i];
        number[k] += placed.responsibilities(i, k);
      }
    for (index k = 0; k < components; ++k)
      placed.weights[k] = (number[k] + options.prior_cells * prior.weights[k]) /
                          (static_cast<double>(cells) + options.prior_cells);
    update_factors();
  }
  return placed;
}

/// Of what components of the atlas every component of the pilot is made: its cells'
/// responsibilities averaged, cells weighing by their sizes. @return the pilot's components x the
/// atlas's; rows sum to 1, that of an empty component are the atlas's weights in the pilot
inline matrix<double> component_shares(const pilot_in_atlas& placed,
                                       const matrix<double>& responsibilities,
                                       const vector<double>& sizes) {
  const index components = responsibilities.cols(), others = placed.responsibilities.cols();
  constexpr double least_cells = 1e-9;  // of the pilot's average
  matrix<double> shares(components, others);
  vector<double> depth = vector<double>::Constant(components, least_cells);
  for (index c = 0; c < components; ++c)
    for (index k = 0; k < others; ++k) shares(c, k) = least_cells * placed.weights[k];
  for (index i = 0; i < responsibilities.rows(); ++i)
    for (index c = 0; c < components; ++c) {
      const double own = responsibilities(i, c) * sizes[i];
      depth[c] += own;
      for (index k = 0; k < others; ++k) shares(c, k) += own * placed.responsibilities(i, k);
    }
  for (index c = 0; c < components; ++c)
    for (index k = 0; k < others; ++k) shares(c, k) /= depth[c];
  return shares;
}

}  // namespace harmonium::inline v0_2

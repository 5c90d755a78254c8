// SPDX-License-Identifier: MIT
/// @file
/// Re-estimating the inverse dispersions of a model's negative-binomial visible layer.
#pragma once

#include <span>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/training/bias_for_mean.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium {

/// A model whose visible layer has inverse dispersions to estimate.
template <class Model>
concept has_inverse_dispersion = requires(Model& model,
                                          const vector<typename Model::scalar>& theta) {
  model.visible().inverse_dispersion();
  model.visible().set_inverse_dispersion(theta);
};

/// Fits theta of every gene with each count matched to the model's mean for *its own cell*, then
/// moves W_m and a_m so that the gene's mean over the cells and, to first order, its log-fold
/// changes between hidden states stay as they were.
/// @param hidden cells x size(1): E[h_1 | x] of every cell
/// @param limits largest admissible visible input per gene (a constraint's `limits`)
/// @return one status per gene.
template <executor Executor, class Model>
requires has_inverse_dispersion<Model> std::vector<dispersion_status> update_dispersion(
    const Executor& run, Model& model, const counts_by_gene& counts,
    const matrix<typename Model::scalar>& hidden, std::span<const typename Model::scalar> limits,
    const dispersion_options& options) {
  using scalar = typename Model::scalar;
  const index cells = counts.cells(), genes = counts.genes(), units = model.size(1);
  std::vector<dispersion_status> statuses(static_cast<std::size_t>(genes));
  vector<scalar> theta = model.visible().inverse_dispersion();

  for_each_range(run, genes, 32, [&](index begin, index end) {
    const auto n = static_cast<std::size_t>(cells);
    std::vector<double> offsets(n), mean_of(n), nonzero_means, zero_means;
    const std::vector<double> equal(n, 1.0 / static_cast<double>(cells));
    for (index m = begin; m < end; ++m) {
      const auto counted = counts.cells(m);
      const auto values = counts.values(m);
      scalar* w = model.weights(0).data() + m * units;
      scalar& a = model.bias(0)[static_cast<std::size_t>(m)];
      const auto old_theta = static_cast<double>(theta[m]);
      double gene_mean = 0;
      for (index i = 0; i < cells; ++i) {
        double offset = 0;
        for (index k = 0; k < units; ++k)
          offset += static_cast<double>(w[k]) * static_cast<double>(hidden(i, k));
        const auto u = static_cast<std::size_t>(i);
        offsets[u] = offset;
        mean_of[u] = nb_mean(static_cast<double>(a) + offset, old_theta);
        gene_mean += mean_of[u];
      }
      gene_mean /= static_cast<double>(cells);
      nonzero_means.clear();
      zero_means.clear();
      std::size_t next = 0;
      for (index i = 0; i < cells; ++i) {
        const double mu = mean_of[static_cast<std::size_t>(i)];
        if (next < counted.size() && counted[next] == i) {
          nonzero_means.push_back(mu);
          ++next;
        } else {
          zero_means.push_back(mu);
        }
      }
      const auto fit =
          fit_inverse_dispersion({values, nonzero_means, zero_means}, old_theta, options);
      statuses[static_cast<std::size_t>(m)] = fit.status;
      if (fit.status == dispersion_status::all_zero) continue;
      // d eta = theta / (mean + theta) d log mean.
      const double rescale =
          fit.theta / (gene_mean + fit.theta) / (old_theta / (gene_mean + old_theta));
      for (index k = 0; k < units; ++k) w[k] *= static_cast<scalar>(rescale);
      for (double& offset : offsets) offset *= rescale;
      theta[m] = static_cast<scalar>(fit.theta);
      a = static_cast<scalar>(
          nb_bias_for_mean(equal, offsets, static_cast<double>(theta[m]), gene_mean,
                           static_cast<double>(limits[static_cast<std::size_t>(m)])));
    }
  });
  model.visible().set_inverse_dispersion(theta);
  return statuses;
}

}  // namespace harmonium

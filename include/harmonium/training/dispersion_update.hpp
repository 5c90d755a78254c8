// SPDX-License-Identifier: MIT
/// @file
/// Re-estimating the inverse dispersions of a model's negative-binomial visible layer.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <utility>
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

/// Cells whose E[h_1 | x] is the same, which have the same mean of every gene. With many genes most
/// cells are certain of their state, so that there are few groups.
struct cells_alike {
  std::vector<std::size_t> group;  ///< of every cell, in order of first appearance
  std::vector<index> first;        ///< first cell of every group
  std::vector<double> size;        ///< cells of every group
};

/// @param hidden cells x units; entries within 1e-9 of a whole number count as whole
template <class Scalar>
cells_alike group_cells(const matrix<Scalar>& hidden) {
  cells_alike result;
  std::map<std::vector<Scalar>, std::size_t> known;
  std::vector<Scalar> key(static_cast<std::size_t>(hidden.cols()));
  for (index i = 0; i < hidden.rows(); ++i) {
    for (std::size_t k = 0; k < key.size(); ++k) {
      const Scalar h = hidden(i, static_cast<index>(k)), whole = std::floor(h + Scalar(0.5));
      key[k] = std::abs(h - whole) < Scalar(1e-9) ? whole : h;
    }
    const auto [at, is_new] = known.try_emplace(key, result.first.size());
    if (is_new) {
      result.first.push_back(i);
      result.size.push_back(0);
    }
    result.group.push_back(at->second);
    result.size[at->second] += 1;
  }
  return result;
}

/// Fits theta of every gene with each count matched to the model's mean for *its own cell*, then
/// moves W_m and a_m so that the gene's mean over the cells and, to first order, its log-fold
/// changes between hidden states stay as they were. Equal counts are worked out once, and so are
/// the means of cells alike.
/// @param hidden cells x size(1): E[h_1 | x] of every cell
/// @param limits largest admissible visible input per gene (a constraint's `limits`)
/// @return one status per gene.
template <executor Executor, class Model, class Value>
requires has_inverse_dispersion<Model> std::vector<dispersion_status> update_dispersion(
    const Executor& run, Model& model, const counts_by_gene<Value>& counts,
    const matrix<typename Model::scalar>& hidden, std::span<const typename Model::scalar> limits,
    const dispersion_options& options) {
  using scalar = typename Model::scalar;
  const index genes = counts.genes(), units = model.size(1);
  std::vector<dispersion_status> statuses(static_cast<std::size_t>(genes));
  vector<scalar> theta = model.visible().inverse_dispersion();
  const cells_alike alike = group_cells(hidden);
  std::vector<double> share = alike.size;
  for (double& cells : share) cells /= static_cast<double>(counts.cells());

  for_each_range(run, genes, 32, [&](index begin, index end) {
    const std::size_t groups = share.size();
    std::vector<double> offsets(groups), mean_of(groups), totals(groups);
    dispersion_tally tally;
    for (index m = begin; m < end; ++m) {
      const auto cells = counts.cells(m);
      const auto values = counts.values(m);
      scalar* w = model.weights(0).data() + m * units;
      scalar& a = model.bias(0)[static_cast<std::size_t>(m)];
      const auto old_theta = static_cast<double>(theta[m]);
      tally.clear();
      std::fill(totals.begin(), totals.end(), 0.0);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto x = static_cast<double>(values[i]);
        totals[alike.group[static_cast<std::size_t>(cells[i])]] += x;
        tally.add_count(x);
      }
      double gene_mean = 0;
      for (std::size_t g = 0; g < groups; ++g) {
        double offset = 0;
        for (index k = 0; k < units; ++k)
          offset += static_cast<double>(w[k]) * static_cast<double>(hidden(alike.first[g], k));
        offsets[g] = offset;
        mean_of[g] = nb_mean(static_cast<double>(a) + offset, old_theta);
        gene_mean += share[g] * mean_of[g];
        tally.add_cells(mean_of[g], alike.size[g], totals[g]);
      }
      const auto fit = fit_inverse_dispersion(tally.data(), old_theta, options);
      statuses[static_cast<std::size_t>(m)] = fit.status;
      if (fit.status == dispersion_status::all_zero) continue;
      // d eta = theta / (mean + theta) d log mean.
      const double rescale =
          fit.theta / (gene_mean + fit.theta) / (old_theta / (gene_mean + old_theta));
      for (index k = 0; k < units; ++k) w[k] *= static_cast<scalar>(rescale);
      for (double& offset : offsets) offset *= rescale;
      theta[m] = static_cast<scalar>(fit.theta);
      a = static_cast<scalar>(
          nb_bias_for_mean(share, offsets, static_cast<double>(theta[m]), gene_mean,
                           static_cast<double>(limits[static_cast<std::size_t>(m)])));
    }
  });
  model.visible().set_inverse_dispersion(theta);
  return statuses;
}

}  // namespace harmonium

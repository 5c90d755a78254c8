// SPDX-License-Identifier: MIT
/// @file
/// Re-estimating the inverse dispersions of a model's negative-binomial visible layer.
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/training/bias_for_mean.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// Units that have inverse dispersions to estimate.
template <class U>
concept has_dispersions = requires(U& units, const vector<typename U::scalar>& theta) {
  units.inverse_dispersion();
  units.set_inverse_dispersion(theta);
};

/// Cells whose E[h_1 | x] is the same, which have the same mean of every gene. With many genes most
/// cells are certain of their state, so that there are few groups.
struct equal_cells {
  std::vector<std::size_t> group;  ///< of every cell, in order of first appearance
  std::vector<index> first;        ///< first cell of every group
  std::vector<double> size;        ///< cells of every group, weighted
};

/// @param hidden  cells x units; entries within 1e-9 of a whole number count as whole
/// @param weights how often each cell counts; empty: once
template <class Scalar>
equal_cells group_cells(const matrix<Scalar>& hidden, std::span<const double> weights = {}) {
  const index cells = hidden.rows(), units = hidden.cols();
  std::vector<Scalar> keys(static_cast<std::size_t>(cells * units));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Scalar h = hidden.data()[i], whole = std::floor(h + Scalar(0.5));
    keys[i] = std::abs(h - whole) < Scalar(1e-9) ? whole : h;
  }
  const auto key = [&](index i) { return keys.data() + i * units; };
  // Cells of one key side by side, the first of them first.
  std::vector<index> order(static_cast<std::size_t>(cells)), first_alike(order.size());
  std::iota(order.begin(), order.end(), index{0});
  std::sort(order.begin(), order.end(), [&](index i, index j) {
    const Scalar *const a = key(i), *const b = key(j);
    for (index u = 0; u < units; ++u)
      if (!(a[u] == b[u])) return std::strong_order(a[u], b[u]) < 0;  // also of NaN
    return i < j;
  });
  for (std::size_t n = 0; n < order.size(); ++n) {
    const auto i = static_cast<std::size_t>(order[n]);
    bool alike = n > 0;
    for (index u = 0; alike && u < units; ++u) alike = key(order[n])[u] == key(order[n - 1])[u];
    first_alike[i] = alike ? first_alike[static_cast<std::size_t>(order[n - 1])] : order[n];
  }
  equal_cells result;
  result.group.resize(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (first_alike[i] == static_cast<index>(i)) {
      result.group[i] = result.first.size();
      result.first.push_back(static_cast<index>(i));
      result.size.push_back(0);
    } else {
      result.group[i] = result.group[static_cast<std::size_t>(first_alike[i])];
    }
    result.size[result.group[i]] += weights.empty() ? 1.0 : weights[i];
  }
  return result;
}

/// Fits theta of every gene with each count matched to the model's mean for *its own cell*, then
/// moves W_m and a_m so that the gene's mean over the cells and, to first order, its log-fold
/// changes between hidden states stay as they were. Equal counts are worked out once, and so are
/// the means of cells alike.
/// @param hidden cells x size(1): E[h_1 | x] of every cell
/// @param limits largest admissible visible input per gene (a constraint's `limits`)
/// @param weights how often each cell counts; empty: once
/// @return how the estimate of every gene ended
template <executor Executor, class Model, class Value>
requires has_dispersions<typename Model::visible_units> std::vector<dispersion_status>
update_dispersion(const Executor& run, Model& model, const counts_by_gene<Value>& counts,
                  const matrix<typename Model::scalar>& hidden,
                  std::span<const typename Model::scalar> limits, const dispersion_options& options,
                  std::span<const double> weights = {}) {
  using scalar = typename Model::scalar;
  const index genes = counts.genes(), units = model.size(1);
  std::vector<dispersion_status> statuses(static_cast<std::size_t>(genes));
  vector<scalar> theta = model.visible().inverse_dispersion();
  const equal_cells alike = group_cells(hidden, weights);
  const std::size_t groups = alike.size.size();
  double total = 0;
  for (const double size : alike.size) total += size;
  std::vector<double> shares;
  for (const double size : alike.size) shares.push_back(size / total);

  for_each_range(run, genes, 32, [&](index begin, index end) {
    std::vector<double> offsets(groups), totals(groups);
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
        const auto cell = static_cast<std::size_t>(cells[i]);
        const double weight = weights.empty() ? 1.0 : weights[cell];
        const auto x = static_cast<double>(values[i]);
        totals[alike.group[cell]] += weight * x;
        tally.add_count(x, weight);
      }
      double gene_mean = 0;
      for (std::size_t g = 0; g < groups; ++g) {
        double offset = 0;
        for (index k = 0; k < units; ++k)
          offset += static_cast<double>(w[k]) * static_cast<double>(hidden(alike.first[g], k));
        offsets[g] = offset;
        const double mean = nb_mean(static_cast<double>(a) + offset, old_theta);
        gene_mean += shares[g] * mean;
        tally.add_cells(mean, alike.size[g], totals[g]);
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
          nb_bias_for_mean(shares, offsets, static_cast<double>(theta[m]), gene_mean,
                           static_cast<double>(limits[static_cast<std::size_t>(m)])));
    }
  });
  model.visible().set_inverse_dispersion(theta);
  return statuses;
}

}  // namespace harmonium::inline v0_2

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
#include <utility>
#include <vector>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/training/bias_for_mean.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

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
/// @param[out] result overwritten, in its memory
template <class Scalar>
void group_cells(const matrix<Scalar>& hidden, cells_alike& result) {
  const index cells = hidden.rows(), units = hidden.cols();
  scratch_vector<Scalar> keys(cells * units);
  for (index i = 0; i < keys.size(); ++i) {
    const Scalar h = hidden.data()[i], whole = std::floor(h + Scalar(0.5));
    keys[i] = std::abs(h - whole) < Scalar(1e-9) ? whole : h;
  }
  const auto key = [&](index i) {
    return std::span<const Scalar>(keys.data() + i * units, static_cast<std::size_t>(units));
  };
  // Cells of one key side by side, the first of them first.
  scratch_vector<index> order(cells), first_alike(cells);
  std::iota(order.begin(), order.end(), index{0});
  std::sort(order.begin(), order.end(), [&](index i, index j) {
    const auto a = key(i), b = key(j);
    const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin());
    return x == a.end() ? i < j : std::strong_order(*x, *y) < 0;  // also of NaN
  });
  for (index n = 0; n < cells; ++n) {
    const index i = order[n];
    const bool alike = n > 0 && std::ranges::equal(key(i), key(order[n - 1]));
    first_alike[i] = alike ? first_alike[order[n - 1]] : i;
  }
  result.group.resize(static_cast<std::size_t>(cells));
  result.first.clear();
  result.size.clear();
  result.first.reserve(static_cast<std::size_t>(cells));
  result.size.reserve(static_cast<std::size_t>(cells));
  for (index i = 0; i < cells; ++i) {
    std::size_t& group = result.group[static_cast<std::size_t>(i)];
    if (first_alike[i] == i) {
      group = result.first.size();
      result.first.push_back(i);
      result.size.push_back(0);
    } else {
      group = result.group[static_cast<std::size_t>(first_alike[i])];
    }
    result.size[group] += 1;
  }
}
template <class Scalar>
cells_alike group_cells(const matrix<Scalar>& hidden) {
  cells_alike result;
  group_cells(hidden, result);
  return result;
}

/// What an update of theta keeps for the next.
template <class Scalar>
struct dispersion_work {
  cells_alike alike;
  vector<Scalar> theta;
};

/// Fits theta of every gene with each count matched to the model's mean for *its own cell*, then
/// moves W_m and a_m so that the gene's mean over the cells and, to first order, its log-fold
/// changes between hidden states stay as they were. Equal counts are worked out once, and so are
/// the means of cells alike.
/// @param hidden cells x size(1): E[h_1 | x] of every cell
/// @param limits largest admissible visible input per gene (a constraint's `limits`)
/// @param[out] statuses one per gene
template <executor Executor, class Model, class Value>
requires has_inverse_dispersion<Model>
void update_dispersion(const Executor& run, Model& model, const counts_by_gene<Value>& counts,
                       const matrix<typename Model::scalar>& hidden,
                       std::span<const typename Model::scalar> limits,
                       const dispersion_options& options,
                       dispersion_work<typename Model::scalar>& work,
                       std::vector<dispersion_status>& statuses) {
  using scalar = typename Model::scalar;
  const index genes = counts.genes(), units = model.size(1);
  statuses.resize(static_cast<std::size_t>(genes));
  cells_alike& alike = work.alike;
  vector<scalar>& theta = work.theta;
  theta = model.visible().inverse_dispersion();
  group_cells(hidden, alike);
  const index groups = std::ssize(alike.size);
  scratch_vector<double> share(counts.cells());  // room for as many groups as there may be
  for (index g = 0; g < groups; ++g)
    share[g] = alike.size[static_cast<std::size_t>(g)] / static_cast<double>(counts.cells());

  for_each_range(run, genes, 32, [&](index begin, index end) {
    scratch_vector<double> offset_of(counts.cells()), totals(counts.cells());
    const auto offsets = as_span(offset_of).first(static_cast<std::size_t>(groups));
    const auto shares = as_span(std::as_const(share)).first(offsets.size());
    dispersion_tally& tally = dispersion_tally::here(counts.cells(), counts.cells());
    for (index m = begin; m < end; ++m) {
      const auto cells = counts.cells(m);
      const auto values = counts.values(m);
      scalar* w = model.weights(0).data() + m * units;
      scalar& a = model.bias(0)[static_cast<std::size_t>(m)];
      const auto old_theta = static_cast<double>(theta[m]);
      tally.clear();
      std::fill_n(totals.begin(), groups, 0.0);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto x = static_cast<double>(values[i]);
        totals[static_cast<index>(alike.group[static_cast<std::size_t>(cells[i])])] += x;
        tally.add_count(x);
      }
      double gene_mean = 0;
      for (index g = 0; g < groups; ++g) {
        const auto u = static_cast<std::size_t>(g);
        double offset = 0;
        for (index k = 0; k < units; ++k)
          offset += static_cast<double>(w[k]) * static_cast<double>(hidden(alike.first[u], k));
        offsets[u] = offset;
        const double mean = nb_mean(static_cast<double>(a) + offset, old_theta);
        gene_mean += share[g] * mean;
        tally.add_cells(mean, alike.size[u], totals[g]);
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
}
/// @return the statuses
template <executor Executor, class Model, class Value>
requires has_inverse_dispersion<Model> std::vector<dispersion_status> update_dispersion(
    const Executor& run, Model& model, const counts_by_gene<Value>& counts,
    const matrix<typename Model::scalar>& hidden, std::span<const typename Model::scalar> limits,
    const dispersion_options& options) {
  dispersion_work<typename Model::scalar> work;
  std::vector<dispersion_status> statuses;
  update_dispersion(run, model, counts, hidden, limits, options, work, statuses);
  return statuses;
}

}  // namespace harmonium::inline v0_2

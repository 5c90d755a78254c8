// SPDX-License-Identifier: MIT
/// @file
/// Figures that tell how a training run goes.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/likelihood/enumeration.hpp"
#include "harmonium/training/mean_field.hpp"

namespace harmonium {

/// Log base measure of every cell's counts, in nats; length cells. Depends on the visible units
/// (theta), not on weights or biases.
template <class Units, count_source Counts>
vector<typename Units::scalar> log_base_measures(const Units& units, const Counts& counts) {
  using scalar = typename Units::scalar;
  vector<scalar> result(counts.cells());
  vector<scalar> dense = vector<scalar>::Zero(counts.genes());
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    row::for_each_nonzero(cell, [&](index m, auto x) { dense[m] = static_cast<scalar>(x); });
    result[i] = units.log_base_measure(as_span(std::as_const(dense)));
    row::for_each_nonzero(cell, [&](index m, auto) { dense[m] = scalar(0); });
  }
  return result;
}

/// Mean over cells and genes of |x - E[x | h]|, in counts, with h the given means of h_1.
/// @param hidden cells x size(1)
template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            const matrix<typename Model::scalar>& hidden) {
  using scalar = typename Model::scalar;
  if (counts.cells() == 0) return 0;
  vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    vector<scalar> eta(model.size(0)), expected(model.size(0));
    for (index i = begin; i < end; ++i) {
      const std::span<const scalar> h(hidden.data() + i * hidden.cols(),
                                      static_cast<std::size_t>(hidden.cols()));
      model.visible_input(h, as_span(eta));
      model.visible().mean(as_span(std::as_const(eta)), as_span(expected));
      double error = 0;
      for (index m = 0; m < expected.size(); ++m) error += static_cast<double>(expected[m]);
      row::for_each_nonzero(counts.cell(i), [&](index m, auto x) {
        const auto mu = static_cast<double>(expected[m]);
        error += std::abs(static_cast<double>(x) - mu) - mu;
      });
      per_cell[i] = error;
    }
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += per_cell[i];
  return total / static_cast<double>(counts.cells()) / static_cast<double>(counts.genes());
}

/// The same with the means of the mean-field posterior.
template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            const mean_field_options& options = {}) {
  matrix<typename Model::scalar> hidden(counts.cells(), model.size(1));
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    auto means = model.make_state();
    for (index i = begin; i < end; ++i) {
      mean_field(model, counts.cell(i), means, work, options);
      std::copy_n(means[1].data(), means[1].size(), hidden.data() + i * hidden.cols());
    }
  });
  return reconstruction_error(run, model, counts, hidden);
}

/// Root mean square of the weights between layer `below` and the next.
template <class Model>
double weight_norm(const Model& model, std::size_t below) {
  const auto weights = model.weights(below);
  double sum = 0;
  for (index i = 0; i < weights.size(); ++i) {
    const auto w = static_cast<double>(weights.data()[i]);
    sum += w * w;
  }
  return std::sqrt(sum / static_cast<double>(weights.size()));
}

/// Mean free energy and exact mean log-likelihood of cells under a model small enough to enumerate.
struct exact_fit_figures {
  double free_energy;     ///< -log sum_h exp(-E(x, h)), nats per cell
  double log_likelihood;  ///< nats per cell
};

template <executor Executor, class Model, count_source Counts>
exact_fit_figures exact_fit(const Executor& run, const Model& model,
                            const hidden_enumeration<Model>& hidden, const Counts& counts) {
  if (counts.cells() == 0) return {0, 0};
  const auto base = log_base_measures(model.visible(), counts);
  vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    for (index i = begin; i < end; ++i)
      per_cell[i] = static_cast<double>(log_unnormalised(model, hidden, counts.cell(i), base[i]));
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += per_cell[i];
  const double mean = total / static_cast<double>(counts.cells());
  return {-mean, mean - static_cast<double>(hidden.log_partition())};
}

}  // namespace harmonium

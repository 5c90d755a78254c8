// SPDX-License-Identifier: MIT
/// @file
/// Figures that tell how a training run goes.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/mean_field.hpp"

namespace harmonium::inline v0_2 {

/// Mean over cells and genes of |x - E[x | h]|, in counts, with h the given means of h_1.
/// @param hidden cells x size(1), row by row
template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            std::span<const typename Model::scalar> hidden) {
  using scalar = typename Model::scalar;
  if (counts.cells() == 0) return 0;
  scratch_vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    scratch_vector<scalar> eta(model.size(0)), expected(model.size(0));
    for (index i = begin; i < end; ++i) {
      const std::span<const scalar> h(hidden.data() + i * model.size(1),
                                      static_cast<std::size_t>(model.size(1)));
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

template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            const matrix<typename Model::scalar>& hidden) {
  return reconstruction_error(run, model, counts,
                              std::span<const typename Model::scalar>(
                                  hidden.data(), static_cast<std::size_t>(hidden.size())));
}

/// The same with the means of the mean-field posterior.
template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            const mean_field_options& options = {}) {
  scratch_vector<typename Model::scalar> hidden(counts.cells() * model.size(1));
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    layer_scratch<Model> means(model, 1);
    for (index i = begin; i < end; ++i) {
      mean_field(model, counts.cell(i), means.spans(), work, options);
      std::copy_n(means[1].data(), model.size(1), hidden.data() + i * model.size(1));
    }
  });
  return reconstruction_error(run, model, counts, as_span(std::as_const(hidden)));
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

}  // namespace harmonium::inline v0_2

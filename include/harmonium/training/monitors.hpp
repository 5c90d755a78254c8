// SPDX-License-Identifier: MIT
/// @file
/// Figures that tell how a training run goes.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/dense_products.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_batch.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/mean_field.hpp"

namespace harmonium::inline v0_2 {

/// Mean over rows and columns of |x - E[x | h]|, in units of the data, with h the given means of
/// h_1.
/// @param hidden rows x size(1)
template <executor Executor, class Model, row_source Data>
double reconstruction_error(const Executor& run, const Model& model, const Data& data,
                            const matrix<typename Model::scalar>& hidden) {
  using scalar = typename Model::scalar;
  const index rows = row_count(data), genes = model.size(0);
  if (rows == 0) return 0;
  std::vector<double> per_row(static_cast<std::size_t>(rows));
  constexpr index rows_at_once = 64;
  for_each_range(run, rows, rows_at_once, [&](index begin, index end) {
    matrix<scalar> eta(end - begin, genes);
    fill_rows(model.bias(0), eta);
    const auto weights = as_factor(model.weights(0).data(), genes, hidden.cols());
    const auto own = as_factor(hidden.data() + begin * hidden.cols(), end - begin, hidden.cols());
    add_product(serial_executor{}, own, weights.transposed(), eta.data());
    vector<scalar> expected(genes);
    for (index i = begin; i < end; ++i) {
      model.visible().mean(row_span(std::as_const(eta), i - begin), as_span(expected));
      double error = 0;
      for (index m = 0; m < genes; ++m) error += std::abs(static_cast<double>(expected[m]));
      row::for_each_nonzero(row_of(data, i), [&](index m, auto x) {
        const auto mu = static_cast<double>(expected[m]);
        error += std::abs(static_cast<double>(x) - mu) - std::abs(mu);
      });
      per_row[static_cast<std::size_t>(i)] = row_weight(data, i) * error;
    }
  });
  double total = 0;
  for (const double error : per_row) total += error;
  return total / total_weight(data) / static_cast<double>(genes);
}

/// The same with the means of the mean-field posterior.
template <executor Executor, class Model, row_source Data>
double reconstruction_error(const Executor& run, const Model& model, const Data& data,
                            const mean_field_options& options = {}) {
  return reconstruction_error(run, model, data, hidden_means(run, model, data, options));
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

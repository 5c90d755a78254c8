// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The start of expectation-maximisation: independent columns, and the rows' principal components.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/training/part_rows.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// Scores of the training rows on up to ten principal components, rows x components: of counts as
/// `cell_components`, of dense rows as they are. Rows of weight w count as w copies.
/// @param run whose observer, if it has one, may stop it
template <executor Executor, row_source Data>
[[nodiscard]] matrix<double> starting_scores(const Executor& run, const Data& data) {
  constexpr index components = 10;
  if constexpr (count_source<Data>) {
    return cell_components(run, data, components);
  } else {
    matrix<double> dense(row_count(data), column_count(data));
    for (index i = 0; i < dense.rows(); ++i)
      for (index m = 0; m < dense.cols(); ++m)
        dense(i, m) = static_cast<double>(row_of(data, i)[static_cast<std::size_t>(m)]);
    std::vector<double> weights;
    for (index i = 0; i < dense.rows(); ++i) weights.push_back(row_weight(data, i));
    return dense_components(dense, components, weights);
  }
}

/// The same for a visible layer: of one of parts, each part's own scores side by side, as counts
/// say little of proteins and nothing of a batch.
template <executor Executor, unit_family Units, row_source Data>
[[nodiscard]] matrix<double> starting_scores(const Executor& run, const Units& units,
                                             const Data& data) {
  if constexpr (layer_of_parts<Units>) {
    matrix<double> all(row_count(data), 0);
    units.for_each_part([&](auto p, const auto&) {
      const matrix<double> own = starting_scores(run, part_of_rows<p()>(units, data));
      const index begin = all.cols();
      all.conservativeResize(all.rows(), begin + own.cols());
      all.rightCols(own.cols()) = own;
    });
    return all;
  } else {
    return starting_scores(run, data);
  }
}

/// No weights, hidden biases zero, every column its mean; then the visible units are refitted.
/// @param limits  largest admissible visible input per column
/// @param refits  whether to refit
template <executor Executor, class State>
void start_without_weights(const Executor& run, State& at,
                           std::span<const typename State::scalar> limits, bool refits) {
  using scalar = typename State::scalar;
  auto& model = at.model;
  auto weights = model.weights(0);
  std::fill_n(weights.data(), weights.size(), scalar(0));
  model.visible().natural_from_mean(as_span(std::as_const(at.means)), model.bias(0));
  auto bias = model.bias(0);
  for (std::size_t m = 0; m < bias.size(); ++m) bias[m] = std::min(bias[m], limits[m]);
  std::fill(model.bias(1).begin(), model.bias(1).end(), scalar(0));
  if (refits)
    at.refit.update(run, model, at.training,
                    matrix<scalar>(matrix<scalar>::Zero(row_count(at.training), model.size(1))),
                    limits);
}

}  // namespace harmonium::inline v0_2

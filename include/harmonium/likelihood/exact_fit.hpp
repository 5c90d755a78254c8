// SPDX-License-Identifier: MIT
/// @file
/// How well a model small enough to enumerate fits cells, exactly.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// Mean free energy and exact mean log-likelihood of cells under a model small enough to enumerate.
struct exact_fit_figures {
  double free_energy;     ///< -log sum_h exp(-E(x, h)), nats per cell
  double log_likelihood;  ///< nats per cell
};

/// @param base what `log_base_measures` gives
template <executor Executor, class Model, row_source Data>
exact_fit_figures exact_fit(const Executor& run, const Model& model,
                            const hidden_enumeration<Model>& hidden, const Data& data,
                            const vector<typename Model::scalar>& base) {
  if (row_count(data) == 0) return {0, 0};
  scratch_vector<double> per_cell(row_count(data));
  for_each_range(run, row_count(data), 32, [&](index begin, index end) {
    for (index i = begin; i < end; ++i)
      per_cell[i] = static_cast<double>(log_unnormalised(model, hidden, row_of(data, i), base[i]));
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += row_weight(data, i) * per_cell[i];
  const double mean = total / total_weight(data);
  return {-mean, mean - static_cast<double>(hidden.log_partition())};
}
template <executor Executor, class Model, row_source Data>
exact_fit_figures exact_fit(const Executor& run, const Model& model,
                            const hidden_enumeration<Model>& hidden, const Data& data) {
  return exact_fit(run, model, hidden, data, log_base_measures(model.visible(), data));
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// How well a model fits cells where its log Z is an estimate.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/likelihood/mean_field_bound.hpp"
#include "harmonium/models/rbm.hpp"

namespace harmonium::inline v0_2 {

/// Mean log-likelihood of cells for a given log Z, such as an estimate by annealing.
struct estimated_fit_figures {
  double log_likelihood;  ///< nats per cell
  bool lower_bound;       ///< more than one hidden layer: of the cells' hidden sums only a
                          ///< mean-field bound is known
};

/// For hidden layers of any size. With one hidden layer the cells' free energies are exact, and all
/// error is that of `log_partition`, the same for every cell.
template <executor Executor, class Model, row_source Data>
estimated_fit_figures estimated_fit(const Executor& run, const Model& model, double log_partition,
                                    const Data& data, const mean_field_options& options = {}) {
  constexpr bool bounded = Model::hidden_layers > 1;
  if (row_count(data) == 0) return {0, bounded};
  const auto base = log_base_measures(model.visible(), data);
  vector<double> per_cell(row_count(data));
  for_each_range(run, row_count(data), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    auto means = model.make_state();
    for (index i = begin; i < end; ++i) {
      if constexpr (bounded) {
        mean_field(model, row_of(data, i), means, work, options);
        per_cell[i] = mean_field_bound(model, row_of(data, i), static_cast<double>(base[i]), means);
      } else {
        per_cell[i] = -static_cast<double>(free_energy(model, row_of(data, i), base[i]));
      }
    }
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += row_weight(data, i) * per_cell[i];
  return {total / total_weight(data) - log_partition, bounded};
}

}  // namespace harmonium::inline v0_2

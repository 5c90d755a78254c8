// SPDX-License-Identifier: MIT
/// @file
/// How well a model fits cells where its log Z is an estimate.
#pragma once

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
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
template <executor Executor, class Model, count_source Counts>
estimated_fit_figures estimated_fit(const Executor& run, const Model& model, double log_partition,
                                    const Counts& counts, const mean_field_options& options = {}) {
  constexpr bool bounded = Model::hidden_layers > 1;
  if (counts.cells() == 0) return {0, bounded};
  const auto base = log_base_measures(model.visible(), counts);
  vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    auto means = model.make_state();
    for (index i = begin; i < end; ++i) {
      if constexpr (bounded) {
        mean_field(model, counts.cell(i), means, work, options);
        per_cell[i] = mean_field_bound(model, counts.cell(i), static_cast<double>(base[i]), means);
      } else {
        per_cell[i] = -static_cast<double>(free_energy(model, counts.cell(i), base[i]));
      }
    }
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += per_cell[i];
  return {total / static_cast<double>(counts.cells()) - log_partition, bounded};
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// How well a model fits cells where its log Z is an estimate.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/likelihood/free_energies.hpp"
#include "harmonium/likelihood/log_partition_sides.hpp"
#include "harmonium/likelihood/mean_field_bound.hpp"
#include "harmonium/likelihood/mean_field_options.hpp"

namespace harmonium::inline v0_2 {

/// Mean log-likelihood of cells, nats per cell, from the two sides of log Z. The larger log Z, the
/// smaller the likelihood: the lower side here comes from the upper side of log Z.
struct estimated_fit_figures {
  double lower, upper;              ///< within their errors the log-likelihood lies between,
                                    ///< unless `mean_field_bound`
  double lower_error, upper_error;  ///< standard errors, the same for every cell
  bool mean_field_bound;  ///< more than one hidden layer: the cells' hidden sums are mean-field
                          ///< lower bounds, so `lower` is a lower bound still and `upper` is none
};

/// For hidden layers of any size. With one hidden layer the cells' free energies are exact, and all
/// error is that of log Z.
/// @param log_partition see `bracket_log_partition`; `log_partition_sides::exactly` where log Z
///        is known
template <executor Executor, class Model, row_source Data>
estimated_fit_figures estimated_fit(const Executor& run, const Model& model,
                                    const log_partition_sides& log_partition, const Data& data,
                                    const mean_field_options& options = {}) {
  constexpr bool bounded = Model::hidden_layers > 1;
  if (row_count(data) == 0) return {0, 0, 0, 0, bounded};
  const auto base = log_base_measures(model.visible(), data);
  vector<double> per_cell;
  if constexpr (bounded) {
    per_cell = mean_field_bounds(run, model, data, base, options);
  } else {
    per_cell = -free_energies(run, model, data, base).template cast<double>();
  }
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += row_weight(data, i) * per_cell[i];
  const double mean = total / total_weight(data);
  return {mean - log_partition.upper, mean - log_partition.lower, log_partition.upper_error,
          log_partition.lower_error, bounded};
}

}  // namespace harmonium::inline v0_2

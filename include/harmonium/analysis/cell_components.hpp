// SPDX-License-Identifier: MIT
/// @file
/// Where cells stand in the leading directions of variation: what clustering starts from.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "harmonium/analysis/deviance_residuals.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/rows.hpp"

namespace harmonium::inline v0_2 {

/// Principal component scores of the cells, cells x components: of Poisson deviance residuals or,
/// where the counts are nothing like Poisson, of log-normalised counts. Deviance residuals separate
/// types of UMI counts better (adjusted Rand index .80 against .64 on five cell lines); read counts
/// of thousands make them a picture of the few largest genes. The boundary, a mean squared residual
/// of `most_deviance`, lies between the two: UMI counts have 0.5 to 10, full-length reads hundreds.
/// Cells that have weights (`row_weight`) count so often. The executor is asked while residuals
/// are made and before every product (`watched_operator`).
template <executor Executor, count_source Counts>
matrix<double> cell_components(const Executor& run, const Counts& counts, index components,
                               double most_deviance = 30) {
  const std::vector<double> weights = weights_unless_one(counts);
  const pca_options options{.components = components, .row_weights = weights};
  const deviance_residuals residuals(run, counts);
  const vector<double> deviances = residuals.column_squares();
  double total = 0;
  for (index m = 0; m < deviances.size(); ++m) total += deviances[m];
  const double entries = static_cast<double>(counts.cells()) * static_cast<double>(counts.genes());
  if (total <= most_deviance * entries)
    return pca(watched_operator(residuals, run), options).scores;
  const auto normalised = log_normalise(counts);
  const sparse_operator product(normalised);
  return pca(watched_operator(product, run), options).scores;
}

/// The same on the calling thread.
template <count_source Counts>
matrix<double> cell_components(const Counts& counts, index components, double most_deviance = 30) {
  return cell_components(serial_executor{}, counts, components, most_deviance);
}

/// Principal component scores of dense rows as they are, rows x components.
/// A template, so that only who calls it compiles the solver.
/// @param weights how often each row counts; empty: once
template <std::same_as<matrix<double>> Rows>
matrix<double> dense_components(const Rows& rows, index components,
                                std::span<const double> weights = {}) {
  return pca(dense_operator(rows), {.components = components, .row_weights = weights}).scores;
}

}  // namespace harmonium::inline v0_2

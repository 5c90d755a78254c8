// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Factors of batches or donors on the means of a mixture, while it is trained.
#pragma once

#include <cstddef>
#include <span>

#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/groups/fit_group_effects.hpp"

namespace harmonium::inline v0_2 {

/// Factors of every group and gene given the responsibilities, means and theta, shrunk
/// (`effects_on_genes`).
/// @param groups one per cell, the row of `fit.group_factor`, which has a row for each
template <executor Executor, class Value>
void update_group_factors(const Executor& run, const counts_by_gene<Value>& counts,
                          std::span<const index> groups, categorical_fit& fit) {
  const index kinds = fit.group_factor.rows(), genes = counts.genes();
  matrix<double> totals = matrix<double>::Zero(kinds, genes),
                 sized = matrix<double>::Zero(kinds, fit.components());
  for (index i = 0; i < counts.cells(); ++i)
    for (index c = 0; c < fit.components(); ++c)
      sized(groups[static_cast<std::size_t>(i)], c) += fit.responsibilities(i, c) * fit.sizes[i];
  for (index m = 0; m < genes; ++m) {
    const auto at = counts.cells(m);
    const auto values = counts.values(m);
    for (std::size_t k = 0; k < at.size(); ++k)
      totals(groups[static_cast<std::size_t>(at[k])], m) += static_cast<double>(values[k]);
  }
  const auto found =
      effects_on_genes(run, totals, sized, fit.mean, [&](index, index m) { return fit.theta[m]; });
  for (index g = 0; g < kinds; ++g)
    for (index m = 0; m < genes; ++m) fit.group_factor(g, m) = math::exp(found.effect(g, m));
}

}  // namespace harmonium::inline v0_2

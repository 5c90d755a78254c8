// SPDX-License-Identifier: MIT
/// @file
/// Every metric of the library at once.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/metrics/adjusted_rand.hpp"
#include "harmonium/metrics/bimodality.hpp"
#include "harmonium/metrics/cluster_proportions.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/davies_bouldin.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/forest_auc.hpp"
#include "harmonium/metrics/gene_correlation.hpp"
#include "harmonium/metrics/gene_distributions.hpp"
#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/metrics/gene_trends.hpp"
#include "harmonium/metrics/library_size.hpp"
#include "harmonium/metrics/lisi.hpp"
#include "harmonium/metrics/log_fold_change.hpp"
#include "harmonium/metrics/maximum_mean_discrepancy.hpp"
#include "harmonium/metrics/memorisation.hpp"
#include "harmonium/metrics/same_neighbours.hpp"

namespace harmonium::inline v0_2 {

/// All metrics with their default options: clusters first, then genes and cells, then what tells
/// real from synthetic cells. The slowest is `forest_auc`.
template <executor Executor>
[[nodiscard]] evaluation evaluate_all(const Executor& run, const comparison& pair) {
  return evaluate(run, pair, cluster_proportions{}, davies_bouldin{}, adjusted_rand{},
                  log_fold_change{}, marginals{}, gene_distributions{}, gene_trends{}, bimodality{},
                  gene_correlation{}, library_size{}, forest_auc{}, same_neighbours{}, lisi{},
                  maximum_mean_discrepancy{}, memorisation{});
}

}  // namespace harmonium::inline v0_2

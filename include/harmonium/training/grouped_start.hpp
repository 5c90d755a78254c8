// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Where compensated EM starts: hidden states of cells from clusters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/semi_restricted.hpp"
#include "harmonium/training/posterior_statistics.hpp"

namespace harmonium::inline v0_2 {

/// A hidden state for every cell, from clusters: of the largest group by k-means on principal
/// components, of each further one by k-means on what the clusters before leave (two clusters for a
/// Bernoulli unit).
/// @param components principal components that the clusters are found in
/// @return of every cell one state, with probability 1.
template <executor Executor, count_source Counts>
std::vector<std::vector<state_probability>> grouped_start(const Executor& run,
                                                          const semi_restricted& model,
                                                          const Counts& counts, index components,
                                                          random_engine& rng) {
  matrix<double> scores = cell_components(run, counts, components);
  const auto& groups = model.groups();
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return groups[a] > groups[b]; });
  matrix<double> hidden = matrix<double>::Zero(scores.rows(), model.size(1));
  for (const std::size_t g : order) {
    const index size = groups[g];
    const auto found = k_means(run, scores, {.clusters = std::max<index>(size, 2)}, rng);
    const index first =
        std::accumulate(groups.begin(), groups.begin() + static_cast<index>(g), index{0});
    for (index i = 0; i < scores.rows(); ++i) {
      const index label = found.labels[static_cast<std::size_t>(i)];
      if (size > 1) {
        hidden(i, first + label) = 1;
      } else {
        hidden(i, first) = static_cast<double>(label);
      }
      for (index c = 0; c < scores.cols(); ++c) scores(i, c) -= found.centroids(label, c);
    }
  }
  // The cell's state is the one that agrees with most of its units.
  std::vector<std::vector<state_probability>> shares(static_cast<std::size_t>(scores.rows()));
  std::vector<double> agreement(static_cast<std::size_t>(model.states().size()));
  std::vector<double> weights(static_cast<std::size_t>(model.size(1)));
  for (std::size_t i = 0; i < shares.size(); ++i) {
    for (std::size_t k = 0; k < weights.size(); ++k)
      weights[k] = 2 * hidden(static_cast<index>(i), static_cast<index>(k)) - 1;
    model.states().products<double>(weights, agreement);
    shares[i] = {{std::max_element(agreement.begin(), agreement.end()) - agreement.begin(), 1.0}};
  }
  return shares;
}

}  // namespace harmonium::inline v0_2

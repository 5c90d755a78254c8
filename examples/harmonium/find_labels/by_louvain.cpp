// SPDX-License-Identifier: MIT
#include <algorithm>

#include "../find_labels.hpp"
#include "harmonium/analysis/communities.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/analysis/shared_neighbours.hpp"
#include "harmonium/metrics/comparison.hpp"

namespace program {

namespace hm = harmonium;

bool can_find_labels() {
  return true;
}

std::vector<hm::index> find_labels(const hm::thread_executor& run, const hm::count_matrix<>& counts,
                                   hm::random_engine& rng) {
  hm::require(counts.cells() >= 3, "--labels", "cannot be found for fewer than 3 cells");
  const std::vector<hm::index> none(static_cast<std::size_t>(counts.cells()), -1);
  const hm::reference_cells reference(counts, none);
  const auto& points = reference.components().scores;
  const auto near = hm::nearest_others(run, reference.neighbours(), points,
                                       std::min<hm::index>(19, counts.cells() - 1));
  return hm::find_communities(hm::shared_neighbour_graph(run, near), {}, rng).labels;
}

}  // namespace program

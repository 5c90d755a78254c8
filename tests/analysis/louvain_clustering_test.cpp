// SPDX-License-Identifier: MIT
#include "harmonium/analysis/louvain_clustering.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "harmonium/metrics/adjusted_rand.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

static_assert(hm::point_clustering<hm::louvain_clustering>);

TEST_CASE("finds two kinds of cells that differ, for any number of threads") {
  const auto counts = tiny::toy_counts(120, 30, 1, 20);
  std::vector<hm::index> kinds;
  for (hm::index i = 0; i < 120; ++i) kinds.push_back(i % 2);
  const hm::louvain_clustering how{.options = {.resolution = 0.5}};
  const auto found = hm::cluster_cells(hm::serial_executor{}, counts, 10, how);
  CHECK(hm::adjusted_rand_index(kinds, found) > 0.9);
  CHECK(found == hm::cluster_cells(hm::thread_executor(3), counts, 10, how));
}

TEST_CASE("too few cells are one cluster") {
  CHECK(hm::cluster_cells(hm::serial_executor{}, tiny::toy_counts(2, 30, 1)) ==
        std::vector<hm::index>{0, 0});
  CHECK(hm::cluster_cells(hm::serial_executor{}, tiny::toy_counts(3, 30, 1)).size() == 3);
}

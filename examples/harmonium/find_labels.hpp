// SPDX-License-Identifier: MIT
/// @file
/// Clusters of a reference that came without labels: shared neighbours and Louvain, the Seurat way.
/// Linked from find_labels/by_louvain.cpp or, in a build without igraph, find_labels/nowhere.cpp.
#pragma once

#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"

namespace program {

/// Whether this build can.
bool can_find_labels();

/// One label per cell.
std::vector<harmonium::index> find_labels(const harmonium::thread_executor& run,
                                          const harmonium::count_matrix<>& counts,
                                          harmonium::random_engine& rng);

}  // namespace program

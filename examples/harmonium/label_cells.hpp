// SPDX-License-Identifier: MIT
/// @file
/// The types of real cells: from a file, by an atlas, or found by clustering.
#pragma once

#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "read_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

/// Types that were given: a label for every cell.
struct given_labels {
  std::vector<std::string> labels;
  std::string source;                ///< where they are from, in words
  std::vector<std::string> remarks;  ///< what a person should know, one line each
};

/// Reads the labels of cells, or finds them where the file is a model (.harmonium) that was fitted
/// to cells with types.
/// @param place not empty @param cells what they are, such as "pilot", for remarks
given_labels read_given_labels(const harmonium::thread_executor& run,
                               const harmonium::io::dataset& data, const labels_place& place,
                               const char* cells);

struct cell_labels {
  harmonium::label_codes labels;     ///< of every cell
  std::string source;                ///< where they are from, in words
  std::vector<std::string> remarks;  ///< what a person should know, one line each
};

/// "cluster 0" and so on. @throws interruption on Ctrl-C.
harmonium::label_codes find_clusters(const harmonium::thread_executor& run,
                                     const harmonium::count_matrix<>& counts,
                                     terminal_progress& watch);
/// Where these are from, in words.
inline constexpr const char* found_by_louvain = "clusters found by Louvain at resolution 0.8";

/// @param place empty: clusters by Louvain, of at least 3 cells
/// @throws interruption on Ctrl-C while these are found.
cell_labels label_cells(const harmonium::thread_executor& run,
                        const harmonium::io::dataset& reference, const labels_place& place,
                        terminal_progress& watch);

}  // namespace program

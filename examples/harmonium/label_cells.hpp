// SPDX-License-Identifier: MIT
/// @file
/// The types of real cells: from a file, or found by clustering.
#pragma once

#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "read_cells.hpp"

namespace program {

struct cell_labels {
  harmonium::label_codes labels;     ///< of every cell
  std::string source;                ///< where they are from, in words
  std::vector<std::string> remarks;  ///< what a person should know, one line each
};

/// @param place empty: clusters by Louvain, of at least 3 cells
cell_labels label_cells(const harmonium::thread_executor& run,
                        const harmonium::io::dataset& reference, const labels_place& place);

}  // namespace program

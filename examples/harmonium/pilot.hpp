// SPDX-License-Identifier: MIT
/// @file
/// The pilot as the models see it: chosen cells, chosen genes, and the way back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/dataset.hpp"

namespace program {

struct pilot_data {
  harmonium::io::features genes;                   ///< as read, less those that --genes left out
  std::vector<std::string> barcodes;               ///< of all cells
  std::vector<harmonium::index> rows;              ///< cells trained on, ascending
  std::vector<harmonium::index> expressed;         ///< genes with a count in those cells
  harmonium::count_matrix<> training;              ///< those cells x those genes
  std::optional<std::vector<std::string>> labels;  ///< of those cells, if given
  std::optional<std::vector<std::string>> groups;  ///< batches or donors of those cells, if given
  std::vector<std::string> remarks;                ///< what a person should know, one line each
};

/// Reads and cuts the pilot; what is not trained on is not kept. Draws from `rng` only if
/// --train-cells asks for a subset.
pilot_data read_pilot(const harmonium::thread_executor& run, const generate_options& options,
                      harmonium::random_engine& rng);

/// The cells and genes that are trained on: the one copy of counts. `pilot` holds the names and,
/// where there are some, the labels of all cells. Draws as `read_pilot`.
void cut_pilot(pilot_data& pilot, const harmonium::count_view<>& all,
               const generate_options& options, harmonium::random_engine& rng);

/// Synthetic counts of a model's genes, put at their columns among all.
harmonium::count_matrix<> among_all_genes(const harmonium::count_matrix<>& cells,
                                          const std::vector<harmonium::index>& columns,
                                          harmonium::index genes);

}  // namespace program

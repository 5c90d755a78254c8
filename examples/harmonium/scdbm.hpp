// SPDX-License-Identifier: MIT
/// @file
/// Training and sampling the single-cell deep Boltzmann machine, one translation unit per depth.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "pilot.hpp"
#include "terminal_progress.hpp"

namespace program {

/// Cells and what there is to say of them.
struct synthetic_cells {
  harmonium::count_matrix<> cells;                         ///< over the expressed genes
  std::vector<std::pair<std::string, std::string>> facts;  ///< for summary.txt
  std::string training_log = {};                ///< csv, empty if nothing was trained step by step
  std::vector<double> inverse_dispersion = {};  ///< per expressed gene, if the model has them
  std::vector<std::string> dispersion_status = {};  ///< as many
};

/// @throws interruption on Ctrl-C.
template <std::size_t HiddenLayers>
synthetic_cells run_scdbm(const harmonium::thread_executor& run, const pilot_data& pilot,
                          harmonium::index cells, const generate_options& options,
                          terminal_progress& watch, harmonium::random_engine& rng);

extern template synthetic_cells run_scdbm<1>(const harmonium::thread_executor&, const pilot_data&,
                                             harmonium::index, const generate_options&,
                                             terminal_progress&, harmonium::random_engine&);
extern template synthetic_cells run_scdbm<2>(const harmonium::thread_executor&, const pilot_data&,
                                             harmonium::index, const generate_options&,
                                             terminal_progress&, harmonium::random_engine&);
extern template synthetic_cells run_scdbm<3>(const harmonium::thread_executor&, const pilot_data&,
                                             harmonium::index, const generate_options&,
                                             terminal_progress&, harmonium::random_engine&);

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// Cells from hidden states, with the residual correlation and size factors that the options name.
#pragma once

#include <optional>
#include <vector>

#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/correlated_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

/// Cells, and how many pilot cells their residual correlation was learned from.
struct cells_and_source {
  harmonium::cells_with_states made;
  harmonium::index pilot_cells = 0;
};

/// @param per_state how many cells of each state; nothing: `cells` by the states' weights
/// @throws interruption on Ctrl-C.
cells_and_source cells_with_residual(const harmonium::thread_executor& run,
                                     const harmonium::count_matrix<>& pilot,
                                     harmonium::count_states states,
                                     const std::optional<std::vector<harmonium::index>>& per_state,
                                     harmonium::index cells, const generate_options& options,
                                     terminal_progress& watch, harmonium::random_engine& rng);

/// "low-rank correlation of the genes within a component", for summary.txt.
std::string residual_in_words(const std::string& residual);

}  // namespace program

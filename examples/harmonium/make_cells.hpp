// SPDX-License-Identifier: MIT
/// @file
/// Cells from a trained model, fresh or out of a file.
#pragma once

#include <string>
#include <vector>

#include "fitted_model.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

/// @param cells_of "TYPE=N", in place of `cells`; empty: `cells` as the model draws them
/// @throws interruption on Ctrl-C; std::invalid_argument for types that the model does not know.
synthetic_cells make_cells(const harmonium::thread_executor& run, const fitted_model& fitted,
                           harmonium::index cells, const std::vector<std::string>& cells_of,
                           terminal_progress& watch, harmonium::random_engine& rng);

}  // namespace program

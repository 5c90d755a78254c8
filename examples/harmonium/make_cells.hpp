// SPDX-License-Identifier: MIT
/// @file
/// Cells from a trained model, fresh or out of a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fitted_model.hpp"
#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

/// Which cells are wanted of a model.
struct cells_wanted {
  harmonium::index cells = 0;
  std::vector<std::string> cells_of = {};   ///< "TYPE=N", in place of `cells`; of every group
  std::vector<std::string> batches = {};    ///< whose cells, in the pilot's proportion
  std::vector<std::string> donors = {};     ///< the same
  long new_donors = 0;                      ///< that are not in the pilot,
  harmonium::index cells_per_donor = 0;     ///< in place of `cells`, unless there are `cells_of`
  std::optional<double> mean_library = {};  ///< mean counts per cell
  double depth = 1;                         ///< share of the molecules that are counted
  std::vector<std::string> clamped = {};    ///< "GENE=N": only cells of that count

  /// What of it an option asked for.
  static cells_wanted of(const generate_options& options, harmonium::index cells);
};

/// Refuses requests that contradict themselves.
/// @throws std::invalid_argument that names the option.
void check_wanted(const generate_options& options);

/// Before any work: refuses groups that the model does not know.
/// @throws std::invalid_argument that names the option.
void check_groups(const cells_wanted& wanted, const cell_groups& known);

/// @throws interruption on Ctrl-C; std::invalid_argument for types and groups that the model does
///         not know.
synthetic_cells make_cells(const harmonium::thread_executor& run, const fitted_model& fitted,
                           const cells_wanted& wanted, terminal_progress& watch,
                           harmonium::random_engine& rng);

/// "synthetic_0000001", ...
std::vector<std::string> synthetic_barcodes(harmonium::index cells);

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// Model files where cells are asked for: what `evaluate` judges, and generators that `plan` and
/// `study` need not fit.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/study/fixed_model.hpp"
#include "model_store.hpp"
#include "terminal_progress.hpp"

namespace program {

/// Whether `name` is a model file, by its ending or its first bytes.
bool is_model_file(const std::string& name);

/// A model that makes cells, read from a file.
struct kept_model {
  std::string file;
  std::string name;  ///< the file's own, ending in .harmonium, as tables name it
  std::shared_ptr<const stored_model> stored;
};

/// @param option which named the file, for errors
/// @throws harmonium::io_error as `read_model`; std::invalid_argument for a model that makes no
///         cells, and for a name that no table can hold.
kept_model read_kept_model(const harmonium::thread_executor& run, const char* option,
                           const std::string& file);

/// The cells that `generate --model-file` makes with the same seed, over all genes of the file.
/// @throws interruption on Ctrl-C.
harmonium::io::dataset cells_of_model(const harmonium::thread_executor& run,
                                      const kept_model& model, harmonium::index cells,
                                      std::uint64_t seed, terminal_progress& watch);

/// Columns of `genes` that the model knows by id, ascending.
/// @throws std::invalid_argument naming `option` where an id stands twice or none is known.
std::vector<harmonium::index> genes_known(const char* option, const kept_model& model,
                                          const harmonium::io::features& genes);

/// Whether it was trained on these very cells and those of their genes that have a count, as the
/// hash in its notes tells.
bool was_trained_on(const kept_model& model, const harmonium::io::dataset& cells);

/// The model as a generator of cells over `genes`, zero where it does not know one.
harmonium::fixed_model as_fixed(const kept_model& model, const harmonium::io::features& genes);

}  // namespace program

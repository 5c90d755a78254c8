// SPDX-License-Identifier: MIT
/// @file
/// The commands `harmonium fit` and `harmonium info`.
#pragma once

#include <string>
#include <vector>

#include "fitted_model.hpp"
#include "generate_options.hpp"

namespace program {

/// Trains on a pilot and writes the model to the file `options.output`; makes no cells.
/// @throws interruption on Ctrl-C, before anything is written; `stopped` where the model was
///         trained by then, and written; otherwise what the library throws.
void fit(const generate_options& options);

/// What was fitted, to standard output: a page, or JSON.
/// @param cells that were trained on
void print_fit(const generate_options& options, const fitted_model& fitted, harmonium::index cells,
               const std::vector<std::string>& remarks, double seconds);

/// What `info` was asked for.
struct info_options {
  std::string file;
  std::string npz;  ///< where parameters go; empty: nowhere
  bool overwrite = false;
  bool json = false;  ///< instead of a page
};

/// Writes a page about a model file to standard output and, where that is asked for, its parameters
/// for NumPy.
/// @throws harmonium::io_error for a file that is none.
void info(const info_options& options);

}  // namespace program

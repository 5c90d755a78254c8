// SPDX-License-Identifier: MIT
/// @file
/// The commands `harmonium fit` and `harmonium info`.
#pragma once

#include <string>

#include "generate_options.hpp"

namespace program {

/// Trains on a pilot and writes the model to the file `options.output`; makes no cells.
/// @throws interruption on Ctrl-C, before anything is written; otherwise what the library throws.
void fit(const generate_options& options);

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

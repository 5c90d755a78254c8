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

struct info_options {
  std::string file;
  bool json = false;  ///< instead of a page
};

/// Writes a page about a model file to standard output.
/// @throws harmonium::io_error for a file that is none.
void info(const info_options& options);

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// The command `harmonium generate`.
#pragma once

#include "generate_options.hpp"

namespace program {

/// Trains on a pilot, generates cells, writes the output folder.
/// @throws interruption on Ctrl-C, before anything is written; `stopped` where --save-model has
/// kept
///         the trained model; otherwise what the library throws.
void generate(const generate_options& options);

}  // namespace program

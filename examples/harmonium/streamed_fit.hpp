// SPDX-License-Identifier: MIT
/// @file
/// `harmonium fit --chunk-cells N`: cells that are too many for memory.
#pragma once

#include "generate_options.hpp"

namespace program {

/// Trains the recommended model on a file .h5ad or .h5 that is read again and again, `chunk_cells`
/// at a time, under mpirun by all processes together. After every pass over the cells it is noted
/// beside the output (OUTPUT.unfinished) how far training has come; the same command goes on there.
/// @param options after `complete`
/// @throws stopped on Ctrl-C; otherwise what the library throws.
void fit_streamed(const generate_options& options);

}  // namespace program

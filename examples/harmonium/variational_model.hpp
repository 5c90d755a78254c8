// SPDX-License-Identifier: MIT
/// @file
/// Training and sampling the variational autoencoder: `--model vae-prior` and `vae-posterior`.
#pragma once

#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "pilot.hpp"
#include "synthetic_cells.hpp"
#include "terminal_progress.hpp"

namespace program {

/// @throws interruption on Ctrl-C, std::invalid_argument for options that do not fit the pilot,
///         std::domain_error where training diverges.
synthetic_cells run_variational(const harmonium::thread_executor& run, const pilot_data& pilot,
                                harmonium::index cells, const generate_options& options,
                                terminal_progress& watch, harmonium::random_engine& rng);

}  // namespace program

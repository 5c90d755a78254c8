// SPDX-License-Identifier: MIT
/// @file
/// Training the variational autoencoder: `--model vae-prior` and `vae-posterior`.
#pragma once

#include "fitted_model.hpp"
#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "pilot.hpp"
#include "terminal_progress.hpp"

namespace program {

/// @throws interruption on Ctrl-C, std::invalid_argument for options that do not fit the pilot,
///         std::domain_error where training diverges.
fitted_model fit_variational(const harmonium::thread_executor& run, const pilot_data& pilot,
                             const generate_options& options, terminal_progress& watch,
                             harmonium::random_engine& rng);

}  // namespace program

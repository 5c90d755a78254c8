// SPDX-License-Identifier: MIT
/// @file
/// Training the recommended model: `--model harmonium`.
#pragma once

#include "fitted_model.hpp"
#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "pilot.hpp"
#include "terminal_progress.hpp"

namespace program {

/// @throws interruption on Ctrl-C, std::invalid_argument for options that do not fit the pilot.
fitted_model fit_harmonium(const harmonium::thread_executor& run, const pilot_data& pilot,
                           const generate_options& options, terminal_progress& watch,
                           harmonium::random_engine& rng);

}  // namespace program

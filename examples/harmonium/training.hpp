// SPDX-License-Identifier: MIT
/// @file
/// From a pilot to a model, of whatever name: what `generate` and `fit` share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fitted_model.hpp"
#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/io/model_file.hpp"
#include "pilot.hpp"
#include "terminal_progress.hpp"

namespace program {

/// The options of a run with the model and its own defaults filled in.
/// @throws std::invalid_argument for options that contradict each other or that the model has no
///         use for.
generate_options complete(generate_options options);

/// Trains the model that the options name. Its notes tell the model's genes, those that no training
/// cell counted, and the labels of its states.
/// @throws interruption on Ctrl-C.
fitted_model train(const harmonium::thread_executor& run, const pilot_data& pilot,
                   const generate_options& options, terminal_progress& watch,
                   harmonium::random_engine& rng);

/// The genes of a model, and those around them that no training cell counted, with the labels of
/// its states.
/// @param pilot of which genes alone are looked at
harmonium::io::model_notes notes_of(const pilot_data& pilot, std::vector<std::string> labels);

/// Everything that decides the model. The number of threads does not.
nlohmann::ordered_json training_as_json(const generate_options& options);

}  // namespace program

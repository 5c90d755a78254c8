// SPDX-License-Identifier: MIT
/// @file
/// The reference of a study, and everything that decides its figures.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "harmonium/study/study_model.hpp"
#include "harmonium/study/sweep.hpp"
#include "model_cells.hpp"
#include "study.hpp"

namespace program {

struct study_input {
  harmonium::io::dataset reference;  ///< chosen genes, zeros added
  harmonium::label_codes labels;
  std::string label_source;          ///< in words
  std::vector<std::string> remarks;  ///< what a person should know, one line each
  std::string data_hash;
  std::vector<kept_model> kept;  ///< of --model-file
  std::string models_hash;       ///< of their files
};

/// Reads model files and cells, chooses genes, adds zeros, finds clusters where no labels are
/// given.
study_input read_study_input(const harmonium::thread_executor& run, const study_command& options);

/// Models by their names on the command line, with their grids.
std::vector<harmonium::any_study_model> study_models(const study_command& options);

/// Those of the model files.
std::vector<harmonium::any_study_model> fixed_models(const study_input& input);

harmonium::study_options sweep_options(const study_command& options);

/// All options that decide figures, with the data's hash; and back.
nlohmann::ordered_json study_settings(const study_command& options, const study_input& input);
study_command command_of(const nlohmann::ordered_json& settings);

}  // namespace program

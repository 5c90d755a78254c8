// SPDX-License-Identifier: MIT
/// @file
/// Trained models in files, with all that `generate` and `info` want to know of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fitted_model.hpp"
#include "generate_options.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "pilot.hpp"

namespace program {

/// A model out of a file. What the program did not write into it is not there.
struct stored_model {
  fitted_model fitted;
  std::uint64_t seed = 1;               ///< it was trained with
  std::uint64_t position = 0;           ///< of the engine when training was over
  std::optional<overview> pilot;        ///< of the cells it was trained on
  std::vector<double> means;            ///< of its genes in them
  harmonium::io::features genes;        ///< of the model and those that were never counted
  std::vector<harmonium::index> model;  ///< columns of the model's among them
  std::string options;                  ///< of training, JSON
};

/// The names of texts in the notes.
namespace note {
inline constexpr const char* options = "options";    ///< of training, JSON
inline constexpr const char* seed = "seed";          ///< of training
inline constexpr const char* position = "position";  ///< words the engine had drawn by then
inline constexpr const char* data = "data";          ///< hash of training counts and gene ids
inline constexpr const char* log = "log";            ///< training log, csv
inline constexpr const char* groups = "groups";      ///< batches or donors, JSON; if there are some
inline constexpr const char* training = "training";  ///< facts, the pilot's figures, ..., JSON
}  // namespace note

/// `note::data` of a model of these counts.
std::string hash_of_training(const harmonium::count_matrix<>& training,
                             const std::vector<std::string>& gene_ids);

/// Before any work: refuses what could not be written at its end.
void check_model_output(const char* option, const std::string& path,
                        const generate_options& options);

/// @param rng where it stood when training was over
void write_model(const std::filesystem::path& path, const fitted_model& fitted,
                 const pilot_data& pilot, const generate_options& options,
                 const harmonium::random_engine& rng);

/// What is written of a model beside its own notes.
struct written_notes {
  pilot_summary summary;
  std::string data_hash = {};  ///< empty: none, as of cells that were not in memory
};

/// The same of cells that were never in memory.
void write_model(const std::filesystem::path& path, const fitted_model& fitted,
                 const written_notes& about, const generate_options& options,
                 const harmonium::random_engine& rng);

/// The model with all that is written of it.
harmonium::io::any_model with_notes(const fitted_model& fitted, const pilot_data& pilot,
                                    const generate_options& options,
                                    const harmonium::random_engine& rng);

/// What `with_notes` put into a model, taken apart.
/// @param name of the model, for errors
/// @throws io_error where the notes are damaged.
stored_model stored_of(harmonium::io::any_model model, const std::filesystem::path& name);

/// @throws io_error for files that are none, of other kinds or damaged.
stored_model read_model(const harmonium::thread_executor& run, const std::filesystem::path& path);

}  // namespace program

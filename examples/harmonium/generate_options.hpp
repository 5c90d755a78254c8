// SPDX-License-Identifier: MIT
/// @file
/// What `harmonium generate` was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace program {

struct generate_options {
  std::string pilot;
  std::string output;
  std::optional<long> cells;  ///< as many as the training cells unless given
  std::uint64_t seed = 1;
  std::string model = "scdbm";
  std::string preset = "default";
  std::vector<long> hidden = {4, 2};
  std::vector<long> epochs;  ///< pretraining per layer, then joint; the preset's unless given
  std::optional<double> learning_rate;
  std::optional<long> burn_in;
  std::string sampler = "auto";
  std::optional<long> train_cells;
  long held_out = 0;
  std::string genes;  ///< a number or a file; empty: every expressed gene
  std::string orientation;
  std::string feature_type = "Gene Expression";
  std::string labels;
  long clusters = 8;
  int threads = 0;
  bool plain = false;
  bool overwrite = false;
};

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// The command `harmonium simulate`.
#pragma once

#include <cstdint>
#include <string>

namespace program {

struct simulate_options {
  std::string output;
  long cells = 1500;
  long genes = 1000;
  std::uint64_t seed = 1;
  long batches = 1;
  double batch_spread = 0;
  double dropout = 0;
  double median_library = 2000;
  int threads = 0;
  bool plain = false;
  bool overwrite = false;
  bool json = false;  ///< print what was done as JSON
};

/// Writes a simulated tissue: a 10x folder, labels.tsv, and the truth behind it.
/// @throws interruption on Ctrl-C, before anything is written; otherwise what the library throws.
void simulate(const simulate_options& options);

}  // namespace program

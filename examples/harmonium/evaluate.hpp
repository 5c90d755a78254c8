// SPDX-License-Identifier: MIT
/// @file
/// The command `harmonium evaluate`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace program {

struct evaluate_options {
  std::string reference;    ///< 10x folder or table
  std::string synthetic;    ///< 10x folder or table
  std::string orientation;  ///< of the tables
  std::string labels;       ///< empty: clusters are found, where the build can
  std::string pilot;        ///< 10x folder or list of barcodes; empty: unknown
  std::string output;
  std::string feature_type = "Gene Expression";
  std::string transfer = "pca";  ///< or umap, or paper-protocol
  std::optional<long> cells;
  long repeats = 3;
  std::uint64_t seed = 1;
  int threads = 0;
  bool overwrite = false;
};

/// Judges synthetic cells beside ceilings and floors, writes the output folder.
/// @throws interruption on Ctrl-C, before anything is written; otherwise what the library throws.
void evaluate(const evaluate_options& options);

}  // namespace program

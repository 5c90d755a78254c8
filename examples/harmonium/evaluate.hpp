// SPDX-License-Identifier: MIT
/// @file
/// The command `harmonium evaluate`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace program {

struct evaluate_options {
  std::string reference;      ///< 10x folder, .h5, .h5ad or table
  std::string synthetic;      ///< the same, or a model file
  std::string orientation;    ///< of the tables
  std::string layer;          ///< of .h5ad files; empty: found
  std::string labels;         ///< a file; empty, as is the next: clusters are found
  std::string labels_column;  ///< of obs of the reference
  std::string pilot;          ///< 10x folder or list of barcodes; empty: unknown
  std::string output;
  std::string feature_type = "Gene Expression";
  std::string transfer = "pca";  ///< or umap, or paper-protocol
  std::optional<long> cells;
  long repeats = 3;
  std::uint64_t seed = 1;
  int threads = 0;
  bool overwrite = false;
  bool json = false;  ///< print what was done as JSON
};

/// Judges synthetic cells beside ceilings and floors, writes the output folder.
/// @throws interruption on Ctrl-C, before anything is written; otherwise what the library throws.
void evaluate(const evaluate_options& options);

}  // namespace program

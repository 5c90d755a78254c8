// SPDX-License-Identifier: MIT
/// @file
/// The command `harmonium study`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace program {

struct study_command {
  std::string reference;
  std::string orientation;  ///< of a table; else empty
  std::string layer;        ///< of an .h5ad; empty: found
  std::string labels;       ///< a file; empty, as is the next: clusters are found
  std::string labels_column;
  std::string output;
  std::vector<long> sizes{384, 768, 1152, 1536, 1920, 2304};
  long repeats = 30;
  std::vector<std::string> models;       ///< all unless given
  std::vector<std::string> model_files;  ///< generators beside them, fitted before
  std::optional<long> cells;  ///< of each generator; as many as the reference unless given
  std::string genes;          ///< a number or a file; empty: all
  std::string feature_type = "Gene Expression";
  std::vector<std::string> grid;  ///< "MODEL=N,N"
  double added_zeros = 0;
  bool paper_protocol = false;
  std::uint64_t seed = 1;
  std::string shard;  ///< "i/n"
  bool merge = false;
  int threads = 0;
  bool json = false;  ///< print what was done as JSON
};

/// Names that `models` may hold.
std::vector<std::string> known_models();

/// Runs, continues or merges a study. Finished fits are kept whatever happens.
/// @throws stopped on Ctrl-C; std::runtime_error if fits failed; what the library throws.
void study(const study_command& options);

}  // namespace program

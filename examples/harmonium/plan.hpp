// SPDX-License-Identifier: MIT
/// @file
/// The command `harmonium plan`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace program {

struct plan_command {
  std::string pilot;
  std::string orientation;      ///< of a table; else empty
  std::string layer;            ///< of an .h5ad; empty: found
  std::string donors_of_cells;  ///< file of barcodes and donors; empty, as is the next: one donor
  std::string donor_column;     ///< of cells.tsv or obs of the pilot
  std::string labels;           ///< a file; empty, as is the next: clusters are found
  std::string labels_column;
  std::string output;
  std::string genes;  ///< a number or a file; empty: all
  std::string feature_type = "Gene Expression";
  long at_least = 10;  ///< cells of every type
  double probability = 0.95;
  std::optional<double> rare;  ///< frequency of a type that must be seen, too
  std::vector<long> sizes{192, 384, 768, 1536, 3072};
  long repeats = 5;
  std::string model_file;           ///< of a model that makes experiments without being fitted
  std::vector<std::string> models;  ///< fitted to resamples; see `fitted_models`
  std::vector<double> depths{0.5};
  std::vector<std::string> goals{"see", "rediscover"};
  std::string separate;  ///< "TYPE,TYPE"
  std::string type;      ///< of the goals about one type; empty: the rarest
  double log2_fold = 1;
  double fold = 2;                    ///< of a type's share
  double power = 0.8;                 ///< probability of all goals but `see`
  std::vector<std::string> expected;  ///< "TYPE=SHARE"
  std::string expected_labels;        ///< file of labels whose shares are expected; empty: none
  double expected_weight = 100;       ///< cells that would tell as much
  std::vector<long> donors;           ///< of the designs; see `donors_of_designs`
  std::string prices;                 ///< file of costs and losses
  std::optional<double> budget;
  std::optional<double> cost_per_cell, cost_per_plate, cost_per_lane, cost_per_donor,
      cost_per_million_reads;
  double reads_per_cell = 50'000;
  double saturation = 0;                        ///< of the pilot's sequencing
  std::optional<double> doublets_per_thousand;  ///< see `doublets_that_grow`
  long plate = 384;
  long lane = 10'000;
  long donors_per_lane = 1;
  double recovery = 1;
  double doublets = 0;
  std::uint64_t seed = 1;
  int threads = 0;
  bool overwrite = false;
  bool json = false;  ///< print what was done as JSON
};

/// The models of a plan that are fitted: those asked for, else harmonium, whose place a model file
/// takes, and cluster-nb.
inline std::vector<std::string> fitted_models(const plan_command& options) {
  if (!options.models.empty()) return options.models;
  if (!options.model_file.empty()) return {"cluster-nb"};
  return {"harmonium", "cluster-nb"};
}

/// Doublets per thousand cells out of a lane: what was asked for, else the rate of 10x droplets,
/// but none where the protocol is one of plates or a constant share is given.
inline double doublets_that_grow(const plan_command& options) {
  if (options.doublets_per_thousand) return *options.doublets_per_thousand;
  return options.cost_per_plate || options.doublets > 0 ? 0 : 0.008;
}

/// Plans an experiment from its pilot.
/// @throws interruption on Ctrl-C, before anything is written; otherwise what the library throws.
void plan(const plan_command& options);

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// What `harmonium generate` or `harmonium fit` was asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace program {

struct generate_options {
  std::string pilot;
  std::string output;         ///< a folder, or a file .h5ad or .h5; of `fit` the model file
  std::optional<long> cells;  ///< as many as the training cells unless given
  std::string model_file;     ///< in place of a pilot
  std::string save_model;     ///< a file for the trained model
  std::uint64_t seed = 1;
  bool seed_given = false;
  std::string model;               ///< harmonium unless given; scdbm with --preset paper
  std::string preset = "default";  ///< the model's own name for it after `complete`
  std::vector<long> hidden;        ///< the model's own unless given
  bool hidden_by_default = false;  ///< set by `complete`
  bool choose_hidden = false;      ///< --hidden auto
  std::vector<long> epochs;        ///< pretraining per layer, then joint; the preset's unless given
  std::optional<double> learning_rate;
  std::optional<double> mean_library;  ///< counts per cell
  std::optional<double> depth;         ///< share of the molecules that are counted
  std::vector<std::string> clamped;    ///< "GENE=N"
  std::optional<long> burn_in;
  std::string sampler = "auto";
  std::optional<long> train_cells;
  std::optional<long> chunk_cells;  ///< of `fit`: read so many at once; unset: all
  long held_out = 0;
  std::optional<long> patience;  ///< of scdbm
  bool both_sides = false;       ///< of scdbm: log-likelihood from both sides of log Z
  std::string genes;             ///< a number or a file; empty: every expressed gene
  std::string orientation;
  std::string feature_type = "Gene Expression";
  std::string layer;                  ///< of an .h5ad; empty: found
  std::string labels;                 ///< a file
  std::string labels_column;          ///< of obs of the pilot, instead
  std::vector<std::string> cells_of;  ///< "TYPE=N"
  std::string batch_column;           ///< of cells.tsv or obs of the pilot
  std::string donor_column;           ///< the same, of donors; not both
  std::vector<std::string> batches;   ///< whose cells are made; empty: of none
  std::vector<std::string> donors;    ///< the same
  std::optional<long> new_donors;
  std::optional<long> cells_per_donor;
  std::string residual;      ///< the model's own unless given, after `complete`
  std::optional<long> rank;  ///< of a low-rank residual; the library's unless given
  std::string size_factors = "none";
  long fits = 0;                      ///< of harmonium; 0: by the size of the pilot
  std::string prior;                  ///< a model file of the same tissue
  std::string prior_weight = "auto";  ///< or 0 or 1
  bool types_of_prior = false;        ///< types of the atlas that the pilot does not show are added
  long clusters = 8;
  int threads = 0;
  bool plain = false;
  long pca = 0;  ///< principal components of the cells in an .h5ad
  bool overwrite = false;
  bool json = false;  ///< print what was done as JSON
};

}  // namespace program

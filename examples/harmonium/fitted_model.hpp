// SPDX-License-Identifier: MIT
/// @file
/// What training hands on to generation, whether at once or through a model file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/io/any_model.hpp"
#include "harmonium/io/dataset.hpp"
#include "pilot.hpp"

namespace program {

/// The batches or donors that a model knows.
struct cell_groups {
  std::string kind;                ///< "batch" or "donor"; empty: none
  std::vector<std::string> names;  ///< ascending, in the order of the model's numbers
};

/// A trained model and what there is to say of it.
struct fitted_model {
  std::optional<harmonium::io::any_model> model = {};           ///< over the expressed genes
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< for summary.txt
  std::string training_log = {};                ///< csv, empty if nothing was trained step by step
  std::vector<double> inverse_dispersion = {};  ///< per expressed gene, if the model has them
  std::vector<std::string> dispersion_status = {};  ///< as many
  std::vector<std::string> cell_barcodes = {};  ///< of pilot cells, if cells are drawn around them
  std::vector<std::string> cell_labels = {};    ///< their types, if known
  cell_groups groups = {};
  std::string cut_short = {};  ///< what Ctrl-C ended after the model was trained; empty: nothing
};

/// What is said where Ctrl-C cut short what came after training, and `file` has the model.
[[nodiscard]] inline std::string kept_after(const fitted_model& fitted, const std::string& file) {
  return "interrupted; " + file + " keeps the trained model, without " + fitted.cut_short;
}

/// What the page of a run says of a set of cells.
struct overview {
  harmonium::index cells = 0;
  double median_library = 0, mean_library = 0, zeros = 0;
};
overview overview_of(const harmonium::count_matrix<>& counts);

/// What of the pilot goes into the output beside the model.
struct pilot_summary {
  overview cells;
  std::vector<double> means;                ///< of the expressed genes
  harmonium::io::features genes;            ///< all that are written
  std::vector<harmonium::index> expressed;  ///< columns of the model's genes among them
};
pilot_summary summary_of(const pilot_data& pilot);

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// What is judged and how: reference and synthetic cells over the same genes, labels, pilot.
#pragma once

#include <string>
#include <vector>

#include "evaluate.hpp"
#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/metrics/label_codes.hpp"
#include "terminal_progress.hpp"

namespace program {

struct evaluate_input {
  harmonium::io::dataset reference;     ///< over the genes that both have
  harmonium::count_matrix<> synthetic;  ///< over the same genes, in the same order
  harmonium::label_codes labels;        ///< of the reference
  std::string label_source;             ///< where they are from, in words
  harmonium::transfer_space transfer = harmonium::transfer_space::pca;
  std::vector<harmonium::index> pilot;  ///< rows of the reference; empty where unknown
  std::vector<std::string> remarks;     ///< what a person should know, one line each
  std::string made_by;                  ///< kind of the model of a model file; else empty
};

/// Adds the synthetic cells and cuts both sides to the genes they share by id, in the
/// reference's order.
/// @param genes of the synthetic cells
/// @param name  of the synthetic cells, for errors
void share_genes(evaluate_input& input, const harmonium::count_view<>& synthetic,
                 const harmonium::io::features& genes, const std::string& name);

/// Rows of the reference, by barcode.
/// @throws std::invalid_argument naming the first barcode that is not there.
std::vector<harmonium::index> pilot_among(const harmonium::io::dataset& reference,
                                          const std::vector<std::string>& barcodes);

/// Of --label-transfer.
harmonium::transfer_space transfer_named(const std::string& name);

/// Reads both sides; where the synthetic cells are a model file, makes them.
/// @throws interruption on Ctrl-C meanwhile.
evaluate_input read_input(const harmonium::thread_executor& run, const evaluate_options& options,
                          terminal_progress& watch);

}  // namespace program

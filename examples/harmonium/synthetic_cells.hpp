// SPDX-License-Identifier: MIT
/// @file
/// What a model hands back, and how its figures are written.
#pragma once

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"

namespace program {

/// Cells and what there is to say of them.
struct synthetic_cells {
  harmonium::count_matrix<> cells;                         ///< over the expressed genes
  std::vector<std::pair<std::string, std::string>> facts;  ///< for summary.txt
  std::string training_log = {};                ///< csv, empty if nothing was trained step by step
  std::vector<double> inverse_dispersion = {};  ///< per expressed gene, if the model has them
  std::vector<std::string> dispersion_status = {};  ///< as many
  std::vector<std::string> labels = {};             ///< type or component of each cell, if known
  std::vector<std::string> sources = {};  ///< barcode of the pilot cell each was drawn around
};

/// A number as a csv field, shortest form that reads back the same; empty where there is none.
inline std::string field(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}
inline std::string field(const std::optional<double>& value) {
  return value ? field(*value) : "";
}

/// A number for a person.
inline std::string rounded(double value, int digits = 6) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

}  // namespace program

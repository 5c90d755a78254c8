// SPDX-License-Identifier: MIT
/// @file
/// Cells as a model made them, and how figures are written.
#pragma once

#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"

namespace program {

/// Cells over the expressed genes, and what is known of each.
struct synthetic_cells {
  harmonium::count_matrix<> cells;
  std::vector<std::string> labels = {};   ///< type or component of each cell, if known
  std::vector<std::string> sources = {};  ///< barcode of the pilot cell each was drawn around
  std::vector<std::string> groups = {};   ///< batch or donor of each, if cells of some were made
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

// SPDX-License-Identifier: MIT
/// @file
/// Counts from a 10x folder or a table, as the command line names them.
#pragma once

#include <filesystem>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/table.hpp"

namespace program {

/// @param option      which option named `name`, for errors
/// @param orientation of a table: cells-by-genes or genes-by-cells; empty for a folder
inline harmonium::io::dataset read_cells(const char* option, const std::string& name,
                                         const std::string& orientation,
                                         const std::string& feature_type) {
  const std::filesystem::path path = name;
  harmonium::require(!name.empty(), option, "the name is empty");
  if (!std::filesystem::exists(path)) throw harmonium::io_error(name, 0, "does not exist");
  if (std::filesystem::is_directory(path)) {
    harmonium::require(orientation.empty(), "--orientation",
                       "is for csv and tsv files; " + name + " is a 10x folder");
    return harmonium::io::read_10x(path, {.feature_type = feature_type});
  }
  harmonium::require(!orientation.empty(), "--orientation",
                     "cells-by-genes or genes-by-cells must be given to read the table " + name);
  return harmonium::io::read_table(path, orientation == "cells-by-genes"
                                             ? harmonium::io::orientation::cells_by_genes
                                             : harmonium::io::orientation::genes_by_cells);
}

}  // namespace program

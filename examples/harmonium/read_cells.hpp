// SPDX-License-Identifier: MIT
/// @file
/// Counts and labels as the command line names them: a 10x folder, an .h5 or .h5ad file, or a
/// table.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "h5_files.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/io/table.hpp"
#include "interrupt.hpp"

namespace program {

/// How files of cells are to be read.
struct cells_format {
  std::string orientation;  ///< of a table: cells-by-genes or genes-by-cells; else empty
  std::string feature_type;
  std::string layer;  ///< of an .h5ad; empty: found
  int threads = 1;    ///< that inflate an .h5 or .h5ad
};

/// Whether `name` needs an orientation: it is neither a folder nor an .h5 or .h5ad file.
inline bool is_table(const std::string& name) {
  return !is_h5_name(name) && !std::filesystem::is_directory(name);
}

/// @param option  which option named `name`, for errors
/// @param remarks receives what a person should know
inline harmonium::io::dataset read_cells(const char* option, const std::string& name,
                                         const cells_format& format,
                                         std::vector<std::string>& remarks) {
  const std::filesystem::path path = name;
  const auto looks = interruptible_files();
  harmonium::require(!name.empty(), option, "the name is empty");
  if (!std::filesystem::exists(path)) throw harmonium::io_error(name, 0, "does not exist");
  if (!is_table(name)) {
    const bool folder = std::filesystem::is_directory(path);
    harmonium::require(
        format.orientation.empty(), "--orientation",
        "is for csv and tsv files; " + name + " is " + (folder ? "a 10x folder" : "none"));
    if (!folder) {
      check_h5_support(option);
      return read_h5(name, format.layer, format.feature_type, format.threads, remarks);
    }
    return harmonium::io::read_10x(path, {.feature_type = format.feature_type});
  }
  harmonium::require(!format.orientation.empty(), "--orientation",
                     "cells-by-genes or genes-by-cells must be given to read the table " + name);
  return harmonium::io::read_table(path, format.orientation == "cells-by-genes"
                                             ? harmonium::io::orientation::cells_by_genes
                                             : harmonium::io::orientation::genes_by_cells);
}

/// Where labels of cells are: a file, or a column of what tells of the cells: obs of an .h5ad, or
/// cells.tsv in a 10x folder.
struct labels_place {
  std::string file;
  std::string column;
  std::string cells;

  [[nodiscard]] bool empty() const { return file.empty() && column.empty(); }
};

/// @param place  not empty
/// @param option which option named the column, for errors
inline harmonium::io::label_table read_label_table(const labels_place& place,
                                                   const char* option = "--labels-column") {
  const auto looks = interruptible_files();
  harmonium::require(place.file.empty() || place.column.empty(), option,
                     "does not go with --labels");
  if (place.column.empty()) return harmonium::io::read_labels(place.file);
  if (std::filesystem::is_directory(place.cells)) {
    const auto path = std::filesystem::path(place.cells) / "cells.tsv";
    harmonium::require(std::filesystem::exists(path), option,
                       "is a column of cells.tsv, which " + place.cells + " does not have");
    return harmonium::io::read_labels(path, place.column);
  }
  harmonium::require(is_h5_name(place.cells), option,
                     "is a column of cells.tsv in a 10x folder or of obs in an .h5ad file; " +
                         place.cells + " is none of them");
  return read_h5_labels(place.cells, place.column);
}

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// A shared data set with its labels as numbers.
#pragma once

#include <filesystem>
#include <vector>

#include "harmonium/io/labels.hpp"
#include "harmonium/io/mex.hpp"
#include "harmonium/metrics/label_codes.hpp"

namespace support {

struct shared_cells {
  harmonium::io::dataset data;
  harmonium::label_codes labels;
};

inline shared_cells read_shared_cells(const std::filesystem::path& folder) {
  auto data = harmonium::io::read_10x(folder);
  const auto table = harmonium::io::read_labels(folder / "labels.tsv");
  auto labels = harmonium::code_labels(harmonium::io::join_labels(table, data.barcodes).labels);
  return {std::move(data), std::move(labels)};
}

}  // namespace support

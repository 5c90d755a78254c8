// SPDX-License-Identifier: MIT
/// @file
/// The twenty principal components that the reference's figures are about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/io/mex.hpp"
#include "support/shared.hpp"

namespace support {

struct scored_cells {
  std::vector<std::string> barcodes;
  harmonium::matrix<double> scores;  ///< cells x 20
};

/// Of a shared data set, if it is there.
inline std::optional<scored_cells> reference_scores(const std::string& name) {
  const auto folder = shared_path("data/" + name);
  if (!folder) return std::nullopt;
  const auto data = harmonium::io::read_10x(*folder);
  const auto values = harmonium::log_normalise(data.counts);
  return scored_cells{
      data.barcodes, harmonium::pca(harmonium::sparse_operator(values), {.components = 20}).scores};
}

}  // namespace support

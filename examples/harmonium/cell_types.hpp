// SPDX-License-Identifier: MIT
/// @file
/// Cell types as a person names them: --labels and --cells-of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace program {

/// Labels as numbers in the order of their names, and the names.
struct numbered_labels {
  std::vector<harmonium::index> number;
  std::vector<std::string> names;
};
numbered_labels number_labels(const std::optional<std::vector<std::string>>& labels);

/// Cells of every type, from "TYPE=N"; empty if none were asked for.
/// @throws std::invalid_argument for malformed or unknown types.
std::vector<harmonium::index> cells_per_type(const std::vector<std::string>& asked,
                                             const std::vector<std::string>& names);

}  // namespace program

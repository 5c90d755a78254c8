// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Names of clusters or cell types as numbers, which is how metrics take them.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Labels of cells as positions in a list of names.
struct label_codes {
  std::vector<std::string> names;  ///< sorted, each once
  std::vector<index> codes;        ///< one per cell, position in `names`; -1 if not among them
};

/// Numbers the labels by the sorted list of those that occur.
[[nodiscard]] inline label_codes code_labels(std::span<const std::string> labels) {
  label_codes result{{labels.begin(), labels.end()}, {}};
  std::sort(result.names.begin(), result.names.end());
  result.names.erase(std::unique(result.names.begin(), result.names.end()), result.names.end());
  result.codes.reserve(labels.size());
  for (const std::string& label : labels)
    result.codes.push_back(std::lower_bound(result.names.begin(), result.names.end(), label) -
                           result.names.begin());
  return result;
}

/// Numbers the labels by the given names, sorted and each once, such as those of another data set;
/// others get -1.
[[nodiscard]] inline label_codes code_labels(std::span<const std::string> labels,
                                             std::span<const std::string> names) {
  label_codes result{{names.begin(), names.end()}, {}};
  result.codes.reserve(labels.size());
  for (const std::string& label : labels) {
    const auto found = std::lower_bound(names.begin(), names.end(), label);
    result.codes.push_back(found != names.end() && *found == label ? found - names.begin() : -1);
  }
  return result;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Keeping the features of one type, such as genes without antibodies.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/io/dataset.hpp"
#include "harmonium/io/text.hpp"

namespace harmonium::inline v0_2::io {

/// Features of one type, and how many there are of others.
struct chosen_features {
  std::vector<index> kept;       ///< ascending
  std::vector<left_out> others;  ///< in order of first appearance
};

/// @param type  empty: all are kept
/// @param place file, or file and path inside it, for the text of the error
/// @throws io_error if no feature is of this type.
inline chosen_features features_of_type(const features& all, const std::string& type,
                                        const std::string& place) {
  chosen_features chosen;
  for (index gene = 0; gene < all.size(); ++gene) {
    const std::string& its = all.types[static_cast<std::size_t>(gene)];
    if (type.empty() || its == type) {
      chosen.kept.push_back(gene);
      continue;
    }
    const auto known = std::find_if(chosen.others.begin(), chosen.others.end(),
                                    [&](const left_out& other) { return other.type == its; });
    if (known != chosen.others.end())
      ++known->rows;
    else
      chosen.others.push_back({its, 1});
  }
  if (chosen.kept.empty() && !chosen.others.empty())
    throw io_error(place, 0,
                   "no feature is of type " + in_quotes(type) + "; the first is of type " +
                       in_quotes(chosen.others.front().type));
  return chosen;
}

/// Leaves out the features of other types and counts them in `other_features`.
/// @throws io_error as `features_of_type`.
inline dataset keep_feature_type(dataset all, const std::string& type, const std::string& place) {
  auto [kept, others] = features_of_type(all.genes, type, place);
  if (others.empty()) return all;
  dataset chosen = select_genes(all, kept);
  chosen.other_features = std::move(others);
  return chosen;
}

}  // namespace harmonium::inline v0_2::io

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

/// Leaves out the features of other types and counts them in `other_features`.
/// @param type  empty: all are kept
/// @param place file, or file and path inside it, for the text of the error
/// @throws io_error if no feature is of this type.
inline dataset keep_feature_type(dataset all, const std::string& type, const std::string& place) {
  std::vector<index> kept;
  std::vector<left_out> others;
  for (index gene = 0; gene < all.genes.size(); ++gene) {
    const std::string& its = all.genes.types[static_cast<std::size_t>(gene)];
    if (type.empty() || its == type) {
      kept.push_back(gene);
      continue;
    }
    const auto known = std::find_if(others.begin(), others.end(),
                                    [&](const left_out& other) { return other.type == its; });
    if (known != others.end())
      ++known->rows;
    else
      others.push_back({its, 1});
  }
  if (others.empty()) return all;
  if (kept.empty())
    throw io_error(place, 0,
                   "no feature is of type " + in_quotes(type) + "; the first is of type " +
                       in_quotes(others.front().type));
  dataset chosen = select_genes(all, kept);
  chosen.other_features = std::move(others);
  return chosen;
}

}  // namespace harmonium::inline v0_2::io

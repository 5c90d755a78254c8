// SPDX-License-Identifier: MIT
/// @file
/// Types of an atlas of which a pilot shows no cell, and whether that is chance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"
#include "harmonium/training/prior/prior_report.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `find_unseen_types`.
struct unseen_type_options {
  double most_cells = 1;       ///< a type with fewer cells in all, by responsibilities, is unseen
  double least_chance = 0.05;  ///< of a pilot without cells of the type, for it to be added
  /// Standard deviation between donors of a type's share, as a multiple of it: what eight donors of
  /// Kang et al. 2018 (Nat. Biotechnol. 36:89) have (`typical_share_deviation`).
  double share_deviation = 0.35;
};

/// a + b of the beta distribution that has this mean and this deviation, a multiple of the mean: so
/// many cells the belief in the share is worth. At most what leaves a = 1e-6.
/// @param share in (0, 1) @param deviation > 0
inline double cells_of_belief(double share, double deviation) noexcept {
  const double variance = deviation * deviation * share * share;
  return std::max(share * (1 - share) / variance - 1, 1e-6 / share);
}

/// The probability that none of `cells` is of a type whose share is beta distributed with mean
/// `share` in (0, 1) and a + b = `belief`: B(a, b + cells) / B(a, b).
inline double chance_of_no_cell(double share, double belief, index cells) noexcept {
  const double rest = belief * (1 - share), n = static_cast<double>(cells);
  return math::exp(math::log_gamma(rest + n) - math::log_gamma(rest) -
                   (math::log_gamma(belief + n) - math::log_gamma(belief)));
}

/// The types of the atlas that the pilot does not show, in the order of the atlas's components.
/// Where the absence is consistent with the atlas's share pi, `share` is the posterior mean given
/// none of n cells, pi K / (K + n), K being `cells_of_belief`. An atlas of one type has none.
/// @param placed the pilot in this atlas (`place_in_atlas`)
/// @throws std::invalid_argument if the atlas's components have no labels, for a pilot placed in
/// another atlas, or options out of range.
inline std::vector<unseen_type> find_unseen_types(const atlas_prior& prior,
                                                  const pilot_in_atlas& placed,
                                                  const unseen_type_options& options = {}) {
  require(!prior.labels.empty(), "find_unseen_types", "the components of the atlas have no labels");
  require(placed.responsibilities.cols() == prior.components(), "find_unseen_types",
          "the pilot was placed in another atlas");
  require(options.share_deviation > 0, "find_unseen_types", "share_deviation must be positive");
  const index cells = placed.responsibilities.rows();
  std::vector<unseen_type> types;
  for (index k = 0; k < prior.components(); ++k) {
    const std::string& label = prior.labels[static_cast<std::size_t>(k)];
    auto at = std::find_if(types.begin(), types.end(),
                           [&](const unseen_type& type) { return type.label == label; });
    if (at == types.end()) at = types.insert(types.end(), unseen_type{.label = label});
    at->share_in_atlas += prior.weights[k];
    for (index i = 0; i < cells; ++i) at->cells_seen += placed.responsibilities(i, k);
  }
  std::erase_if(types, [&](const unseen_type& type) {
    return !(type.cells_seen < options.most_cells) || !(type.share_in_atlas < 1);
  });
  for (unseen_type& type : types) {
    const double belief = cells_of_belief(type.share_in_atlas, options.share_deviation);
    type.chance_of_none = chance_of_no_cell(type.share_in_atlas, belief, cells);
    if (type.chance_of_none >= options.least_chance)
      type.share = type.share_in_atlas * belief / (belief + static_cast<double>(cells));
  }
  return types;
}

}  // namespace harmonium::inline v0_2

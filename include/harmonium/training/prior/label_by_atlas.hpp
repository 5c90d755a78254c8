// SPDX-License-Identifier: MIT
/// @file
/// Types of cells that nobody has labelled, by an atlas that knows types.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/prior/pilot_in_atlas.hpp"

namespace harmonium::inline v0_2 {

/// The type of every cell, and how sure that is.
struct labels_by_atlas {
  std::vector<std::string> names;  ///< types of the atlas, in the order of its components
  std::vector<index> codes;        ///< into `names`, of every cell
  vector<double> chance;           ///< posterior probability of that type, of every cell
};

/// The most probable type of each cell: components of the atlas that share a label are one type,
/// whose probability is the sum of theirs (`place_in_atlas`). Genes that the atlas lacks do not
/// count. The probability is that among the atlas's types, cells of a type that it does not have
/// are given the nearest of its own; and it takes genes for independent within a component, which
/// makes it too sure: of cells of donors that an atlas had not seen 89 to 94 % got their type where
/// the mean probability was 0.995 (docs/which-model.md).
///
///     const auto types = label_by_atlas(run, pilot.counts, prior_for(atlas, ids, symbols));
///
/// @param prior whose components have labels @throws std::invalid_argument if they have none, or
/// the prior is not one for the genes of the counts.
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts>
labels_by_atlas label_by_atlas(const Executor& run, const Counts& counts,
                               const atlas_prior& prior) {
  require(!prior.labels.empty(), "label_by_atlas", "the components of the atlas have no labels");
  labels_by_atlas found;
  std::vector<std::size_t> type_of_component;
  for (const auto& label : prior.labels) {
    const auto at = std::find(found.names.begin(), found.names.end(), label);
    type_of_component.push_back(static_cast<std::size_t>(at - found.names.begin()));
    if (at == found.names.end()) found.names.push_back(label);
  }
  const index cells = counts.cells();
  const auto placed = place_in_atlas<Sizes>(run, counts, vector<double>::Ones(cells), prior);
  found.codes.resize(static_cast<std::size_t>(cells));
  found.chance.resize(cells);
  std::vector<double> chance(found.names.size());
  for (index i = 0; i < cells; ++i) {
    std::fill(chance.begin(), chance.end(), 0.0);
    for (std::size_t k = 0; k < type_of_component.size(); ++k)
      chance[type_of_component[k]] += placed.responsibilities(i, static_cast<index>(k));
    const auto best = std::max_element(chance.begin(), chance.end());
    found.codes[static_cast<std::size_t>(i)] = best - chance.begin();
    found.chance[i] = std::min(*best, 1.0);
  }
  return found;
}

}  // namespace harmonium::inline v0_2

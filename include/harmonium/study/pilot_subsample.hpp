// SPDX-License-Identifier: MIT
/// @file
/// A pilot taken from a larger experiment.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"

namespace harmonium::inline v0_2 {

/// How the cells of a pilot are drawn.
enum class pilot_drawing {
  without_replacement,  ///< as cells of a tissue are sampled
  with_replacement      ///< as the published code of Treppner et al. 2021 does: cells come twice
};

/// Some cells of a reference, and the genes that have a count in them. Genes without one are no
/// business of a model.
struct pilot_subsample {
  std::vector<index> rows;   ///< of the reference, ascending
  std::vector<index> genes;  ///< of the reference, ascending
  count_matrix<> counts;     ///< rows x genes
  index all_genes = 0;       ///< that the reference has

  /// Cells over `genes`, put back among all genes.
  /// @throws std::invalid_argument if they have another number of genes.
  [[nodiscard]] count_matrix<> among_all_genes(const count_matrix<>& cells) const {
    require(cells.genes() == static_cast<index>(genes.size()), "pilot_subsample",
            "the cells have other genes than the pilot");
    count_matrix<> placed(all_genes);
    placed.reserve(cells.cells(), cells.nonzeros());
    for (index i = 0; i < cells.cells(); ++i) {
      const auto cell = cells.cell(i);
      for (std::size_t k = 0; k < cell.size(); ++k)
        placed.push_back(genes[static_cast<std::size_t>(cell.genes[k])], cell.values[k]);
      placed.finish_cell();
    }
    return placed;
  }
};

/// Draws `size` cells.
/// @param reference cells x genes, such as a `count_matrix<>`
/// @throws std::invalid_argument unless 1 <= size, and size <= cells without replacement;
///         std::domain_error if the drawn cells hold no count at all.
template <count_source Counts>
[[nodiscard]] pilot_subsample draw_pilot(const Counts& reference, index size, pilot_drawing how,
                                         random_engine& rng) {
  require(size >= 1 && (how == pilot_drawing::with_replacement || size <= reference.cells()),
          "draw_pilot",
          "a pilot must have between 1 and the reference's " + std::to_string(reference.cells()) +
              " cells, got " + std::to_string(size));
  pilot_subsample pilot;
  pilot.all_genes = reference.genes();
  if (how == pilot_drawing::without_replacement) {
    pilot.rows = draw::sample_without_replacement(reference.cells(), size, rng);
  } else {
    require(reference.cells() > 0, "draw_pilot", "the reference has no cells");
    for (index i = 0; i < size; ++i)
      pilot.rows.push_back(
          static_cast<index>(draw::below(static_cast<std::uint64_t>(reference.cells()), rng)));
    std::sort(pilot.rows.begin(), pilot.rows.end());
  }
  pilot.counts = select_cells(reference, std::span<const index>(pilot.rows));
  const auto means = gene_means(pilot.counts);
  for (index j = 0; j < means.size(); ++j)
    if (means[j] > 0) pilot.genes.push_back(j);
  if (pilot.genes.empty()) throw std::domain_error("draw_pilot: the drawn cells hold no counts");
  pilot.counts = select_genes(pilot.counts, std::span<const index>(pilot.genes));
  return pilot;
}

}  // namespace harmonium::inline v0_2

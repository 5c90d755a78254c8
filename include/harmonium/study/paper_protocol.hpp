// SPDX-License-Identifier: MIT
/// @file
/// The evaluation of the published notebook, for reproduction.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/label_transfer.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/analysis/umap.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/metrics/comparison.hpp"
#include "harmonium/metrics/concepts.hpp"
#include "harmonium/metrics/evaluate.hpp"
#include "harmonium/metrics/partition_agreement.hpp"

namespace harmonium::inline v0_2 {

/// Labels by the nearest original cell between two UMAPs that were fitted apart and have nothing to
/// do with each other, and the plain Rand index of original against transferred labels, cell by
/// cell though the cells are not paired: the figure that Treppner et al. 2021 call ARI. Goes with
/// `pilot_drawing::with_replacement`. The original's UMAP is made once. Refers to the reference.
class paper_protocol {
 public:
  /// @param rng moves on by one word
  template <executor Executor>
  paper_protocol(const Executor& run, const reference_cells& reference, umap_options<> layout,
                 random_engine& rng)
      : reference_(reference), layout_(std::move(layout)) {
    random_engine own(rng());
    umap map(run, reference.components().scores, layout_, own);
    map.run(run, silent{});
    positions_ = map.positions();
  }

  /// One label per synthetic cell. `rng` moves on by one word.
  template <count_source Counts>
  [[nodiscard]] std::vector<index> labels_of(const Counts& cells, random_engine& rng) const {
    random_engine own(rng());
    const auto values = log_normalise(cells, {.target_sum = reference_.common_library()});
    const auto components =
        pca(sparse_operator(values), {.components = reference_.components().scores.cols()});
    umap other(serial_executor{}, components.scores, layout_, own);
    other.run(serial_executor{}, silent{});
    return labels_of_nearest(serial_executor{}, positions_, reference_.labels(), other.positions());
  }

  /// The metric "paper_protocol" with the figure "rand" (0 to 1; chance is set by the sizes of the
  /// clusters, so is the ceiling: nothing pairs the cells). NaN where the sides have unequal
  /// numbers of cells.
  [[nodiscard]] scored_metric unpaired_rand(std::span<const index> transferred) const {
    scored_metric found{"paper_protocol", "0 to 1", "set by the sizes of the clusters",
                        "the chance level: cells are not paired", unknown_figures({"rand"})};
    if (transferred.size() == reference_.labels().size())
      found.figures[0].value = rand_index(reference_.labels(), transferred);
    return found;
  }

 private:
  const reference_cells& reference_;
  umap_options<> layout_;
  matrix<double> positions_;
};

}  // namespace harmonium::inline v0_2

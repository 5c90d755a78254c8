// SPDX-License-Identifier: MIT
/// @file
/// Labels for synthetic cells: those of the original cells they resemble most.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/nearest_labels.hpp"
#include "harmonium/analysis/normalise.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/analysis/umap.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Where original and synthetic cells are compared.
enum class transfer_space {
  pca,   ///< principal components of the original cells
  umap,  ///< the original cells' UMAP, into which the synthetic ones are transformed
  /// Two UMAPs, of original and of synthetic cells, each fitted on its own components, as in the
  /// published notebook of Treppner et al. 2021. Their coordinates have nothing to do with each
  /// other, so these labels are hardly better than chance: for reproduction only.
  paper_protocol
};

/// Settings of `transfer_labels`.
struct label_transfer_options {
  transfer_space space = transfer_space::pca;  ///< in which cells are near
  index components = 20;                       ///< principal components
  umap_options<> layout = {};                  ///< ignored with `pca`
};

/// Labels of the original cells nearest to each synthetic cell. All cells are log-normalised to the
/// median library of the original ones (to 1 where that is 0). `rng` moves on by one word; with
/// `pca` nothing is random.
/// @param labels one per original cell
/// @throws std::invalid_argument if labels and cells, or the genes of both sides, differ in number,
///         if there is no original cell, or for a UMAP fewer than two.
template <executor Executor, count_source Original, count_source Synthetic>
std::vector<index> transfer_labels(const Executor& run, const Original& original,
                                   std::span<const index> labels, const Synthetic& synthetic,
                                   const label_transfer_options& options, random_engine& rng) {
  require(std::cmp_equal(labels.size(), original.cells()), "transfer_labels",
          "one label per original cell expected");
  require(original.genes() == synthetic.genes(), "transfer_labels",
          "original and synthetic cells have different genes");
  random_engine own(rng());
  if (synthetic.cells() == 0) return {};
  const double median = median_library(original);
  const double library = median > 0 ? median : 1.0;
  const auto values = log_normalise(original, {.target_sum = library});
  const auto imitated = log_normalise(synthetic, {.target_sum = library});
  const auto components_of = [&](const count_matrix<double>& of) {
    return pca(sparse_operator(of), {.components = options.components});
  };
  const auto fitted = components_of(values);
  if (options.space == transfer_space::pca)
    return labels_of_nearest(run, fitted.scores, labels, project(imitated, fitted));

  umap map(run, fitted.scores, options.layout, own);
  map.run(run, silent{});
  if (options.space == transfer_space::umap)
    return labels_of_nearest(run, map.positions(), labels,
                             map.transform(run, project(imitated, fitted), own));

  umap other(run, components_of(imitated).scores, options.layout, own);
  other.run(run, silent{});
  return labels_of_nearest(run, map.positions(), labels, other.positions());
}

}  // namespace harmonium::inline v0_2

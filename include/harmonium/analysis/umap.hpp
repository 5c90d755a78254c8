// SPDX-License-Identifier: MIT
/// @file
/// UMAP: points of many dimensions laid out in two (or a few), near ones staying near.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "harmonium/analysis/neighbours.hpp"
#include "harmonium/analysis/umap/curve.hpp"
#include "harmonium/analysis/umap/forces.hpp"
#include "harmonium/analysis/umap/fuzzy_graph.hpp"
#include "harmonium/analysis/umap/layout.hpp"
#include "harmonium/analysis/umap/placement.hpp"
#include "harmonium/analysis/umap/start.hpp"
#include "harmonium/analysis/weighted_graph.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Where the points of a layout start.
enum class umap_start {
  spectral,  ///< eigenvectors of the graph's Laplacian
  pca        ///< first principal components of the points
};

/// Settings of `umap`.
template <neighbour_index Index = exact_neighbours>
struct umap_options {
  index neighbours = 30;      ///< of each point, itself included; more: coarser, fewer: finer
  double min_distance = 0.3;  ///< of points in the layout: how tightly they pack, 0 to `spread`
  double spread = 1;          ///< unit of length of the layout
  Index search = {distance::cosine};  ///< how neighbours are found, and the distance that is meant
  umap_start start = umap_start::spectral;  ///< of the layout
  index dimensions = 2;                     ///< of the layout
  index epochs = 0;                         ///< 0: 500 for up to 10000 points, 200 for more
  double learning_rate = 1;                 ///< step of the first epoch
  index negatives = 5;   ///< random points pushed away for each neighbour pulled near
  double repulsion = 1;  ///< weight of pushing; more: looser
};

/// UMAP of a set of points, step by step; a value. Made, it is at its start; `run` or repeated
/// `step` lay it out; `transform` puts new points among the old ones at any time.
///
///     hm::umap map(run, points, {.min_distance = 0.1}, rng);
///     map.run(run, hm::silent{});
///     const auto others = map.transform(run, more_points, rng);
///
/// Deterministic, the same for every executor. Where there are fewer points than `neighbours`, all
/// others are neighbours; points that coincide are told apart by a little noise.
/// Cost: the search, and O(points * neighbours * negatives) an epoch.
/// Source: McInnes, Healy & Melville (2018), "UMAP: Uniform Manifold Approximation and Projection
/// for Dimension Reduction", arXiv:1802.03426.
template <neighbour_index Index = exact_neighbours>
class umap {
 public:
  /// Finds neighbours, builds the graph and makes the start.
  /// @param points points x dimensions, finite; needed during the call only
  /// @throws std::invalid_argument if there are fewer than 2 points or an option is out of range;
  ///         std::domain_error if a coordinate is not finite.
  template <executor Executor>
  umap(const Executor& run, matrix_view<double> points, const umap_options<Index>& options,
       random_engine& rng)
      : options_(checked(points, options)),
        prepared_(options_.search.build(points)),
        forces_(fit_umap_curve(options_.min_distance, options_.spread), options_.repulsion),
        graph_(fuzzy_graph(run, nearest_others(run, prepared_, points, options_.neighbours - 1))),
        layout_(graph_, start(points, rng), forces_,
                {options_.epochs, options_.learning_rate, options_.negatives}, rng) {}

  /// One epoch; nothing once finished.
  template <executor Executor>
  void step(const Executor& run) {
    layout_.step(run);
  }

  /// Goes on to the last epoch. False if the observer stopped it before.
  template <executor Executor, observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    while (!layout_.finished()) {
      layout_.step(run);
      if (watch(progress{"umap", layout_.epoch(), options_.epochs, {}}) == flow::stop) break;
    }
    return layout_.finished();
  }

  [[nodiscard]] bool finished() const noexcept { return layout_.finished(); }
  [[nodiscard]] index epoch() const noexcept { return layout_.epoch(); }  ///< epochs done
  /// Points x dimensions.
  [[nodiscard]] const matrix<double>& positions() const noexcept { return layout_.positions(); }
  [[nodiscard]] const weighted_graph& graph() const noexcept { return graph_; }

  /// Where new points lie in the layout, which stays as it is: queries x dimensions. Point i draws
  /// from stream i; `rng` moves on by one word.
  /// @param queries queries x dimensions of the points, finite
  /// @throws std::invalid_argument for another dimension; std::domain_error if not finite.
  template <executor Executor>
  [[nodiscard]] matrix<double> transform(const Executor& run, matrix_view<double> queries,
                                         random_engine& rng) const {
    // From a good start points need fewer epochs at a lower rate; and with more than one push a
    // pull they are driven out of their groups, whose own points lie still.
    const umap_layout_options placing{3 * options_.epochs / 5, options_.learning_rate / 4,
                                      std::min<index>(options_.negatives, 1)};
    return place_points(run, nearest(run, prepared_, queries, options_.neighbours),
                        layout_.positions(), forces_, placing, rng);
  }

 private:
  static umap_options<Index> checked(matrix_view<double> points, umap_options<Index> options) {
    require(points.rows() >= 2, "umap",
            "at least 2 points expected, got " + std::to_string(points.rows()));
    require(points.cols() >= 1, "umap", "the points have no dimension");
    require(options.neighbours >= 2, "umap",
            "neighbours must be at least 2, got " + std::to_string(options.neighbours));
    require(options.dimensions >= 1, "umap", "dimensions must be at least 1");
    require(options.epochs >= 0, "umap", "epochs must not be negative");
    require(options.repulsion >= 0, "umap", "repulsion must not be negative");
    if (options.epochs == 0) options.epochs = points.rows() <= 10000 ? 500 : 200;
    return options;
  }

  /// Scaled to coordinates of at most 10, with noise that tells equal points apart.
  matrix<double> start(matrix_view<double> points, random_engine& rng) const {
    matrix<double> positions = pca_start(points, options_.dimensions);
    if (options_.start == umap_start::spectral) positions = spectral_start(graph_, positions);
    double extent = 0;
    for (index i = 0; i < positions.size(); ++i)
      extent = std::max(extent, std::abs(positions.data()[i]));
    const double scale = extent > 0 ? 10 / extent : 0.0;
    random_engine noise(rng());
    for (index i = 0; i < positions.size(); ++i)
      positions.data()[i] = scale * positions.data()[i] + draw::normal(0, 1e-4, noise);
    return positions;
  }

  using prepared =
      decltype(std::declval<const Index&>().build(std::declval<matrix_view<double>>()));

  umap_options<Index> options_;
  prepared prepared_;
  umap_forces forces_;
  weighted_graph graph_;
  umap_layout layout_;
};

}  // namespace harmonium::inline v0_2

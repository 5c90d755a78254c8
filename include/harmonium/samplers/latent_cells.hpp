// SPDX-License-Identifier: MIT
/// @file
/// Cells from latent points: decoded in blocks, counted one by one, each from a random stream of
/// its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/binomial.hpp"
#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/variational_autoencoder.hpp"

namespace harmonium::inline v0_2 {

/// How deep cells are sequenced.
struct depth_options {
  /// Mean counts per cell that are wanted; 0: as many as the model has learned. Fewer are reached
  /// by binomial thinning of the counts, more by larger means.
  double mean_library = 0;
};

/// `depth_options` against what the model would give.
struct depth_change {
  double log_scale = 0;  ///< added to every log-library
  double kept = 1;       ///< share of the counts that thinning keeps

  /// @param learned mean counts per cell without a change
  /// @throws std::invalid_argument for negative depths.
  static depth_change of(const depth_options& options, double learned) {
    require(options.mean_library >= 0 && std::isfinite(options.mean_library), "depth_options",
            "mean_library must be finite and not negative, got " +
                std::to_string(options.mean_library));
    if (options.mean_library == 0) return {};
    const double factor = options.mean_library / learned;
    return factor < 1 ? depth_change{0, factor} : depth_change{math::log(factor), 1};
  }
};

/// A latent point of one cell.
struct latent_point {
  std::span<double> z;     ///< length latent, to be written
  double log_library = 0;  ///< natural logarithm of the cell's expected counts
};

/// `cells` cells. `make_worker()` gives a callable `place(cell, engine, latent_point&)` with what
/// scratch it needs, used by one thread at a time, that draws the point of cell number `cell`.
/// @param rng moves on by one word
/// @return the cells; the first few of them if `watch` said stop.
/// @throws std::overflow_error for means so large that no count can be drawn.
template <executor Executor, encoder_decoder Model, class MakeWorker, observer Observer>
count_matrix<> cells_from_latent(const Executor& run, const Model& model, index cells,
                                 const depth_change& depth, const MakeWorker& make_worker,
                                 Observer&& watch, random_engine& rng) {
  using Scalar = typename Model::scalar;
  using Likelihood = typename Model::likelihood;
  require(cells >= 0, "generate",
          "the number of cells must not be negative, got " + std::to_string(cells));
  const random_streams streams(rng);
  const vector<double> theta = model.theta();
  constexpr index block_size = 32;          // cells decoded at a time
  constexpr index round = 16 * block_size;  // cells between two looks of the observer
  count_matrix<> all(model.genes());
  for (index first = 0; first < cells; first += round) {
    const index last = std::min(cells, first + round);
    std::vector<count_matrix<>> blocks(round / block_size, count_matrix<>(model.genes()));
    for_each_range(run, last - first, block_size, [&](index begin, index end) {
      auto place = make_worker();
      std::vector<random_engine> engines;
      std::vector<double> z(static_cast<std::size_t>(model.latent()));
      std::vector<double> log_library;
      matrix<Scalar> points(end - begin, model.latent());
      for (index i = begin; i < end; ++i) {
        engines.push_back(streams[static_cast<std::uint64_t>(first + i)]);
        latent_point point{z};
        place(first + i, engines.back(), point);
        for (index k = 0; k < model.latent(); ++k)
          points(i - begin, k) = static_cast<Scalar>(z[static_cast<std::size_t>(k)]);
        log_library.push_back(point.log_library + depth.log_scale);
      }
      const auto decoded = model.decode(serial_executor{}, points, log_library);
      count_matrix<>& block = blocks[static_cast<std::size_t>(begin / block_size)];
      for (index i = begin; i < end; ++i) {
        random_engine& own = engines[static_cast<std::size_t>(i - begin)];
        for (index m = 0; m < model.genes(); ++m) {
          const auto mean = static_cast<double>(decoded.mean(i - begin, m));
          double head = 0;
          if constexpr (Likelihood::has_head)
            head = static_cast<double>(decoded.head(i - begin, m));
          std::int64_t count = Likelihood::draw(mean, head, theta[m], own);
          if (depth.kept < 1) count = draw::binomial(count, depth.kept, own);
          block.push_back(m, count);
        }
        block.finish_cell();
      }
    });
    for (const auto& block : blocks) all.append(block);
    if (watch(progress{"generating cells", last, cells, {}}) == flow::stop) break;
  }
  return all;
}

/// `cells` picks among `candidates`, each equally often (give or take one), in random order.
/// @throws std::invalid_argument if there are none to pick from.
inline std::vector<index> spread_over(std::span<const index> candidates, index cells,
                                      random_engine& rng) {
  require(!candidates.empty() || cells == 0, "spread_over", "there are no cells to pick from");
  std::vector<index> picks;
  if (cells == 0) return picks;
  const std::vector<double> weights(candidates.size(), 1.0);
  const auto copies = draw::systematic(std::span<const double>(weights), cells, rng);
  for (std::size_t k = 0; k < copies.size(); ++k)
    picks.insert(picks.end(), static_cast<std::size_t>(copies[k]), candidates[k]);
  draw::shuffle(std::span<index>(picks), rng);
  return picks;
}

}  // namespace harmonium::inline v0_2

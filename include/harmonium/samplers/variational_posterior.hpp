// SPDX-License-Identifier: MIT
/// @file
/// Cells from the posterior of a variational autoencoder: pilot cells are encoded, and new ones
/// drawn from where they lie.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/latent_cells.hpp"

namespace harmonium::inline v0_2 {

/// Cells, and the pilot cell that each was drawn around.
struct cells_with_sources {
  count_matrix<> cells;       ///< cells x genes
  std::vector<index> source;  ///< of every cell: row of the pilot
};

/// Generator: z ~ q(z | x), l ~ q(l | x) of a pilot cell x, decoded, counts drawn. Every pilot cell
/// serves equally often, give or take one. Shares the fitted model with others.
///
/// A log-library beyond that of twice the deepest pilot cell counts as that: the encoder, which is
/// not bounded, may say anything of a cell unlike those it was trained on.
template <encoder_decoder Model = variational_autoencoder<>>
class variational_posterior {
 public:
  using scalar = typename Model::scalar;

  /// @param pilot the cells to encode: those the model was trained on, or others
  /// @throws std::invalid_argument for no model, no cells or other genes.
  template <executor Executor, count_source Counts>
  variational_posterior(const Executor& run, std::shared_ptr<const Model> model,
                        const Counts& pilot, const depth_options& depth = {})
      : model_(std::move(model)) {
    require(model_ != nullptr, "variational_posterior", "there is no model");
    require(pilot.cells() > 0, "variational_posterior", "the pilot has no cells");
    const count_rows<scalar> rows(run, pilot);
    encoded_ = model_->encode(run, rows);
    largest_ = rows.log_library().maxCoeff() + math::log(2.0);
    double learned = 0;
    for (index i = 0; i < encoded_.cells(); ++i)
      learned += math::exp(
          std::min(largest_, static_cast<double>(encoded_.log_library_mean[i]) +
                                 0.5 * static_cast<double>(encoded_.log_library_variance[i])));
    depth_ = depth_change::of(depth, learned / static_cast<double>(encoded_.cells()));
    number_cells();
  }
  /// From the parts of another.
  /// @param largest `largest_log_library()`
  /// @throws std::invalid_argument for no model, no cells or parts that do not fit together.
  variational_posterior(std::shared_ptr<const Model> model, encoded_cells<scalar> encoded,
                        double largest, const depth_change& depth)
      : model_(std::move(model)), encoded_(std::move(encoded)), largest_(largest), depth_(depth) {
    require(model_ != nullptr, "variational_posterior", "there is no model");
    const index cells = encoded_.cells();
    require(cells > 0, "variational_posterior", "the pilot has no cells");
    require(encoded_.mean.cols() == model_->latent() && encoded_.variance.rows() == cells &&
                encoded_.variance.cols() == model_->latent() &&
                encoded_.log_library_mean.size() == cells &&
                encoded_.log_library_variance.size() == cells,
            "variational_posterior", "the encoded cells do not fit the model");
    number_cells();
  }

  [[nodiscard]] index genes() const noexcept { return model_->genes(); }
  [[nodiscard]] const Model& model() const noexcept { return *model_; }
  [[nodiscard]] const encoded_cells<scalar>& encoded() const noexcept { return encoded_; }
  [[nodiscard]] const depth_change& depth() const noexcept { return depth_; }
  /// What no log-library that is drawn exceeds.
  [[nodiscard]] double largest_log_library() const noexcept { return largest_; }

  template <executor Executor, observer Observer>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells, Observer&& watch,
                                        random_engine& rng) const {
    return generate_with_sources(run, cells, watch, rng).cells;
  }
  template <executor Executor>
  [[nodiscard]] count_matrix<> generate(const Executor& run, index cells,
                                        random_engine& rng) const {
    return generate(run, cells, silent{}, rng);
  }
  [[nodiscard]] count_matrix<> generate(index cells, random_engine& rng) const {
    return generate(serial_executor{}, cells, silent{}, rng);
  }

  /// The same with the pilot cell of each.
  template <executor Executor, observer Observer>
  [[nodiscard]] cells_with_sources generate_with_sources(const Executor& run, index cells,
                                                         Observer&& watch,
                                                         random_engine& rng) const {
    require(cells >= 0, "generate",
            "the number of cells must not be negative, got " + std::to_string(cells));
    random_engine order(rng(), 0);
    auto sources = spread_over(all_, cells, order);
    return make(run, std::move(sources), watch, order);
  }

  /// `counts[c]` cells around pilot cells of cluster c.
  /// @param labels >= 0, one per pilot cell
  /// @throws std::invalid_argument if a cluster that is asked for has no pilot cell.
  template <executor Executor, observer Observer>
  [[nodiscard]] cells_with_sources generate_clusters(const Executor& run,
                                                     std::span<const index> labels,
                                                     std::span<const index> counts,
                                                     Observer&& watch, random_engine& rng) const {
    require(labels.size() == all_.size(), "generate", "one label per pilot cell is needed");
    random_engine order(rng(), 0);
    std::vector<index> sources;
    for (std::size_t c = 0; c < counts.size(); ++c) {
      require(counts[c] >= 0, "generate", "numbers of cells must not be negative");
      std::vector<index> members;
      for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i] == static_cast<index>(c)) members.push_back(static_cast<index>(i));
      require(counts[c] == 0 || !members.empty(), "generate",
              "no pilot cell is of cluster " + std::to_string(c));
      const auto picks = spread_over(members, counts[c], order);
      sources.insert(sources.end(), picks.begin(), picks.end());
    }
    draw::shuffle(std::span<index>(sources), order);
    return make(run, std::move(sources), watch, order);
  }

  /// Draws z and l around pilot cell `source`.
  void place(index source, random_engine& rng, latent_point& point) const {
    for (std::size_t k = 0; k < point.z.size(); ++k) {
      const auto at = static_cast<index>(k);
      point.z[k] =
          static_cast<double>(encoded_.mean(source, at)) +
          std::sqrt(static_cast<double>(encoded_.variance(source, at))) * draw::normal(rng);
    }
    const double drawn =
        static_cast<double>(encoded_.log_library_mean[source]) +
        std::sqrt(static_cast<double>(encoded_.log_library_variance[source])) * draw::normal(rng);
    point.log_library = std::min(drawn, largest_);
  }

 private:
  void number_cells() {
    all_.resize(static_cast<std::size_t>(encoded_.cells()));
    std::iota(all_.begin(), all_.end(), index{0});
  }

  template <executor Executor, observer Observer>
  cells_with_sources make(const Executor& run, std::vector<index> sources, Observer&& watch,
                          random_engine& order) const {
    random_engine root(order(), 0);
    cells_with_sources result;
    const auto worker = [&] {
      return [&](index cell, random_engine& own, latent_point& point) {
        place(sources[static_cast<std::size_t>(cell)], own, point);
      };
    };
    result.cells = cells_from_latent(run, *model_, static_cast<index>(sources.size()), depth_,
                                     worker, watch, root);
    sources.resize(static_cast<std::size_t>(result.cells.cells()));
    result.source = std::move(sources);
    return result;
  }

  std::shared_ptr<const Model> model_;
  encoded_cells<scalar> encoded_;
  double largest_ = 0;  ///< log-library
  depth_change depth_;
  std::vector<index> all_;
};

static_assert(generator<variational_posterior<>>);

}  // namespace harmonium::inline v0_2

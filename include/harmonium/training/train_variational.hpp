// SPDX-License-Identifier: MIT
/// @file
/// Training a variational autoencoder: Adam on the evidence lower bound, with scVI's settings.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/variational/evidence_bound.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/training/adam.hpp"

namespace harmonium::inline v0_2 {

/// Settings of a run. The defaults are scVI's.
struct variational_options {
  variational_shape shape = {};
  double dropout =
      0.1;  ///< share of the encoders' hidden units dropped per cell and step, in [0, 1)
  index epochs = 400;
  index batch = 128;  ///< cells per step; a last batch of fewer than 3 cells is skipped
  adam_options adam = {};
  double warm_up = 400;              ///< epochs until the KL of z counts in full; 0: from the start
  double train_share = 0.7;          ///< of the cells, drawn at random, unless `held_out` is given
  std::vector<index> held_out = {};  ///< these cells do not train
  index monitor_every = 0;           ///< epochs between looks at the held-out cells; 0: none
  index monitor_draws = 5;           ///< of z and l per held-out cell and look
  /// Early stopping: ends when the held-out bound did not rise for so many looks, and takes the
  /// model of the best one. 0: never. Needs `monitor_every`.
  index patience = 0;
};

/// scVI's defaults: 128 hidden units, z of 10, one layer, 400 epochs.
[[nodiscard]] inline variational_options scvi_default() {
  return {};
}

/// The settings of the paper's notebooks: 64 hidden units, z of 14, two layers, batches of 36.
[[nodiscard]] inline variational_options paper_notebook() {
  variational_options options;
  options.shape.encoder = {64, 64};
  options.shape.decoder = {64, 64};
  options.shape.latent = 14;
  options.epochs = 200;
  options.batch = 36;
  options.adam.rate = 0.01;
  options.warm_up = 75;
  return options;
}

/// One line of the training log.
struct variational_record {
  index epoch;              ///< from 1
  double weight;            ///< of the KL of z in this epoch
  evidence_bound training;  ///< of one draw per training cell, in training
  std::optional<evidence_bound> held_out;
};

/// Training, one epoch per `step`. A value: a copy goes on independently and bit for bit like the
/// original.
template <class Model = variational_autoencoder<>>
class variational_trainer {
 public:
  using scalar = typename Model::scalar;
  static constexpr index least_batch = 3;  ///< cells whose moments say something

  /// @param counts whole numbers >= 0 (see `validate`); copied
  /// @throws std::invalid_argument for options out of range or fewer than 3 training cells.
  template <count_source Counts>
  variational_trainer(const Counts& counts, variational_options options, random_engine& rng)
      : options_(check(std::move(options))),
        root_(rng()),
        split_(split(counts, options_, root_)),
        training_(select_cells(counts, std::span<const index>(split_.training))),
        held_out_(select_cells(counts, std::span<const index>(split_.held_out))),
        model_(untrained(counts, options_.shape, root_)),
        adam_(model_.parameters().size(), options_.adam) {
    require(training_.cells() >= least_batch, "train_variational",
            "batch normalisation needs at least 3 training cells, got " +
                std::to_string(training_.cells()));
    require(options_.patience == 0 || (options_.monitor_every > 0 && held_out_.cells() > 0),
            "train_variational", "early stopping needs monitor_every and held-out cells");
    double total = 0;
    for (index i = 0; i < training_.cells(); ++i)
      for (const scalar x : training_.counts(i).values) total += static_cast<double>(x);
    require(total > 0, "train_variational", "the training cells hold no counts at all");
    const auto& library = training_.log_library();
    model_.set_library(
        library_distribution::of({library.data(), static_cast<std::size_t>(library.size())}));
    order_.resize(split_.training.size());
    std::iota(order_.begin(), order_.end(), index{0});
  }

  [[nodiscard]] bool done() const noexcept { return epoch_ >= options_.epochs || stopped_early_; }
  [[nodiscard]] index epoch() const noexcept { return epoch_; }

  /// One epoch. @return the line it adds to the log.
  /// @throws std::domain_error if numbers are no longer finite: the learning rate is too large.
  template <executor Executor>
  const variational_record& step(const Executor& run) {
    require(!done(), "variational_trainer::step", "training is finished");
    const double weight =
        options_.warm_up > 0 ? std::min(1.0, static_cast<double>(epoch_) / options_.warm_up) : 1.0;
    random_engine own(root_, static_cast<std::uint64_t>(epoch_) + first_epoch_stream);
    draw::shuffle(std::span<index>(order_), own);
    const random_streams noise(own);
    evidence_bound sum;
    index seen = 0;
    const auto cells = static_cast<index>(order_.size());
    for (index first = 0; first < cells; first += options_.batch) {
      const index size = std::min(options_.batch, cells - first);
      if (size < least_batch) break;
      const auto rows = std::span<const index>(order_).subspan(static_cast<std::size_t>(first),
                                                               static_cast<std::size_t>(size));
      const evidence_bound batch = gradient_of_.evaluate(
          run, model_, training_, rows, options_.dropout, weight, noise, gradient_);
      if (!std::isfinite(batch.value())) diverged();
      gradient_of_.update_statistics(model_);
      adam_.step(run, gradient_, model_.parameters());
      const auto n = static_cast<double>(size);
      sum.reconstruction += n * batch.reconstruction;
      sum.latent_divergence += n * batch.latent_divergence;
      sum.log_library_divergence += n * batch.log_library_divergence;
      seen += size;
    }
    if (!model_.parameters().allFinite() || !model_.statistics().allFinite()) diverged();
    ++epoch_;
    const auto n = static_cast<double>(seen);
    log_.push_back(
        {epoch_,
         weight,
         {sum.reconstruction / n, sum.latent_divergence / n, sum.log_library_divergence / n},
         {}});
    monitor(run);
    return log_.back();
  }

  /// Runs to the end, or until the observer says stop. @return whether training is finished.
  template <executor Executor, observer Observer>
  bool run(const Executor& executor, Observer&& watch) {
    while (!done()) {
      const auto& line = step(executor);
      std::vector<named_value> figures{{"bound", line.training.value()}};
      if (line.held_out) figures.push_back({"held_out_bound", line.held_out->value()});
      const index total = done() ? epoch_ : options_.epochs;
      if (watch(progress{"variational training", epoch_, total, figures}) == flow::stop) break;
    }
    return done();
  }

  /// As trained so far; after early stopping the best one.
  [[nodiscard]] const Model& model() const noexcept { return best_ && done() ? *best_ : model_; }
  [[nodiscard]] const std::vector<variational_record>& log() const noexcept { return log_; }
  /// The cells that train, and those that do not, as rows of the counts.
  [[nodiscard]] const std::vector<index>& training_rows() const noexcept { return split_.training; }
  [[nodiscard]] const std::vector<index>& held_out_rows() const noexcept { return split_.held_out; }
  [[nodiscard]] const count_rows<scalar>& training_cells() const noexcept { return training_; }
  [[nodiscard]] const count_rows<scalar>& held_out_cells() const noexcept { return held_out_; }

 private:
  struct rows_of {
    std::vector<index> training, held_out;
  };
  // Streams of the root: the split, the start, the held-out cells' draws, then one per epoch.
  static constexpr std::uint64_t split_stream = 0, start_stream = 1, monitor_stream = 2,
                                 first_epoch_stream = 16;

  static variational_options check(variational_options options) {
    require(options.dropout >= 0 && options.dropout < 1, "train_variational",
            "dropout must be in [0, 1), got " + std::to_string(options.dropout));
    require(options.epochs >= 0, "train_variational", "epochs must not be negative");
    require(options.batch >= least_batch, "train_variational",
            "batches need at least 3 cells, got " + std::to_string(options.batch));
    require(options.warm_up >= 0, "train_variational", "warm_up must not be negative");
    require(options.train_share > 0 && options.train_share <= 1, "train_variational",
            "train_share must be in (0, 1], got " + std::to_string(options.train_share));
    require(options.monitor_every >= 0 && options.monitor_draws > 0 && options.patience >= 0,
            "train_variational", "monitor_every, monitor_draws and patience must not be negative");
    return options;
  }

  template <class Counts>
  static rows_of split(const Counts& counts, const variational_options& options,
                       std::uint64_t root) {
    const index cells = counts.cells();
    require(cells > 0, "train_variational", "the pilot has no cells");
    std::vector<bool> out(static_cast<std::size_t>(cells), false);
    if (options.held_out.empty()) {
      const auto kept =
          static_cast<index>(std::ceil(options.train_share * static_cast<double>(cells)));
      random_engine own(root, split_stream);
      for (const index i : draw::sample_without_replacement(cells, cells - kept, own))
        out[static_cast<std::size_t>(i)] = true;
    } else {
      for (const index i : options.held_out) {
        require(i >= 0 && i < cells, "train_variational", "held-out cell out of range");
        out[static_cast<std::size_t>(i)] = true;
      }
    }
    rows_of rows;
    for (index i = 0; i < cells; ++i)
      (out[static_cast<std::size_t>(i)] ? rows.held_out : rows.training).push_back(i);
    return rows;
  }

  template <class Counts>
  static Model untrained(const Counts& counts, const variational_shape& shape, std::uint64_t root) {
    random_engine own(root, start_stream);
    return Model(counts.genes(), shape, own);
  }

  [[noreturn]] void diverged() const {
    throw std::domain_error("train_variational: training diverged in epoch " +
                            std::to_string(epoch_ + 1) + " with learning rate " +
                            std::to_string(options_.adam.rate) + ": try a smaller one");
  }

  template <executor Executor>
  void monitor(const Executor& run) {
    if (options_.monitor_every == 0 || epoch_ % options_.monitor_every != 0) return;
    if (held_out_.cells() == 0) return;
    random_engine own(root_, monitor_stream);  // the same draws at every look
    const auto bound = bound_of(run, model_, held_out_, options_.monitor_draws, own);
    log_.back().held_out = bound;
    if (options_.patience == 0) return;
    if (bound.value() > best_bound_) {
      best_bound_ = bound.value();
      best_ = model_;
      looks_without_gain_ = 0;
    } else if (++looks_without_gain_ >= options_.patience) {
      stopped_early_ = true;
    }
  }

  variational_options options_;
  std::uint64_t root_;
  rows_of split_;
  count_rows<scalar> training_, held_out_;
  Model model_;
  adam<scalar> adam_;
  batch_gradient<Model> gradient_of_;
  vector<scalar> gradient_;
  std::vector<index> order_;
  index epoch_ = 0;
  std::vector<variational_record> log_;
  std::optional<Model> best_;
  double best_bound_ = -std::numeric_limits<double>::infinity();
  index looks_without_gain_ = 0;
  bool stopped_early_ = false;
};

/// A trained model.
///
///     const auto model = train_variational(thread_executor(2), pilot.counts, scvi_default(), rng);
///
/// @tparam Model such as `variational_autoencoder<zero_inflated_counts>`
/// @throws std::invalid_argument for options out of range, std::domain_error where it diverges.
template <class Model = variational_autoencoder<>, executor Executor, count_source Counts>
Model train_variational(const Executor& run, const Counts& counts,
                        const variational_options& options, random_engine& rng) {
  variational_trainer<Model> trainer(counts, options, rng);
  trainer.run(run, silent{});
  return trainer.model();
}

}  // namespace harmonium::inline v0_2

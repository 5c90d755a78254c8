// SPDX-License-Identifier: MIT
/// @file
/// Training a variational autoencoder: Adam on the evidence lower bound.
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
#include <variant>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/models/variational/evidence_bound.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/training/adam.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/training/variational_options.hpp"

namespace harmonium::inline v0_2 {

/// Trainer, one epoch per `step`. The figures of its log, nats per cell: `bound`, in training, of
/// one draw per cell; its parts `reconstruction`, `latent_divergence` and `library_divergence`;
/// `weight`, of the KL of z in this epoch; and in epochs with a look `held_out_bound`.
template <encoder_decoder Model = variational_autoencoder<>>
class variational_trainer {
 public:
  using scalar = typename Model::scalar;
  static constexpr index least_batch = 3;  ///< cells whose moments say something

  /// @param counts whole numbers >= 0 (see `validate`); copied
  /// @throws std::invalid_argument for options out of range or fewer than 3 training cells.
  template <count_source Counts>
  variational_trainer(const Counts& counts, variational_options options, random_engine& rng)
      : options_(checked(std::move(options))),
        root_(rng()),
        split_(split(counts, options_.held_out, root_)),
        training_(select_cells(counts, std::span<const index>(split_.training))),
        held_out_(select_cells(counts, std::span<const index>(split_.held_out))),
        model_(untrained(counts, options_.shape, root_)),
        adam_(model_.parameters().size(), options_.adam) {
    require(training_.cells() >= least_batch, "variational_trainer",
            "batch normalisation needs at least 3 training cells, got " +
                std::to_string(training_.cells()));
    double total = 0;
    for (index i = 0; i < training_.cells(); ++i)
      for (const scalar x : training_.counts(i).values) total += static_cast<double>(x);
    require(total > 0, "variational_trainer", "the training cells hold no counts at all");
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
  const training_record& step(const Executor& run) {
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
    const double reconstruction = sum.reconstruction / n;
    const double divergence = sum.latent_divergence / n, library = sum.log_library_divergence / n;
    log_.push_back({"variational training",
                    epoch_,
                    {{"bound", reconstruction - (divergence + library)},
                     {"reconstruction", reconstruction},
                     {"latent_divergence", divergence},
                     {"library_divergence", library},
                     {"weight", weight}}});
    monitor(run);
    return log_.back();
  }

  /// Runs to the end, or until the observer says stop. @return whether training is finished.
  template <executor Executor, observer Observer>
  bool run(const Executor& executor, Observer&& watch) {
    return run_to_end(*this, executor, watch,
                      [](const auto& training) { return training.options_.epochs; });
  }

  /// As trained so far; after early stopping the best one.
  [[nodiscard]] const Model& model() const noexcept { return best_ && done() ? *best_ : model_; }
  [[nodiscard]] const training_log& log() const noexcept { return log_; }
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

  static variational_options checked(variational_options options) {
    validate(options);
    return options;
  }

  template <class Counts>
  static rows_of split(const Counts& counts,
                       const std::variant<double, std::vector<index>>& held_out,
                       std::uint64_t root) {
    const index cells = counts.cells();
    require(cells > 0, "variational_trainer", "the pilot has no cells");
    std::vector<bool> out(static_cast<std::size_t>(cells), false);
    if (const double* share = std::get_if<double>(&held_out)) {
      const auto kept = static_cast<index>(std::ceil((1 - *share) * static_cast<double>(cells)));
      random_engine own(root, split_stream);
      for (const index i : draw::sample_without_replacement(cells, cells - kept, own))
        out[static_cast<std::size_t>(i)] = true;
    } else {
      for (const index i : std::get<std::vector<index>>(held_out)) {
        require(i >= 0 && i < cells, "variational_trainer", "held-out cell out of range");
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
    throw std::domain_error("variational_trainer: training diverged in epoch " +
                            std::to_string(epoch_ + 1) + " with learning rate " +
                            std::to_string(options_.adam.rate) + ": try a smaller one");
  }

  template <executor Executor>
  void monitor(const Executor& run) {
    if (!options_.monitor || held_out_.cells() == 0) return;
    if (epoch_ % options_.monitor->every != 0) return;
    random_engine own(root_, monitor_stream);  // the same draws at every look
    const double bound = bound_of(run, model_, held_out_, options_.monitor->draws, own).value();
    log_.back().figures.push_back({"held_out_bound", bound});
    // Before the end of the warm-up another bound is trained: no model of that time is the best.
    if (!options_.monitor->patience || static_cast<double>(epoch_) < options_.warm_up) return;
    if (bound > best_bound_) {
      best_bound_ = bound;
      best_ = model_;
      looks_without_gain_ = 0;
    } else if (++looks_without_gain_ >= *options_.monitor->patience) {
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
  training_log log_;
  std::optional<Model> best_;
  double best_bound_ = -std::numeric_limits<double>::infinity();
  index looks_without_gain_ = 0;
  bool stopped_early_ = false;
};

static_assert(trainer<variational_trainer<>>);

/// A trained autoencoder:
///
///     auto model = train<variational_autoencoder<>>(thread_executor(2), counts, {}, rng);
///
/// @tparam Model such as `variational_autoencoder<zero_inflated_counts>`
/// @param options such as `pilot_default()`, which is the default, or `scvi_default()`
/// @throws std::invalid_argument for options out of range, std::domain_error where it diverges.
template <encoder_decoder Model, executor Executor, count_source Counts>
Model train(const Executor& run, const Counts& counts, const variational_options& options,
            random_engine& rng) {
  variational_trainer<Model> training(counts, options, rng);
  training.run(run, silent{});
  return training.model();
}

}  // namespace harmonium::inline v0_2

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
#include "harmonium/core/watched_executor.hpp"
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
  static constexpr const char* stage_name = "variational training";

  /// @param counts whole numbers >= 0 (see `validate`); copied
  /// @throws std::invalid_argument for options out of range or fewer than 3 training cells.
  template <count_source Counts>
  variational_trainer(const Counts& counts, variational_options options, random_engine& rng)
      : variational_trainer(serial_executor{}, counts, std::move(options), rng) {}
  /// The same, the cells copied in blocks.
  template <executor Executor, count_source Counts>
  variational_trainer(const Executor& run, const Counts& counts, variational_options options,
                      random_engine& rng)
      : options_(checked(std::move(options))),
        root_(rng()),
        split_(split(counts, options_.held_out, root_)),
        training_(executor_ref(run), cell_selection(counts, split_.training)),
        held_out_(executor_ref(run), cell_selection(counts, split_.held_out)),
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

  /// One epoch, or what is left of the one that `run` was stopped in. @return the line it adds to
  /// the log.
  /// @throws std::domain_error if numbers are no longer finite: the learning rate is too large.
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "variational_trainer::step", "training is finished");
    while (has_batches()) next_batch(executor_ref(run));
    return end_epoch(executor_ref(run));
  }

  /// Runs to the end, or until the observer says stop, which it may between batches and while the
  /// cells held out are looked at. @return whether training is finished.
  template <executor Executor, observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    while (!done()) {
      const watched_executor within(run, watch, progress{stage_name, epoch_, options_.epochs, {}});
      try {
        while (has_batches()) {
          look_up(within);
          next_batch(executor_ref(run));
        }
        const training_record& line = end_epoch(executor_ref(within));
        const index total = done() ? epoch_ : options_.epochs;
        if (watch(progress{stage_name, epoch_, total, line.figures}) == flow::stop) break;
      } catch (const stopped_by_observer&) {
        break;
      }
    }
    return done();
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

  /// Whether cells of this epoch still have to be seen; fewer than `least_batch` at the end are
  /// not.
  [[nodiscard]] bool has_batches() const noexcept {
    const auto left = static_cast<index>(order_.size()) - position_;
    return left >= least_batch || position_ == 0;
  }

  [[nodiscard]] double weight() const {
    return options_.warm_up > 0 ? std::min(1.0, static_cast<double>(epoch_) / options_.warm_up)
                                : 1.0;
  }

  /// One step of Adam on the next cells of this epoch.
  void next_batch(const executor_ref& run) {
    if (position_ == 0) {
      random_engine own(root_, static_cast<std::uint64_t>(epoch_) + first_epoch_stream);
      draw::shuffle(std::span<index>(order_), own);
      noise_.emplace(own);
      sum_ = {};
    }
    const index size = std::min(options_.batch, static_cast<index>(order_.size()) - position_);
    const auto rows = std::span<const index>(order_).subspan(static_cast<std::size_t>(position_),
                                                             static_cast<std::size_t>(size));
    const evidence_bound batch = gradient_of_.evaluate(
        run, model_, training_, rows, options_.dropout, weight(), *noise_, gradient_);
    if (!std::isfinite(batch.value())) diverged();
    gradient_of_.update_statistics(model_);
    adam_.step(run, gradient_, model_.parameters());
    const auto n = static_cast<double>(size);
    sum_.reconstruction += n * batch.reconstruction;
    sum_.latent_divergence += n * batch.latent_divergence;
    sum_.log_library_divergence += n * batch.log_library_divergence;
    position_ += size;
  }

  /// The line of an epoch whose batches are all seen. Where the executor throws nothing has
  /// changed.
  const training_record& end_epoch(const executor_ref& run) {
    if (!model_.parameters().allFinite() || !model_.statistics().allFinite()) diverged();
    const auto held_out = held_out_bound(run);
    const auto n = static_cast<double>(position_);
    const double reconstruction = sum_.reconstruction / n;
    const double divergence = sum_.latent_divergence / n, library = sum_.log_library_divergence / n;
    log_.push_back({stage_name,
                    epoch_ + 1,
                    {{"bound", reconstruction - (divergence + library)},
                     {"reconstruction", reconstruction},
                     {"latent_divergence", divergence},
                     {"library_divergence", library},
                     {"weight", weight()}}});
    ++epoch_;
    position_ = 0;
    if (held_out) keep_if_best(*held_out);
    return log_.back();
  }

  [[noreturn]] void diverged() const {
    throw std::domain_error("variational_trainer: training diverged in epoch " +
                            std::to_string(epoch_ + 1) + " with learning rate " +
                            std::to_string(options_.adam.rate) + ": try a smaller one");
  }

  /// Of the epoch that ends, where it has a look.
  [[nodiscard]] std::optional<double> held_out_bound(const executor_ref& run) const {
    if (!options_.monitor || held_out_.cells() == 0) return std::nullopt;
    if ((epoch_ + 1) % options_.monitor->every != 0) return std::nullopt;
    random_engine own(root_, monitor_stream);  // the same draws at every look
    return bound_of(run, model_, held_out_, options_.monitor->draws, own).value();
  }

  void keep_if_best(double bound) {
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
  index position_ = 0;                   // cells of this epoch seen
  std::optional<random_streams> noise_;  // of this epoch, one stream per cell
  evidence_bound sum_;                   // over the cells seen
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
  variational_trainer<Model> training(run, counts, options, rng);
  training.run(run, silent{});
  return training.model();
}

}  // namespace harmonium::inline v0_2

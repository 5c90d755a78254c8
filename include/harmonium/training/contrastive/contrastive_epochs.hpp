// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Epochs of stochastic training of one machine: mini-batches, a positive and a negative phase.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/likelihood/mean_field.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/training/constraints.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/negative_phase.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/steps/step_concept.hpp"

namespace harmonium::inline v0_2 {

/// The state of the stochastic training of one machine, a value that refers to nothing; the machine
/// itself is with the caller.
template <class Model, negative_phase_for<Model> Negative, step_for<Model> Step,
          constraint_for<Model> Constraint>
class contrastive_epochs {
 public:
  using scalar = typename Model::scalar;

  /// @throws std::invalid_argument if `batch_size` is less than 1, or what the negative phase
  /// throws
  contrastive_epochs(const Model& model, const Negative& negative, Step step, Constraint constraint,
                     index batch_size, mean_field_options mean_field, const epoch_streams& streams)
      : step_(std::move(step)),
        constraint_(std::move(constraint)),
        batch_size_(batch_size),
        mean_field_(mean_field),
        order_streams_(streams.order),
        negative_(negative.begin(model, streams.particles)) {
    require(batch_size >= 1, "train", "batch_size must be at least 1");
    factors_doubled_ = negative.doubles_inputs(model);
  }

  /// One pass over the rows in a fresh random order.
  template <executor Executor, row_source Data>
  void epoch(const Executor& run, Model& model, const Data& data, double rate) {
    std::vector<index> order(static_cast<std::size_t>(row_count(data)));
    std::iota(order.begin(), order.end(), index{0});
    random_engine shuffler = order_streams_[static_cast<std::uint64_t>(epoch_)];
    draw::shuffle(std::span<index>(order), shuffler);
    unconverged_ = 0;
    const auto most = static_cast<std::size_t>(batch_size_);
    for (std::size_t begin = 0; begin < order.size(); begin += most) {
      batch_.evaluate(
          run, model, data,
          std::span<const index>(order).subspan(begin, std::min(most, order.size() - begin)),
          mean_field_, factors_);
      unconverged_ += batch_.unconverged();
      step(run, model, rate);
    }
    ++epoch_;
  }

  /// Calls `change(model)`, as for a refit of the visible units, and lets the negative phase follow
  /// it, which may cut the change short.
  template <executor Executor, class Change>
  void change(const Executor& run, Model& model, const Change& change) {
    if constexpr (follows) {
      const Model before = model;
      change(model);
      negative_.follow(run, before, model, effort_of_a_change);
    } else {
      change(model);
    }
  }

  [[nodiscard]] index epochs_done() const noexcept { return epoch_; }
  /// Rows of the last epoch whose mean field stopped at its cap before it converged.
  [[nodiscard]] index unconverged() const noexcept { return unconverged_; }
  [[nodiscard]] const input_factors<Model>& factors() const noexcept { return factors_; }
  [[nodiscard]] input_factors<Model>& factors() noexcept { return factors_; }
  /// Whether greedy pretraining should double inputs.
  [[nodiscard]] bool doubles_inputs() const noexcept { return factors_doubled_; }
  [[nodiscard]] const Constraint& constraint() const noexcept { return constraint_; }
  [[nodiscard]] const mean_field_options& mean_field() const noexcept { return mean_field_; }

 private:
  using negative_state = decltype(std::declval<const Negative&>().begin(
      std::declval<const Model&>(), std::declval<const random_streams&>()));
  static constexpr bool follows = negative_state::follows;
  static constexpr index effort_of_a_change = 10;

  template <executor Executor>
  void step(const Executor& run, Model& model, double rate) {
    negative_.write_statistics(run, model, factors_, batch_, own_);
    const step_statistics<scalar> statistics{batch_.statistics(), own_,
                                             negative_.hidden_covariance()};
    if constexpr (follows) {
      const Model before = model;
      move(run, model, statistics, rate);
      negative_.follow(run, before, model, 1);
    } else {
      move(run, model, statistics, rate);
    }
  }
  template <executor Executor>
  void move(const Executor& run, Model& model, const step_statistics<scalar>& statistics,
            double rate) {
    step_.update(run, model, statistics, rate);
    keep_parts(model);
    constraint_.apply(run, model);
  }

  Step step_;
  Constraint constraint_;
  index batch_size_;
  mean_field_options mean_field_;
  random_streams order_streams_;
  negative_state negative_;
  input_factors<Model> factors_;
  bool factors_doubled_ = false;
  index epoch_ = 0;
  index unconverged_ = 0;
  positive_phase<Model> batch_;
  vector<scalar> own_;  ///< the model's statistics
};

}  // namespace harmonium::inline v0_2

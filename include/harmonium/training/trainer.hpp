// SPDX-License-Identifier: MIT
/// @file
/// Training of layered models by a recipe of stages.
#pragma once

#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/training/run_state.hpp"
#include "harmonium/training/settings.hpp"
#include "harmonium/training/stage_concept.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// A training run, one epoch or iteration per `step`; meets `trainer`. Borrows the data, which must
/// outlive it.
/// @tparam Data   counts, or `dense_rows`
/// @tparam Recipe one stage, or several put together (recipe.hpp)
template <layered_model Model, row_source Data, training_stage<Model, Data> Recipe>
class recipe_trainer {
 public:
  /// @param rng moves on by one word
  /// @throws std::invalid_argument for empty data or settings out of range; std::domain_error
  ///         naming row, column and value for data that the visible units do not support
  recipe_trainer(const Data& data, const training_settings<Model>& settings, const Recipe& recipe,
                 random_engine& rng)
      : at_(begin_run(data, settings, rng)), progress_(recipe.begin(at_)) {}
  /// Counts are borrowed: a temporary would be gone when training begins.
  recipe_trainer(const Data&&, const training_settings<Model>&, const Recipe&,
                 random_engine&) requires count_source<Data>
  = delete;

  [[nodiscard]] bool done() const { return progress_.done(); }

  /// One epoch or iteration. Where the executor throws (`watched_executor`) nothing has changed.
  /// @return the line it adds to the log
  /// @throws std::invalid_argument if training is finished
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "recipe_trainer::step", "training is finished");
    if constexpr (requires { requires Executor::may_stop; }) {
      auto at = at_;
      auto going = progress_;
      log_.push_back(going.epoch(executor_ref(run), at));
      at_ = std::move(at);
      progress_ = std::move(going);
    } else {
      log_.push_back(progress_.epoch(executor_ref(run), at_));
    }
    return log_.back();
  }

  /// Steps to the end, or until the observer says stop, which it may between the blocks of a step.
  /// @return whether training is finished
  template <executor Executor, observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    if constexpr (std::same_as<std::remove_cvref_t<Observer>, silent>) {
      while (!done()) step(run);  // with nothing to go back to: it is not stopped
    } else {
      while (!done() && watched_step(run, watch)) {
      }
    }
    return done();
  }

  /// As trained so far.
  [[nodiscard]] const Model& model() const noexcept { return at_.model; }
  [[nodiscard]] const training_log& log() const noexcept { return log_; }
  /// Hidden states of the model where it was trained by particles (`sampled_em`); else empty.
  [[nodiscard]] const std::vector<typename Model::state_type>& particles() const noexcept {
    return at_.particles;
  }
  /// How the last refit of every column's visible unit ended; empty if there was none.
  [[nodiscard]] auto statuses() const { return at_.refit.statuses(); }

 private:
  /// @return false if the observer said stop
  template <executor Executor, class Observer>
  bool watched_step(const Executor& run, Observer& watch) {
    const index planned = progress_.planned();
    const std::string stage = progress_.name();
    const bool goes_on = !log_.empty() && log_.back().stage == stage;
    const watched_executor within(run, watch,
                                  progress{stage, goes_on ? log_.back().epoch : 0, planned, {}});
    try {
      const training_record& line = step(within);
      const progress now{line.stage, line.epoch, done() ? line.epoch : planned, line.figures};
      return watch(now) != flow::stop;
    } catch (const stopped_by_observer&) {
      return false;
    }
  }

  run_state<Model, Data> at_;
  progress_of<Recipe, run_state<Model, Data>> progress_;
  training_log log_;
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The contract of everything that trains a model.
#pragma once

#include <concepts>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// A training run in progress, a value: a copy is a checkpoint.
///
/// Laws: a copy goes on independently and bit for bit like the original, so that stopping and
/// resuming equals one straight run; the result depends neither on the executor nor on being
/// watched; `step` adds one line to the log and returns it; `run` steps until `done` or until the
/// observer says stop, asks the observer at least once a second in every stage of realistic data,
/// and returns whether training is finished; `model()` is what was trained, the final one once
/// `done()`.
template <class T>
concept trainer = std::copyable<T> &&
    requires(T& training, const T& constant, const serial_executor& run, silent watch) {
  { training.step(run) } -> std::same_as<const training_record&>;
  { training.run(run, watch) } -> std::same_as<bool>;
  { constant.done() } -> std::same_as<bool>;
  { constant.log() } -> std::same_as<const training_log&>;
  constant.model();
};

/// The `run` of a trainer: steps until it is done, or until the observer says stop. @param total
/// steps that the stage at hand will have, as far as is known: `total(training)`
/// @return whether training is finished.
template <class Trainer, executor Executor, observer Observer, class Total>
bool run_to_end(Trainer& training, const Executor& run, Observer&& watch, const Total& total) {
  while (!training.done()) {
    const index planned = total(training);
    const training_record& line = training.step(executor_ref(run));
    const progress now{line.stage, line.epoch, training.done() ? line.epoch : planned,
                       line.figures};
    if (watch(now) == flow::stop) break;
  }
  return training.done();
}

}  // namespace harmonium::inline v0_2

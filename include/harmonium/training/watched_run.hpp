// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Running a trainer whose single steps may take long, with an observer inside them.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/training/training_log.hpp"

namespace harmonium::inline v0_2 {

/// The `run` of a trainer whose `step` changes nothing where its executor throws: the observer is
/// asked after every step and, as `ahead()` says where training stands, between the blocks within.
/// @return whether training is finished.
template <class Trainer, executor Executor, observer Observer>
bool watched_run(Trainer& training, const Executor& run, Observer& watch) {
  while (!training.done()) {
    const watched_executor within(run, watch, training.ahead());
    try {
      const training_record& line = training.step(executor_ref(within));
      const progress next = training.ahead();
      const bool same = next.stage == line.stage && !training.done();
      if (watch(progress{line.stage, line.epoch, same ? next.total : line.epoch, line.figures}) ==
          flow::stop)
        break;
    } catch (const stopped_by_observer&) {
      break;
    }
  }
  return training.done();
}

}  // namespace harmonium::inline v0_2

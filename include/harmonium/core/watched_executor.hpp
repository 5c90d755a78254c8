// SPDX-License-Identifier: MIT
/// @file
/// An observer inside a long computation: an executor that asks it between blocks.
#pragma once

#include <chrono>
#include <concepts>
#include <thread>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"

namespace harmonium::inline v0_2 {

/// Thrown out of a loop whose observer said stop, for whoever started the watched computation to
/// catch.
struct stopped_by_observer {};

/// Another executor, which it borrows like the observer, with a look of the observer between
/// blocks: always on the thread that made the executor, at most ten times a second. Whatever takes
/// an executor can so be stopped wherever its blocks end. Results are those of the other executor.
/// @throws stopped_by_observer out of `for_each_block`, once the observer said stop; blocks that
///         run are finished before.
template <executor Executor, observer Observer>
class watched_executor {
 public:
  static constexpr bool may_stop = true;  ///< its loops may throw `stopped_by_observer`

  /// @param now what the observer is shown; its views must outlive this
  watched_executor(const Executor& run, Observer& watch, const progress& now)
      : run_(&run), watch_(&watch), now_(now) {}

  template <std::invocable<index> Body>
  void for_each_block(index blocks, Body&& body) const {
    look();
    run_->for_each_block(blocks, [&](index block) {
      body(block);
      if (std::this_thread::get_id() == owner_) look();
    });
  }

 private:
  void look() const {
    const auto time = std::chrono::steady_clock::now();
    if (time - last_ < std::chrono::milliseconds(100)) return;
    last_ = time;
    if ((*watch_)(now_) == flow::stop) throw stopped_by_observer{};
  }

  const Executor* run_;
  Observer* watch_;
  progress now_;
  std::thread::id owner_ = std::this_thread::get_id();
  mutable std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

static_assert(executor<watched_executor<serial_executor, silent>>);

/// A place where a computation without blocks of its own may be stopped: one empty block.
template <executor Executor>
void look_up(const Executor& run) {
  run.for_each_block(1, [](index) {});
}

}  // namespace harmonium::inline v0_2

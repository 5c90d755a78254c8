// SPDX-License-Identifier: MIT
/// @file
/// Work that Ctrl-C may end in the middle of a step.
#pragma once

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "interrupt.hpp"

namespace program {

/// While it lives, nothing is lost where the process ends at once: results so far are not kept, or
/// are on disk. Steps that look for Ctrl-C end as they do everywhere, by `interruption`; where none
/// has looked for a second and a half, such as in one product with a large matrix, the process ends
/// here, with exit code 130.
class expendable_work {
 public:
  /// @param say called on another thread before the end: puts away what would be left behind, and
  ///        tells what was lost
  explicit expendable_work(std::function<std::string()> say)
      : say_(std::move(say)), guard_([this] { stand_by(); }) {}
  expendable_work(const expendable_work&) = delete;
  expendable_work& operator=(const expendable_work&) = delete;
  ~expendable_work() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    guard_.join();
  }

  /// While this is held the process is not ended: for writing what was finished.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

 private:
  void stand_by() {
    constexpr int looks_before_the_end = 15;  // of a tenth of a second
    std::unique_lock lock(mutex_);
    for (int looks = 0; looks <= looks_before_the_end;) {
      if (changed_.wait_for(lock, std::chrono::milliseconds(100), [this] { return over_; })) return;
      if (interrupted) ++looks;
    }
    std::fprintf(stderr, "harmonium: %s\n", say_().c_str());
    std::fflush(nullptr);
    _exit(130);
  }

  std::function<std::string()> say_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread guard_;
};

}  // namespace program

// SPDX-License-Identifier: MIT
/// @file
/// Work that has no steps of its own, under the eyes of an observer.
#pragma once

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "interrupt.hpp"
#include "terminal_progress.hpp"

namespace program {

/// `work(executor)` as a stage of one step, with looks between its blocks.
/// @param stage a literal
/// @throws interruption on Ctrl-C.
template <class Work>
auto in_one_step(const harmonium::thread_executor& run, terminal_progress& watch, const char* stage,
                 const Work& work) {
  const harmonium::watched_executor within(run, watch, harmonium::progress{stage, 0, 1, {}});
  try {
    return work(within);
  } catch (const harmonium::stopped_by_observer&) {
    throw interruption{};
  }
}

}  // namespace program

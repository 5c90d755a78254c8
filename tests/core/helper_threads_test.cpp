// SPDX-License-Identifier: MIT
#include "harmonium/core/helper_threads.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>

namespace hm = harmonium;

namespace {

/// How often each worker of a loop ran.
std::array<std::atomic<int>, 6> times;

void run_once(std::size_t helpers) {
  for (auto& n : times) n = 0;
  hm::helper_threads::here().run(helpers, [](std::size_t worker) { ++times[worker]; });
  for (std::size_t k = 0; k < times.size(); ++k) CHECK(times[k] == (k <= helpers ? 1 : 0));
}

}  // namespace

TEST_CASE("every worker runs once, in every loop, whatever the loops before had") {
  for (int repeat = 0; repeat < 300; ++repeat) run_once(static_cast<std::size_t>(repeat % 6));
}

TEST_CASE("also when the helpers have gone to sleep") {
  for (int repeat = 0; repeat < 3; ++repeat) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    run_once(2);
  }
}

TEST_CASE("a loop waits for the slowest worker") {
  std::atomic<int> done = 0;
  hm::helper_threads::here().run(2, [&](std::size_t worker) {
    if (worker == 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ++done;
  });
  CHECK(done == 3);
}

TEST_CASE("loops within loops") {
  std::atomic<int> inner = 0;
  hm::helper_threads::here().run(1, [&](std::size_t) {
    for (int repeat = 0; repeat < 20; ++repeat)
      hm::helper_threads::here().run(2, [&](std::size_t) { ++inner; });
  });
  CHECK(inner == 2 * 20 * 3);
  run_once(1);
}

TEST_CASE("threads have helpers of their own, which end with them") {
  std::atomic<int> all = 0;
  {
    std::vector<std::jthread> threads;
    for (int k = 0; k < 4; ++k)
      threads.emplace_back([&] {
        for (int repeat = 0; repeat < 50; ++repeat)
          hm::helper_threads::here().run(2, [&](std::size_t) { ++all; });
      });
  }
  CHECK(all == 4 * 50 * 3);
}

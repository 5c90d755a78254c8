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
  CHECK(times[0] == 1);
  for (std::size_t k = 1; k < times.size(); ++k) CHECK(times[k] <= (k <= helpers ? 1 : 0));
}

/// Every worker waits until all have come.
void meet(std::size_t helpers) {
  std::atomic<std::size_t> here = 0;
  hm::helper_threads::here().run(helpers, [&](std::size_t) {
    ++here;
    while (here <= helpers) std::this_thread::yield();
  });
  CHECK(here == helpers + 1);
}

}  // namespace

TEST_CASE("no worker runs twice in a loop, whatever the loops before had") {
  for (int repeat = 0; repeat < 300; ++repeat) run_once(static_cast<std::size_t>(repeat % 6));
}

TEST_CASE("all helpers come, also when they had gone to sleep") {
  for (int repeat = 0; repeat < 20; ++repeat) {
    if (repeat % 5 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    meet(static_cast<std::size_t>(repeat % 4));
  }
}

TEST_CASE("a loop waits for the slowest worker that came") {
  std::atomic<int> begun = 0, done = 0;
  hm::helper_threads::here().run(2, [&](std::size_t worker) {
    ++begun;
    while (begun < 3) std::this_thread::yield();
    if (worker == 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ++done;
  });
  CHECK(done == 3);
}

TEST_CASE("loops within loops") {
  std::atomic<int> inner = 0;
  hm::helper_threads::here().run(1, [&](std::size_t) {
    for (int repeat = 0; repeat < 20; ++repeat)
      hm::helper_threads::here().run(2, [&](std::size_t worker) { inner += worker == 0 ? 1 : 0; });
  });
  CHECK(inner >= 20);
  CHECK(inner % 20 == 0);
  run_once(1);
}

TEST_CASE("threads have helpers of their own, which end with them") {
  std::atomic<int> all = 0;
  {
    std::vector<std::jthread> threads;
    for (int k = 0; k < 4; ++k)
      threads.emplace_back([&] {
        for (int repeat = 0; repeat < 50; ++repeat)
          hm::helper_threads::here().run(2,
                                         [&](std::size_t worker) { all += worker == 0 ? 1 : 0; });
      });
  }
  CHECK(all == 4 * 50);
}

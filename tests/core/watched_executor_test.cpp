// SPDX-License-Identifier: MIT
#include "harmonium/core/watched_executor.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace hm = harmonium;

namespace {

const hm::progress now{"stage", 1, 3, {}};

void wait() {
  std::this_thread::sleep_for(std::chrono::milliseconds(15));
}

}  // namespace

TEST_CASE("every block runs once; the observer is asked on the thread that watches") {
  const hm::thread_executor threads(3);
  const auto owner = std::this_thread::get_id();
  int asked = 0;
  auto watch = [&](const hm::progress& shown) {
    CHECK(std::this_thread::get_id() == owner);
    CHECK(shown.stage == "stage");
    CHECK(shown.total == 3);
    ++asked;
    return hm::flow::proceed;
  };
  const hm::watched_executor run(threads, watch, now);
  std::atomic<int> sum = 0;
  run.for_each_block(60, [&](hm::index block) {
    wait();
    sum += static_cast<int>(block);
  });
  CHECK(sum == 59 * 60 / 2);
  CHECK(asked >= 1);
}

TEST_CASE("stop ends the loop by an exception, and a look between loops as well") {
  const hm::serial_executor serial;
  auto watch = [](const hm::progress&) { return hm::flow::stop; };
  const hm::watched_executor run(serial, watch, now);
  int blocks = 0;
  CHECK_THROWS_AS(run.for_each_block(1000,
                                     [&](hm::index) {
                                       wait();
                                       ++blocks;
                                     }),
                  hm::stopped_by_observer);
  CHECK(blocks < 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(120));
  CHECK_THROWS_AS(hm::look_up(run), hm::stopped_by_observer);
  hm::look_up(serial);
}

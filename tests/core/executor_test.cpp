// SPDX-License-Identifier: MIT
#include "harmonium/core/executor.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <concepts>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hm = harmonium;

namespace {

/// What blocks write, whichever thread runs them.
template <hm::executor Executor>
std::vector<double> work(const Executor& run, hm::index blocks) {
  std::vector<double> results(static_cast<std::size_t>(blocks), -1);
  run.for_each_block(blocks, [&](hm::index block) {
    double value = static_cast<double>(block) + 0.1;
    for (int i = 0; i < 100; ++i) value = 3.7 * value * (1 - value / 5000);
    results[static_cast<std::size_t>(block)] = value;
  });
  return results;
}

/// Text of the exception that leaves `run` when the given blocks throw.
template <hm::executor Executor>
std::string failure(const Executor& run, hm::index blocks, const std::set<hm::index>& bad) {
  try {
    run.for_each_block(blocks, [&](hm::index block) {
      // The lowest bad block fails last in time.
      if (block == *bad.begin()) std::this_thread::sleep_for(std::chrono::milliseconds(3));
      if (bad.contains(block)) throw std::runtime_error("block " + std::to_string(block));
    });
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing thrown";
}

struct not_an_executor {};

}  // namespace

static_assert(!hm::executor<not_an_executor>);

TEST_CASE("every block runs once, with equal results for any number of threads") {
  for (const hm::index blocks : {0, 1, 2, 7, 1000}) {
    const auto expected = work(hm::serial_executor{}, blocks);
    for (const int threads : {1, 2, 5, 64})
      CHECK(work(hm::thread_executor(threads), blocks) == expected);
  }
  std::vector<std::atomic<int>> times(500);
  hm::thread_executor(5).for_each_block(
      500, [&](hm::index block) { ++times[static_cast<std::size_t>(block)]; });
  for (const auto& n : times) REQUIRE(n == 1);
}

TEST_CASE("the lowest failing block decides the exception") {
  for (int repeat = 0; repeat < 20; ++repeat) {
    for (const int threads : {1, 2, 5}) {
      CHECK(failure(hm::thread_executor(threads), 40, {3, 4, 5, 6, 39}) == "block 3");
      CHECK(failure(hm::thread_executor(threads), 40, {0, 1}) == "block 0");
    }
  }
  CHECK(failure(hm::serial_executor{}, 40, {3, 4}) == "block 3");
  CHECK(failure(hm::thread_executor(2), 3, {7}) == "nothing thrown");
}

TEST_CASE("each thread begins with neighbouring blocks of its own, and helps when they are done") {
  std::atomic<int> done = 0, upper = 0;
  bool met = false, helped = false;
  const auto wait_for = [](const std::atomic<int>& count, int enough) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (count < enough && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return count >= enough;
  };
  hm::thread_executor(2).for_each_block(100, [&](hm::index block) {
    if (block == 0) {
      met = wait_for(upper, 1);  // block 50 has begun, and none of 1 to 49 before it
      helped = wait_for(done, 99);
    } else {
      if (block >= 50) ++upper;
      if (block < 50) CHECK(upper >= 50);
      ++done;
    }
  });
  CHECK(met);
  CHECK(helped);
}

TEST_CASE("an executor works again after a failure") {
  const hm::thread_executor run(3);
  CHECK(failure(run, 10, {2}) == "block 2");
  CHECK(work(run, 50) == work(hm::serial_executor{}, 50));
}

TEST_CASE("ranges cover all items once, whatever the executor") {
  for (const auto& shape :
       {std::pair<hm::index, hm::index>{0, 4}, {1, 4}, {4, 4}, {5, 4}, {103, 10}}) {
    const auto count = shape.first, size = shape.second;
    std::vector<int> seen(static_cast<std::size_t>(count), 0);
    std::vector<hm::index> begins(static_cast<std::size_t>(count), -1);
    hm::for_each_range(hm::thread_executor(2), count, size, [&](hm::index begin, hm::index end) {
      REQUIRE(begin < end);
      REQUIRE(end - begin <= size);
      for (hm::index i = begin; i < end; ++i) {
        ++seen[static_cast<std::size_t>(i)];
        begins[static_cast<std::size_t>(i)] = begin;
      }
    });
    CHECK(seen == std::vector<int>(static_cast<std::size_t>(count), 1));
    for (hm::index i = 0; i < count; ++i)
      REQUIRE(begins[static_cast<std::size_t>(i)] == i / size * size);
  }
}

TEST_CASE("a body of ranges may change, and be a temporary, a variable or a constant") {
  const hm::serial_executor run;
  hm::index seen = 0, calls = 0;
  hm::for_each_range(run, 10, 4,
                     [&seen, count = hm::index{0}](hm::index begin, hm::index end) mutable {
                       count += end - begin;
                       seen = count;
                     });
  CHECK(seen == 10);
  const auto count = [&calls](hm::index, hm::index) { ++calls; };
  hm::for_each_range(run, 10, 4, count);
  CHECK(calls == 3);
  hm::range_body body(count);
  hm::range_body copy = body;  // calls what `body` calls
  copy(0, 1);
  CHECK(calls == 4);
  static_assert(!std::constructible_from<hm::range_body, int>);
  static_assert(!std::constructible_from<hm::range_body, void (*)(hm::index)>);
}

TEST_CASE("numbers of threads") {
  CHECK(hm::thread_executor(3).threads() == 3);
  CHECK(hm::thread_executor(0).threads() >= 1);
  CHECK_THROWS_AS(hm::thread_executor(-1), std::invalid_argument);
}

TEST_CASE("a reference to an executor runs the same loop, and copies refer to the same") {
  const hm::thread_executor run(3);
  const hm::executor_ref any(run);
  const hm::executor_ref copy = any;
  CHECK(work(copy, 50) == work(hm::serial_executor{}, 50));
  const hm::serial_executor alone;
  CHECK(work(hm::executor_ref(alone), 50) == work(run, 50));
  CHECK(failure(copy, 40, {3, 4, 39}) == "block 3");
}

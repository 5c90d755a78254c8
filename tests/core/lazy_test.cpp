// SPDX-License-Identifier: MIT
#include "harmonium/core/lazy.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/executor.hpp"

namespace hm = harmonium;

TEST_CASE("the value is made once, whoever asks") {
  const hm::lazy<std::vector<int>> numbers;
  std::atomic<int> made{0}, seen{0};
  hm::thread_executor(4).for_each_block(64, [&](hm::index) {
    const auto& got = numbers.get([&] {
      ++made;
      return std::vector<int>{1, 2, 3};
    });
    if (got.size() == 3) ++seen;
  });
  CHECK(made == 1);
  CHECK(seen == 64);
}

TEST_CASE("a failed attempt is no value") {
  const hm::lazy<int> number;
  CHECK_THROWS_AS((void)number.get([]() -> int { throw std::runtime_error("no"); }),
                  std::runtime_error);
  CHECK(number.get([] { return 5; }) == 5);
  CHECK(number.get([] { return 6; }) == 5);
}

TEST_CASE("results by name are made once each, also from several threads, and may ask for others") {
  const hm::lazy_results results;
  std::atomic<int> made{0}, right{0};
  hm::thread_executor(4).for_each_block(64, [&](hm::index block) {
    const int number = static_cast<int>(block % 2);
    const int& got = results.once<int>("number " + std::to_string(number), [&] {
      ++made;
      return number + results.once<int>("base", [&] {
        ++made;
        return 10;
      });
    });
    if (got == 10 + number) ++right;
  });
  CHECK(made == 3);
  CHECK(right == 64);
  CHECK(results.once<std::vector<int>>("list", [] { return std::vector<int>{1}; }).size() == 1);
  CHECK_THROWS_AS((void)results.once<double>("base", [] { return 1.0; }), std::logic_error);
}

// SPDX-License-Identifier: MIT
#include "harmonium/samplers/replica_exchange.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

namespace hm = harmonium;

TEST_CASE("swaps that are always accepted carry every replica up and down") {
  hm::replica_exchange exchange(4);
  hm::random_engine rng(1);
  std::vector<std::size_t> tried;
  for (int t = 0; t < 16; ++t)
    exchange.round(
        rng, [](std::size_t) { return 0.0; }, [&](std::size_t i) { tried.push_back(i); });
  REQUIRE(tried.size() == 24);
  for (std::size_t t = 0; t < 24; t += 3)
    CHECK(std::vector<std::size_t>(tried.begin() + static_cast<std::ptrdiff_t>(t),
                                   tried.begin() + static_cast<std::ptrdiff_t>(t) + 3) ==
          std::vector<std::size_t>{0, 2, 1});
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(exchange.holder(i) == i);  // home after each eight rounds
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(exchange.acceptance(i) == 1);
    CHECK(exchange.rejection(i) == 0);
  }
  CHECK(exchange.rounds() == 16);
  CHECK(exchange.round_trips() >= 1);
}

TEST_CASE("rates of swaps that are accepted now and then") {
  hm::replica_exchange exchange(2);
  hm::random_engine rng(2);
  const int rounds = 4000;
  for (int t = 0; t < rounds; ++t)
    exchange.round(
        rng, [](std::size_t) { return std::log(0.3); }, [](std::size_t) {});
  const double tries = rounds / 2;
  CHECK(exchange.rejection(0) == doctest::Approx(0.7));
  CHECK(exchange.barrier() == doctest::Approx(0.7));
  CHECK(std::abs(exchange.acceptance(0) - 0.3) < 4 * std::sqrt(0.3 * 0.7 / tries));
  exchange.clear_counts();
  CHECK(exchange.barrier() == 0);
  CHECK(exchange.rounds() == 0);
}

TEST_CASE("one rung has nothing to swap") {
  hm::replica_exchange exchange(1);
  hm::random_engine rng(3);
  exchange.round(
      rng, [](std::size_t) { return 0.0; }, [](std::size_t) { FAIL("no pair"); });
  CHECK(exchange.barrier() == 0);
  CHECK(exchange.round_trips() == 0);
}

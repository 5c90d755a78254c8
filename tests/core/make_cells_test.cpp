// SPDX-License-Identifier: MIT
#include "harmonium/core/make_cells.hpp"

#include <doctest/doctest.h>

namespace hm = harmonium;

namespace {

/// One gene whose count is a random digit.
const auto digits = [] {
  return [](hm::random_engine& engine, hm::count_matrix<>& out) {
    out.push_back(0, static_cast<int>(engine() % 9) + 1);
  };
};

}  // namespace

TEST_CASE("cell i comes from stream i, whoever runs it") {
  hm::random_engine a(3), b(3), c(3);
  const auto serial = hm::make_cells(hm::serial_executor{}, 1, 1000, digits, hm::silent{}, a);
  const auto threads = hm::make_cells(hm::thread_executor(4), 1, 1000, digits, hm::silent{}, b);
  CHECK(serial == threads);
  CHECK(a == b);
  const hm::random_streams streams(c);
  for (const std::uint64_t i : {0u, 17u, 999u}) {
    hm::random_engine engine = streams[i];
    CHECK(serial.cell(static_cast<hm::index>(i)).values[0] == static_cast<int>(engine() % 9) + 1);
  }
}

TEST_CASE("an observer counts, and may stop with the first cells") {
  hm::random_engine rng(3), again(3);
  hm::index seen = 0;
  const auto some = hm::make_cells(
      hm::serial_executor{}, 1, 1000, digits,
      [&](const hm::progress& now) {
        CHECK(now.done > seen);
        CHECK(now.total == 1000);
        seen = now.done;
        return seen >= 500 ? hm::flow::stop : hm::flow::proceed;
      },
      rng);
  CHECK(some.cells() == seen);
  CHECK(seen < 1000);
  const auto all = hm::make_cells(hm::serial_executor{}, 1, 1000, digits, hm::silent{}, again);
  for (hm::index i = 0; i < some.cells(); ++i)
    CHECK(some.cell(i).values[0] == all.cell(i).values[0]);
  CHECK_THROWS_AS((void)hm::make_cells(hm::serial_executor{}, 1, -1, digits, hm::silent{}, rng),
                  std::invalid_argument);
}

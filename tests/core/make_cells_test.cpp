// SPDX-License-Identifier: MIT
#include "harmonium/core/make_cells.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

/// One gene whose count is a random digit.
const auto digits = [] {
  return [](hm::random_engine& engine, hm::count_matrix<>& out) {
    out.push_back(0, static_cast<int>(engine() % 9) + 1);
  };
};

/// Between no and three genes of 300, so that cells and blocks differ in size.
const auto few_genes = [] {
  return [](hm::random_engine& engine, hm::count_matrix<>& out) {
    for (int part = 0; part < 3; ++part)
      if (engine() % 2 == 0)
        out.push_back(100 * part + static_cast<hm::index>(engine() % 100), int(engine() % 5) + 1);
  };
};

/// The last block first.
struct reversed_executor {
  template <std::invocable<hm::index> Body>
  void for_each_block(hm::index blocks, Body&& body) const {
    while (blocks > 0) body(--blocks);
  }
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

TEST_CASE(
    "cells are joined in order, whichever block is done first and however many rounds there are") {
  for (const hm::index cells : {0, 1, 16, 255, 257, 40007}) {
    CAPTURE(cells);
    hm::count_matrix<> one_by_one(300);
    hm::random_engine rng(11);
    const hm::random_streams streams(rng);
    auto work = few_genes();
    for (hm::index i = 0; i < cells; ++i) {
      hm::random_engine engine = streams[static_cast<std::uint64_t>(i)];
      work(engine, one_by_one);
      one_by_one.finish_cell();
    }
    const auto made = [&](const auto& run) {
      hm::random_engine again(11);
      return hm::make_cells(run, 300, cells, few_genes, hm::silent{}, again);
    };
    CHECK(made(hm::serial_executor{}) == one_by_one);
    CHECK(made(reversed_executor{}) == one_by_one);
    CHECK(made(hm::thread_executor(3)) == one_by_one);
  }
}

TEST_CASE("joined blocks wait for those before them") {
  const auto block_of = [](std::vector<int> counts) {
    hm::count_matrix<> block(1);
    for (const int count : counts) {
      block.push_back(0, count);
      block.finish_cell();
    }
    return block;
  };
  hm::count_matrix<> all(1);
  hm::joined_blocks joined(all, 3);
  joined.add(2, block_of({5}));
  CHECK(all.cells() == 0);
  joined.add(0, block_of({1, 2}));
  CHECK(all == block_of({1, 2}));
  joined.add(1, block_of({3, 4}));
  CHECK(all == block_of({1, 2, 3, 4, 5}));
}

TEST_CASE("what a worker throws comes out, with threads too") {
  const auto refusing = [] {
    return [](hm::random_engine&, hm::count_matrix<>& out) {
      if (out.cells() == 5) throw std::runtime_error("no more");
    };
  };
  hm::random_engine rng(3);
  CHECK_THROWS_AS(
      (void)hm::make_cells(hm::thread_executor(2), 1, 1000, refusing, hm::silent{}, rng),
      std::runtime_error);
}

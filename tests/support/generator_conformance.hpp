// SPDX-License-Identifier: MIT
/// @file
/// The laws of a generator.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "harmonium/models/generator.hpp"

namespace tiny {

namespace hm = harmonium;

/// @param cells of a run that an observer interrupts
template <hm::generator Generator>
void check_generator(const Generator& model, hm::index cells = 1200) {
  hm::random_engine serial(5), threaded(5), watched(5), stopped(5), none(5);
  const hm::count_matrix<> all = model.generate(cells, serial);
  CHECK(all.cells() == cells);
  CHECK(all.genes() == model.genes());
  CHECK(all == model.generate(hm::thread_executor(3), cells, threaded));
  CHECK(serial == threaded);

  hm::index looks = 0, last = 0;
  const auto count = [&](const hm::progress& now) {
    ++looks;
    CHECK(now.done > last);
    CHECK(now.total == cells);
    last = now.done;
    return hm::flow::proceed;
  };
  CHECK(all == model.generate(hm::thread_executor(2), cells, count, watched));
  CHECK(looks > 1);
  CHECK(last == cells);
  CHECK(serial == watched);

  const auto stop = [](const hm::progress&) { return hm::flow::stop; };
  const hm::count_matrix<> first = model.generate(hm::serial_executor{}, cells, stop, stopped);
  CHECK(first.cells() > 0);
  CHECK(first.cells() < cells);
  for (hm::index i = 0; i < first.cells(); ++i) {
    const auto a = first.cell(i), b = all.cell(i);
    CHECK(std::ranges::equal(a.genes, b.genes));
    CHECK(std::ranges::equal(a.values, b.values));
  }
  CHECK(serial == stopped);

  CHECK(model.generate(0, none).cells() == 0);
  CHECK(serial == none);
  CHECK_THROWS_AS((void)model.generate(-1, none), std::invalid_argument);
}

}  // namespace tiny

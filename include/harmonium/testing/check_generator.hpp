// SPDX-License-Identifier: MIT
/// @file
/// The laws of a generator as one check.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/models/generator.hpp"
#include "harmonium/testing/findings.hpp"

namespace harmonium::inline v0_2::testing {

/// Equal engines give equal cells for any number of threads and watched or not; the engine moves on
/// by the same number of words for any number of cells; an observer that says stop leaves the first
/// few cells; none can be asked for, and fewer than none are refused.
/// @param cells so many that the generator asks its observer more than once
template <generator Generator>
findings check_generator(const Generator& model, index cells = 1200) {
  findings found;
  random_engine serial(5), threaded(5), watched(5), stopped(5), none(5);
  const count_matrix<> all = model.generate(cells, serial);
  found.expect(all.cells() == cells, "generate(" + std::to_string(cells) + ") made " +
                                         std::to_string(all.cells()) + " cells");
  found.expect(all.genes() == model.genes(), "cells have other genes than genes() says");
  found.expect(all == model.generate(thread_executor(3), cells, threaded),
               "three threads make other cells than none");
  found.expect(serial == threaded, "the engine moves on otherwise with three threads");

  index looks = 0, last = 0;
  bool rises = true, totals = true;
  const auto count = [&](const progress& now) {
    ++looks;
    rises = rises && now.done > last;
    totals = totals && now.total == cells;
    last = now.done;
    return flow::proceed;
  };
  found.expect(all == model.generate(thread_executor(2), cells, count, watched),
               "being watched changes the cells");
  found.expect(rises, "the observer is told of the same cells twice");
  found.expect(totals, "the observer is told another total");
  found.expect(looks > 1, "the observer is not asked on the way");
  found.expect(last == cells, "the observer is not told of the last cell");
  found.expect(serial == watched, "the engine moves on otherwise when watched");

  const auto stop = [](const progress&) { return flow::stop; };
  const count_matrix<> first = model.generate(serial_executor{}, cells, stop, stopped);
  found.expect(first.cells() > 0 && first.cells() < cells,
               "told to stop, it made " + std::to_string(first.cells()) + " cells");
  bool beginning = first.cells() <= all.cells();
  for (index i = 0; beginning && i < first.cells(); ++i) {
    const auto a = first.cell(i), b = all.cell(i);
    beginning = std::ranges::equal(a.genes, b.genes) && std::ranges::equal(a.values, b.values);
  }
  found.expect(beginning, "told to stop, it did not make the first cells");
  found.expect(serial == stopped, "the engine moves on otherwise when stopped");

  found.expect(model.generate(0, none).cells() == 0, "no cells cannot be asked for");
  found.expect(serial == none, "the engine moves on otherwise for no cells");
  found.expect_throw<std::invalid_argument>([&] { (void)model.generate(-1, none); },
                                            "-1 cells are not refused by std::invalid_argument");
  return found;
}

}  // namespace harmonium::inline v0_2::testing

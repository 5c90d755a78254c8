// SPDX-License-Identifier: MIT
#include "harmonium/training/streamed/exact_sums.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/core/random_engine.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("rounded numbers are near, and their sums know no order") {
  hm::random_engine rng(1);
  std::vector<double> values;
  for (int k = 0; k < 5000; ++k) values.push_back(std::log1p(static_cast<double>(rng() % 100000)));
  double forwards = 0, backwards = 0;
  for (const double value : values) {
    CHECK(std::abs(hm::to_millionth(value) - value) <= 0x1p-21);
    CHECK(std::abs(hm::to_thousandth(value) - value) <= 0x1p-13);
    forwards += hm::to_millionth(value);
  }
  for (auto value = values.rbegin(); value != values.rend(); ++value)
    backwards += hm::to_millionth(*value);
  CHECK(forwards == backwards);
}

TEST_CASE("cells that are added in parts are the cells added at once") {
  const auto counts = tiny::toy_counts(30, 6, 2);
  hm::component_sums whole(2, 6), first(2, 6), second(2, 6);
  for (hm::index i = 0; i < 30; ++i) {
    const double share = hm::to_millionth(1 / (1 + static_cast<double>(i)));
    const std::vector<double> shares{share, 1 - share};
    whole.add(counts.cell(i), shares, -0.3 * static_cast<double>(i));
    (i % 3 == 0 ? first : second).add(counts.cell(i), shares, -0.3 * static_cast<double>(i));
  }
  second.add(first);
  CHECK(second.cells == whole.cells);
  CHECK(second.counts == whole.counts);
  CHECK(second.log_likelihood == whole.log_likelihood);
  CHECK(whole.cells.sum() == 30);
  double all = 0;
  for (const double count : whole.counts) all += count;
  double want = 0;
  for (hm::index i = 0; i < 30; ++i)
    for (const auto value : counts.cell(i).values) want += static_cast<double>(value);
  CHECK(all == want);
}

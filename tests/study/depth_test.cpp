// SPDX-License-Identifier: MIT
#include "harmonium/study/depth.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "harmonium/core/executor.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("added zeros take whole counts") {
  const auto counts = tiny::toy_counts(200, 9, 3);
  hm::random_engine rng(1);
  const auto fewer = hm::add_zeros(hm::serial_executor{}, counts, 0.2, rng);
  const auto before = hm::to_dense(counts), after = hm::to_dense(fewer);
  CHECK(((after.array() == before.array()) || (after.array() == 0)).all());
  const auto all = static_cast<double>(counts.nonzeros());
  CHECK(std::abs(static_cast<double>(fewer.nonzeros()) - 0.8 * all) < 5 * std::sqrt(0.16 * all));
}

TEST_CASE("the same zeros for any number of threads; shares outside 0 to 1 are refused") {
  const auto counts = tiny::toy_counts(100, 9, 3);
  hm::random_engine one(1), two(1);
  CHECK(hm::add_zeros(hm::serial_executor{}, counts, 0.3, one) ==
        hm::add_zeros(hm::thread_executor(3), counts, 0.3, two));
  CHECK_THROWS_AS(hm::add_zeros(hm::serial_executor{}, counts, -0.1, one), std::invalid_argument);
}

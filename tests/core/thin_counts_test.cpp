// SPDX-License-Identifier: MIT
#include "harmonium/core/thin_counts.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "harmonium/core/executor.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("thinning keeps its share of the molecules, never more than there were") {
  const auto counts = tiny::toy_counts(200, 9, 3);
  hm::random_engine rng(1);
  const auto half = hm::thin_counts(hm::serial_executor{}, counts, 0.5, rng);
  const auto before = hm::to_dense(counts), after = hm::to_dense(half);
  CHECK((after.array() <= before.array()).all());
  const double all = before.sum();
  CHECK(std::abs(after.sum() - all / 2) < 5 * std::sqrt(all / 4));
  CHECK(hm::thin_counts(hm::serial_executor{}, counts, 1, rng) == counts);
  CHECK(hm::thin_counts(hm::serial_executor{}, counts, 0, rng).nonzeros() == 0);
}

TEST_CASE("thinned the same for any number of threads; shares outside 0 to 1 are refused") {
  const auto counts = tiny::toy_counts(100, 9, 3);
  hm::random_engine one(1), two(1);
  CHECK(hm::thin_counts(hm::serial_executor{}, counts, 0.3, one) ==
        hm::thin_counts(hm::thread_executor(3), counts, 0.3, two));
  CHECK_THROWS_AS(hm::thin_counts(hm::serial_executor{}, counts, 1.1, one), std::invalid_argument);
}

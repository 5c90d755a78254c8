// SPDX-License-Identifier: MIT
#include "harmonium/study/depth.hpp"

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

TEST_CASE("added zeros take whole counts") {
  const auto counts = tiny::toy_counts(200, 9, 3);
  hm::random_engine rng(1);
  const auto fewer = hm::add_zeros(hm::serial_executor{}, counts, 0.2, rng);
  const auto before = hm::to_dense(counts), after = hm::to_dense(fewer);
  CHECK(((after.array() == before.array()) || (after.array() == 0)).all());
  const auto all = static_cast<double>(counts.nonzeros());
  CHECK(std::abs(static_cast<double>(fewer.nonzeros()) - 0.8 * all) < 5 * std::sqrt(0.16 * all));
}

TEST_CASE("same counts for any number of threads; shares outside 0 to 1 are refused") {
  const auto counts = tiny::toy_counts(100, 9, 3);
  hm::random_engine one(1), two(1);
  CHECK(hm::thin_counts(hm::serial_executor{}, counts, 0.3, one) ==
        hm::thin_counts(hm::thread_executor(3), counts, 0.3, two));
  CHECK_THROWS_AS(hm::thin_counts(hm::serial_executor{}, counts, 1.1, one), std::invalid_argument);
  CHECK_THROWS_AS(hm::add_zeros(hm::serial_executor{}, counts, -0.1, one), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/samplers/diagnostics/split_chains.hpp"

#include <doctest/doctest.h>

#include "harmonium/core/math/normal.hpp"

namespace hm = harmonium;

TEST_CASE("halves leave the middle draw out") {
  hm::matrix<double> x(5, 2);
  x << 1, 10, 2, 20, 3, 30, 4, 40, 5, 50;
  hm::matrix<double> halves(4, 2);
  halves << 1, 2, 10, 20, 4, 5, 40, 50;
  CHECK(hm::split_chains(x) == halves);
  CHECK_THROWS_AS((void)hm::split_chains(hm::matrix<double>::Zero(3, 2)), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::split_chains(hm::matrix<double>(5, 0)), std::invalid_argument);
}

TEST_CASE("ranks with ties, distances from the median") {
  hm::matrix<double> x(1, 4);
  x << 7, -1, 7, 100;
  const auto scores = hm::rank_normalised(x);
  CHECK(scores(0, 1) == hm::math::normal_quantile(0.625 / 4.25));
  CHECK(scores(0, 0) == hm::math::normal_quantile(2.125 / 4.25));
  CHECK(scores(0, 2) == scores(0, 0));
  CHECK(scores(0, 3) == hm::math::normal_quantile(3.625 / 4.25));
  hm::matrix<double> distances(1, 4);
  distances << 0, 8, 0, 93;
  CHECK(hm::folded(x) == distances);
  CHECK(hm::is_constant(hm::matrix<double>::Constant(2, 3, 4.0)));
  CHECK(!hm::is_constant(x));
}

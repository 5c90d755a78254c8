// SPDX-License-Identifier: MIT
#include "harmonium/study/cells_needed.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("the binomial tail is that of Boost.Math") {
  for (const double p : {1e-4, 0.01, 0.3, 0.5, 0.97})
    for (const hm::index n : {1, 7, 400, 20000})
      for (const hm::index least : {hm::index{0}, hm::index{1}, n / 100, n / 3, n - 1, n}) {
        const boost::math::binomial law(static_cast<double>(n), p);
        const double exact = least <= 0 ? 1 : cdf(complement(law, static_cast<double>(least - 1)));
        CAPTURE(p);
        CAPTURE(n);
        CAPTURE(least);
        // log n! of 20000 has an error of some 1e-11; extreme tails are 0 on both sides.
        const double allowed = exact < 0.5 ? 1e-9 * exact : 1e-10;
        CHECK(std::abs(hm::chance_of_at_least(least, n, p) - exact) <= allowed);
      }
  CHECK(hm::chance_of_at_least(1, 0, 0.5) == 0);
  CHECK(hm::chance_of_at_least(3, 5, 0) == 0);
  CHECK(hm::chance_of_at_least(5, 5, 1) == 1);
}

TEST_CASE("cells needed: figures of howmanycells, and the least such number") {
  const std::vector<double> ten(10, 0.02), two(2, 0.01), one(1, 0.025);
  CHECK(hm::cells_needed({ten, 5}, 0.95) == 624);
  CHECK(hm::cells_needed({two, 50}, 0.95) == 6466);
  CHECK(hm::cells_needed({one, 250}, 0.95) == 11049);
  CHECK(hm::chance_of_all({ten, 5}, 624) >= 0.95);
  CHECK(hm::chance_of_all({ten, 5}, 623) < 0.95);
  CHECK(hm::cells_needed({{}, 5}, 0.95) == 0);
  CHECK(hm::cells_needed({one, 0}, 0.95) == 0);
}

TEST_CASE("the product of tails is near the multinomial chance") {
  // Two types that make up all cells: the first between least and n - least.
  const std::vector<double> both{0.3, 0.7};
  const boost::math::binomial law(40, 0.3);
  const double exact = cdf(law, 32) - cdf(law, 7);
  const double product = hm::chance_of_all({both, 8}, 40);
  CHECK(product >= exact);
  const double missed =
      (1 - hm::chance_of_at_least(8, 40, 0.3)) * (1 - hm::chance_of_at_least(8, 40, 0.7));
  CHECK(product - exact <= missed + 1e-12);
}

TEST_CASE("what cannot be") {
  const std::vector<double> bad{0.0}, rare{1e-12};
  CHECK_THROWS_AS(hm::cells_needed({bad, 1}, 0.9), std::invalid_argument);
  CHECK_THROWS_AS(hm::cells_needed({rare, 1}, 1.0), std::invalid_argument);
  CHECK_THROWS_AS(hm::cells_needed({rare, 5}, 0.9), std::overflow_error);
  CHECK_THROWS_AS(hm::chance_of_at_least(1, 2, 1.5), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/study/unseen_mass.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("Good-Turing and Chao by hand") {
  const std::vector<hm::index> counts{50, 30, 12, 3, 2, 1, 1, 1, 0};
  const auto found = hm::unseen_mass(counts);
  CHECK(found.cells == 100);
  CHECK(found.seen == 8);
  CHECK(found.mass == doctest::Approx(0.03));
  CHECK(found.types == doctest::Approx(8 + 3 * 2 / (2.0 * 2)));
  // The largest frequency at which 100 cells miss a type with 5 % chance.
  CHECK(std::pow(1 - found.largest_unseen, 100) == doctest::Approx(0.05));
}

TEST_CASE("without singletons nothing seems to be missing, but something may be") {
  const std::vector<hm::index> counts{200, 184};
  const auto found = hm::unseen_mass(counts);
  CHECK(found.mass == 0);
  CHECK(found.types == 2);
  CHECK(found.largest_unseen == doctest::Approx(3.0 / 384).epsilon(0.02));  // the rule of three
}

TEST_CASE("what cannot be") {
  CHECK_THROWS_AS(hm::unseen_mass(std::vector<hm::index>{0, 0}), std::invalid_argument);
  CHECK_THROWS_AS(hm::unseen_mass(std::vector<hm::index>{3, -1}), std::invalid_argument);
  CHECK_THROWS_AS(hm::unseen_mass(std::vector<hm::index>{3}, 1), std::invalid_argument);
}

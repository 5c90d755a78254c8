// SPDX-License-Identifier: MIT
#include "harmonium/samplers/temperature_ladder.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace hm = harmonium;

TEST_CASE("geometric ladder") {
  const auto ladder = hm::geometric_ladder(5, 0.0001);
  REQUIRE(ladder.size() == 5);
  CHECK(ladder[0] == 1);
  for (std::size_t i = 1; i < 5; ++i) CHECK(ladder[i] / ladder[i - 1] == doctest::Approx(0.1));
  CHECK(hm::geometric_ladder(1, 0.5) == std::vector<double>{1});
  CHECK_THROWS_AS((void)hm::geometric_ladder(0, 0.5), std::invalid_argument);
}

TEST_CASE("a ladder of equal rejection") {
  // All rejection lies between 1 and 1/2: three of four steps go there.
  const std::vector<double> ladder{1, 0.5, 0}, rejection{0.6, 0.2};
  const auto found = hm::equal_rejection_ladder(ladder, rejection, 5);
  REQUIRE(found.size() == 5);
  CHECK(found[0] == 1);
  CHECK(found[1] == doctest::Approx(1 - 0.5 / 3));
  CHECK(found[2] == doctest::Approx(1 - 1.0 / 3));
  CHECK(found[3] == doctest::Approx(0.5));
  CHECK(found[4] == 0);
  // Equal already: nothing changes.
  const std::vector<double> even{0.3, 0.3};
  const auto same = hm::equal_rejection_ladder(ladder, even, 3);
  CHECK(same[1] == doctest::Approx(0.5));
  // Pairs that are never rejected still leave a ladder that falls.
  const std::vector<double> none{0, 0};
  const auto falling = hm::equal_rejection_ladder(ladder, none, 4);
  for (std::size_t i = 1; i < 4; ++i) CHECK(falling[i] < falling[i - 1]);
  CHECK_THROWS_AS((void)hm::equal_rejection_ladder(ladder, ladder, 4), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::equal_rejection_ladder(ladder, none, 1), std::invalid_argument);
}

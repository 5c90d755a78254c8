// SPDX-License-Identifier: MIT
#include "harmonium/study/proportions.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("draws have the moments of the Dirichlet distribution, and intervals hold their share") {
  const std::vector<hm::index> counts{60, 30, 9, 0};
  hm::random_engine rng(5);
  constexpr hm::index draws = 4000;
  const auto found = hm::estimate_proportions(counts, {.prior = 0.5, .draws = draws}, rng);
  const double total = 99 + 4 * 0.5;
  for (hm::index k = 0; k < 4; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const double mean = (static_cast<double>(counts[at]) + 0.5) / total;
    CHECK(found.mean[at] == doctest::Approx(mean));
    const double variance = mean * (1 - mean) / (total + 1);
    CHECK(std::abs(found.draws.col(k).mean() - mean) <
          5 * std::sqrt(variance / static_cast<double>(draws)));
    hm::index inside = 0;
    for (hm::index d = 0; d < draws; ++d)
      if (found.draws(d, k) >= found.lower[at] && found.draws(d, k) <= found.upper[at]) ++inside;
    CHECK(std::abs(static_cast<double>(inside) / static_cast<double>(draws) - 0.9) < 0.002);
  }
  for (hm::index d = 0; d < draws; ++d)
    REQUIRE(found.draws.row(d).sum() == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("a tiny prior stays finite") {
  hm::random_engine rng(1);
  const auto found =
      hm::estimate_proportions(std::vector<hm::index>{0, 0, 0}, {.prior = 1e-4, .draws = 50}, rng);
  for (hm::index d = 0; d < 50; ++d)
    CHECK(found.draws.row(d).sum() == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("what cannot be") {
  hm::random_engine rng(1);
  const std::vector<hm::index> one{3}, negative{-1};
  CHECK_THROWS_AS(hm::estimate_proportions({}, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::estimate_proportions(negative, {}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::estimate_proportions(one, {.prior = 0}, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::estimate_proportions(one, {.draws = 0}, rng), std::invalid_argument);
}

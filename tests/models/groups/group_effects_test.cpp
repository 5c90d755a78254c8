// SPDX-License-Identifier: MIT
#include "harmonium/models/groups/group_effects.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

namespace {

hm::count_states two_states(hm::index genes) {
  return {hm::vector<double>::Constant(2, 0.5),
          hm::matrix<double>::Constant(2, genes, 4),
          hm::matrix<double>::Constant(2, genes, 2),
          {},
          {}};
}

/// Four donors whose genes 0 and 1 always move together.
hm::group_effects four_donors(hm::index genes) {
  hm::group_effects made;
  made.cells = {10, 10, 10, 10};
  made.depth = hm::vector<double>::Zero(4);
  made.gene = hm::matrix<double>::Zero(4, genes);
  made.gene_deviation = hm::vector<double>::Zero(genes);
  const double at[4] = {-0.6, -0.2, 0.2, 0.6};
  for (hm::index g = 0; g < 4; ++g) made.gene(g, 0) = made.gene(g, 1) = at[g];
  made.gene_deviation[2] = 0.5;
  made.shares = hm::matrix<double>::Constant(4, 2, 0.5);
  made.mean_shares = hm::vector<double>(2);
  made.mean_shares << 0.3, 0.7;
  made.concentration = 9;
  return made;
}

}  // namespace

TEST_CASE("new donors vary as the pilot's do") {
  const auto states = two_states(4);
  const auto effects = four_donors(4);
  hm::random_engine rng(1);
  constexpr int donors = 20000;
  double sum = 0, squares = 0, factor = 0, share = 0, share_squares = 0;
  std::vector<double> first;
  for (int d = 0; d < donors; ++d) {
    const auto made = hm::states_in_new_group(states, effects, rng);
    REQUIRE(made.mean(0, 0) == doctest::Approx(made.mean(0, 1)));
    REQUIRE(made.mean(0, 3) == doctest::Approx(4));
    REQUIRE(made.mean(0, 2) == made.mean(1, 2));
    const double own = made.weights[0] / made.weights.sum();
    share += own / donors;
    share_squares += own * own / donors;
    first.push_back(std::log(made.mean(0, 0) / 4));
    const double change = std::log(made.mean(0, 2) / 4);
    sum += change / donors;
    squares += change * change / donors;
    factor += made.mean(0, 2) / 4 / donors;
  }
  // A t distribution with 4 degrees of freedom has no fourth moment: its middle half is compared.
  // Quartiles of gene 0 are at 0.741 of the scale, sqrt(5 / 4) times the deviation of the effects.
  std::sort(first.begin(), first.end());
  const double width = first[3 * donors / 4] - first[donors / 4];
  CHECK(width == doctest::Approx(2 * 0.741 * std::sqrt(1.25 * 0.8 / 3)).epsilon(0.05));
  // Gene 2 is all drawn, with variance 0.25 * 5 / 4.
  CHECK(squares - sum * sum == doctest::Approx(0.3125).epsilon(0.04));
  CHECK(factor == doctest::Approx(1).epsilon(0.02));
  // Dirichlet: variance p (1 - p) / (1 + concentration).
  CHECK(share == doctest::Approx(0.3).epsilon(0.02));
  CHECK(share_squares - share * share == doctest::Approx(0.021).epsilon(0.05));
}

TEST_CASE("one group knows no combinations, but deviations") {
  auto effects = four_donors(3);
  effects.cells.resize(1);
  effects.depth.setZero(1);
  effects.gene = hm::matrix<double>::Zero(1, 3);
  effects.shares = hm::matrix<double>::Constant(1, 2, 0.5);
  hm::random_engine rng(2);
  const auto made = hm::states_in_new_group(two_states(3), effects, rng);
  CHECK(made.mean(0, 0) == doctest::Approx(4));
  CHECK(made.mean(0, 2) != doctest::Approx(4));
}

TEST_CASE("parts that do not fit are refused") {
  const auto effects = four_donors(4);
  hm::random_engine rng(3);
  CHECK_THROWS_AS(hm::states_in_group(two_states(3), effects, 0), std::invalid_argument);
  CHECK_THROWS_WITH_AS(hm::states_in_group(two_states(4), effects, 4),
                       "states_in_group: there is no group 4 of 4", std::invalid_argument);
  auto without = effects;
  without.concentration = 0;
  CHECK_THROWS_AS(hm::states_in_new_group(two_states(4), without, rng), std::invalid_argument);
}

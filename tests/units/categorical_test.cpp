// SPDX-License-Identifier: MIT
#include "harmonium/units/categorical.hpp"

#include <doctest/doctest.h>

#include "support/unit_conformance.hpp"

namespace hm = harmonium;

template class hm::basic_categorical<float>;
template class hm::basic_categorical<double>;

TEST_CASE_TEMPLATE("categorical units obey the laws of their concept", S, float, double) {
  using units = hm::basic_categorical<S>;
  support::check_unit_family<units>(
      {.layers = {{units(1, 3), {S(0), S(1), S(-1)}},
                  {units(2, 3), {S(0.5), S(2), S(-3), S(4), S(4), S(4)}},
                  {units(3, 2), {S(1), S(-1), S(0), S(0), S(-5), S(-6)}},
                  {units(2, 1), {S(0.5), S(-2)}}},
       .extremes = {{units(1, 3), {S(-700), S(700), S(0)}}, {units(1, 2), {S(1e4), S(1e4)}}},
       .edge_means = {S(0), S(1)}});
}

TEST_CASE("digits of a state are the categories of the groups; the number of states saturates") {
  const hm::categorical units(2, 3);
  CHECK(units.size() == 6);
  CHECK(units.states() == 9);
  std::vector<double> state(6);
  units.write_state(7, state);  // 1 + 2 * 3
  CHECK(state == std::vector<double>{0, 1, 0, 0, 0, 1});
  for (hm::index s = 0; s < 9; ++s) {
    units.write_state(s, state);
    CHECK(units.state_number(state) == s);
  }
  CHECK(hm::categorical(31, 4).states() == hm::index{1} << 62);
  CHECK(hm::categorical(39, 3).states() == 4052555153018976267);  // 3^39 < 2^62
  CHECK(hm::categorical(40, 3).states() == hm::index{1} << 62);
  CHECK(hm::categorical(100, 1).states() == 1);
}

TEST_CASE("a group has exactly one 1") {
  const hm::categorical units(2, 2);
  CHECK(units.supports(std::vector<double>{0, 1, 1, 0}));
  CHECK(!units.supports(std::vector<double>{1, 1, 0, 0}));
  CHECK(!units.supports(std::vector<double>{0, 0, 1, 0}));
  CHECK(!units.supports(std::vector<double>{0.5, 0.5, 1, 0}));
}

TEST_CASE("the variance of an almost certain category keeps its digits") {
  const std::vector<double> eta{0, 40, 1};
  std::vector<double> variance(3);
  hm::categorical(1, 3).variance(eta, variance);
  CHECK(variance[1] ==
        doctest::Approx(4.2483542552915889e-18 * (1 + std::exp(1.0))).epsilon(1e-14));
}

TEST_CASE("impossible shapes are refused") {
  CHECK_THROWS_WITH_AS(hm::categorical(2, 0),
                       "categorical: a group needs at least 1 category, got 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(hm::categorical(-1, 2), std::invalid_argument);
}

TEST_CASE("the state at which a linear function is largest") {
  std::vector<double> out(4);
  hm::categorical(2, 2).write_maximiser(
      std::span<const double>(std::vector<double>{0.5, -1, 0.2, 0.3}), std::span(out));
  CHECK(out == std::vector<double>{1, 0, 0, 1});
}

// SPDX-License-Identifier: MIT
#include "harmonium/units/spin.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "harmonium/units/bernoulli.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;

template class hm::basic_spin<float>;
template class hm::basic_spin<double>;

TEST_CASE_TEMPLATE("spin units obey the laws of their concept", S, float, double) {
  using units = hm::basic_spin<S>;
  support::check_unit_family<units>(
      {.layers = {{units(1), {S(0)}}, {units(1), {S(-1.5)}}, {units(3), {S(0.3), S(-2), S(1e-3)}}},
       .extremes = {{units(3), {S(-1e9), S(1e9), S(400)}}},
       .edge_means = {S(-1), S(0), S(1)}});
}

TEST_CASE("spins are Bernoulli units at twice the input, moved to -1 and 1") {
  const hm::spin spins(1);
  const hm::bernoulli bits(1);
  for (const double e : {-30.0, -3.0, -0.2, 0.0, 1e-9, 0.7, 20.0}) {
    CAPTURE(e);
    const std::vector<double> eta{e}, twice{2 * e};
    std::vector<double> mean(1), probability(1), variance(1);
    spins.mean(eta, mean);
    spins.variance(eta, variance);
    bits.mean(twice, probability);
    CHECK(mean[0] == doctest::Approx(std::tanh(e)).epsilon(1e-15));
    CHECK(mean[0] == doctest::Approx(2 * probability[0] - 1).epsilon(1e-9));
    CHECK(variance[0] == doctest::Approx(1 / std::pow(std::cosh(e), 2)).epsilon(1e-14));
    CHECK(spins.log_partition(eta) == doctest::Approx(std::log(2 * std::cosh(e))).epsilon(1e-15));
    hm::random_engine one(3), other(3);
    std::vector<double> s(1), b(1);
    for (int n = 0; n < 20; ++n) {
      spins.sample(eta, s, one);
      bits.sample(twice, b, other);
      CHECK(s[0] == 2 * b[0] - 1);
    }
  }
}

TEST_CASE("states of spins are numbered, and the one in a direction is found") {
  const hm::spin spins(3);
  std::vector<double> state(3);
  for (hm::index s = 0; s < spins.states(); ++s) {
    spins.write_state(s, state);
    CHECK(spins.state_number(state) == s);
    std::vector<double> best(3);
    spins.write_maximiser(std::span<const double>(state), std::span<double>(best));
    CHECK(best == state);
  }
  CHECK(!spins.supports(std::vector<double>{1, 0, -1}));
  CHECK_THROWS_AS(hm::spin(-1), std::invalid_argument);
}

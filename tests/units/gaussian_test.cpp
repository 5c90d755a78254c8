// SPDX-License-Identifier: MIT
#include "harmonium/units/gaussian.hpp"

#include <doctest/doctest.h>

#include "support/unit_conformance.hpp"

namespace hm = harmonium;

template class hm::basic_gaussian<float>;
template class hm::basic_gaussian<double>;

TEST_CASE_TEMPLATE("Gaussian units obey the laws of their concept", S, float, double) {
  using units = hm::basic_gaussian<S>;
  hm::vector<S> deviations(3);
  deviations << S(0.1), S(1), S(20);
  support::check_unit_family<units>({.layers = {{units(1), {S(0)}},
                                                {units(1, S(0.25)), {S(-3)}},
                                                {units(1, S(30)), {S(0.01)}},
                                                {units(deviations), {S(5), S(-2), S(0.1)}}},
                                     .extremes = {{units(2), {S(-1e9), S(1e9)}}},
                                     .edge_means = {S(0)}});
}

TEST_CASE("mean and density in closed form") {
  const hm::gaussian units(1, 2.0);
  const std::vector<double> eta{0.75}, state{4.0};
  std::vector<double> mean(1);
  units.mean(eta, mean);
  CHECK(mean[0] == 3.0);  // sigma^2 eta
  const double log_density =
      eta[0] * state[0] + units.log_base_measure(state) - units.log_partition(eta);
  // standard normal at (4 - 3) / 2, over sigma
  CHECK(log_density ==
        doctest::Approx(-0.125 - std::log(2.0) - 0.91893853320467274).epsilon(1e-15));
}

TEST_CASE("standard deviations must be positive") {
  CHECK_THROWS_WITH_AS(hm::gaussian(2, 0.0),
                       "gaussian: the standard deviation must be positive and finite, got 0.000000 "
                       "for unit 0",
                       std::domain_error);
  CHECK_THROWS_AS(hm::gaussian(-1), std::invalid_argument);
}

TEST_CASE("a new standard deviation comes with the factor of eta that keeps the mean") {
  hm::gaussian units(2, 2.0);
  hm::vector<double> sigma(2);
  sigma << 4, 1;
  const auto rescale = units.set_standard_deviation(sigma);
  CHECK(rescale[0] == 0.25);
  CHECK(rescale[1] == 4);
  CHECK(units.standard_deviation() == sigma);
  sigma[0] = -1;
  CHECK_THROWS_AS(units.set_standard_deviation(sigma), std::domain_error);
  CHECK_THROWS_AS(units.set_standard_deviation(hm::vector<double>::Ones(1)), std::invalid_argument);
  CHECK(units.standard_deviation()[0] == 4);
}

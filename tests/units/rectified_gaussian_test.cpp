// SPDX-License-Identifier: MIT
#include "harmonium/units/rectified_gaussian.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "support/unit_conformance.hpp"

namespace hm = harmonium;

template class hm::basic_rectified_gaussian<float>;
template class hm::basic_rectified_gaussian<double>;

TEST_CASE_TEMPLATE("rectified Gaussian units obey the laws of their concept", S, float, double) {
  using units = hm::basic_rectified_gaussian<S>;
  hm::vector<S> deviations(3);
  deviations << S(0.5), S(1), S(3);
  support::check_unit_family<units>({.layers = {{units(1), {S(0)}},
                                                {units(1), {S(-1)}},
                                                {units(1), {S(1.5)}},
                                                {units(1), {S(-6)}},
                                                {units(1, S(0.25)), {S(-3)}},
                                                {units(1, S(3)), {S(0.1)}},
                                                {units(deviations), {S(5), S(-2), S(0.1)}}},
                                     .extremes = {{units(3), {S(-1e9), S(1e9), S(-40)}}},
                                     .edge_means = {S(0), S(1e-20)}});
}

TEST_CASE("the units are Gaussian far above zero and exponential far below") {
  const hm::relu units(1, 2.0);
  std::vector<double> mean(1), variance(1);
  units.mean(std::vector<double>{50}, mean);
  units.variance(std::vector<double>{50}, variance);
  CHECK(mean[0] == 200);
  CHECK(variance[0] == 4);
  CHECK(units.log_partition(std::vector<double>{50}) ==
        doctest::Approx(0.5 * 4 * 2500 + std::log(2.0)).epsilon(1e-15));
  units.mean(std::vector<double>{-1e7}, mean);
  units.variance(std::vector<double>{-1e7}, variance);
  CHECK(mean[0] == doctest::Approx(1e-7).epsilon(1e-13));
  CHECK(variance[0] == doctest::Approx(1e-14).epsilon(1e-13));
  CHECK(units.log_partition(std::vector<double>{0}) == doctest::Approx(0).epsilon(1e-15));
}

TEST_CASE("rectified Gaussian units refuse what they cannot be") {
  CHECK_THROWS_AS(hm::relu(-1), std::invalid_argument);
  CHECK_THROWS_AS(hm::relu(2, 0.0), std::domain_error);
  const hm::relu units(1);
  CHECK(!units.supports(std::vector<double>{-1e-9}));
  CHECK(units.supports(std::vector<double>{0}));
  hm::random_engine rng(1);
  std::vector<double> out(1);
  CHECK_THROWS_AS(
      units.sample(std::vector<double>{std::numeric_limits<double>::quiet_NaN()}, out, rng),
      std::domain_error);
}

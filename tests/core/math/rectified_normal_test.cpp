// SPDX-License-Identifier: MIT
#include "harmonium/core/math/rectified_normal.hpp"

#include <doctest/doctest.h>

#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>

#include "support/accuracy.hpp"

namespace math = harmonium::math;
using support::relative_error;
using support::worst_error;

namespace {

using precise = boost::multiprecision::cpp_bin_float_100;

/// The closed forms, with so many digits that their cancellation does not matter.
struct exact_moments {
  precise log_partition, mean, variance;
  explicit exact_moments(double at) {
    const precise z = at, below = boost::math::erfc(precise(-z / sqrt(precise(2)))) / 2;
    const precise ratio =
        exp(precise(-z * z / 2)) / sqrt(2 * boost::math::constants::pi<precise>()) / below;
    log_partition = z * z / 2 + log(precise(2 * below));
    mean = z + ratio;
    variance = 1 - ratio * mean;
  }
};

}  // namespace

TEST_CASE("log-partition and moments against closed forms with 100 digits") {
  worst_error partition, mean, variance;
  const auto look = [&](double z) {
    const exact_moments want(z);
    const auto got = math::rectified_moments(z);
    const auto log = static_cast<double>(want.log_partition);
    partition.see(std::abs(math::rectified_log_partition(z) - log) / std::max(1.0, std::abs(log)),
                  z);
    mean.see(relative_error(got.mean, static_cast<double>(want.mean)), z);
    variance.see(relative_error(got.variance, static_cast<double>(want.variance)), z);
  };
  for (double z = -40; z <= 40; z += 0.0371) look(z);
  for (const double z : {-1e4, -1e3, -300.0, -100.0, -3.0, std::nextafter(-3.0, -4.0), 0.0, 1e3})
    look(z);
  INFO("partition at ", partition.at, ", mean at ", mean.at, ", variance at ", variance.at);
  CHECK(partition.error < 2e-15);
  CHECK(mean.error < 2e-14);
  CHECK(variance.error < 1e-13);
}

TEST_CASE("far below zero the unit is exponential with mean and deviation -1 / z") {
  for (const double z : {-1e6, -1e9, -1e100}) {
    const auto got = math::rectified_moments(z);
    CHECK(got.mean == doctest::Approx(-1 / z).epsilon(1e-11));
    CHECK(got.variance == doctest::Approx(1 / z / z).epsilon(1e-11));
  }
  CHECK(math::rectified_log_partition(-1e9) ==
        doctest::Approx(std::log(std::sqrt(0.63661977236758134308) / 1e9)).epsilon(1e-14));
}

TEST_CASE("the location of a mean is the inverse of the mean") {
  worst_error worst;
  for (double log = std::log(1e-8); log < std::log(1e6); log += 0.137) {
    const double mean = std::exp(log);
    worst.see(relative_error(math::rectified_moments(math::rectified_location(mean)).mean, mean),
              mean);
  }
  INFO("at ", worst.at);
  CHECK(worst.error < 2e-14);
  CHECK(math::rectified_location(0) == -1e9);
  CHECK(std::isnan(math::rectified_location(std::numeric_limits<double>::quiet_NaN())));
}

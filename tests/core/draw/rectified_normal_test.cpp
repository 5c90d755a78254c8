// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/rectified_normal.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

TEST_CASE_TEMPLATE("positive normal numbers have their distribution", Engine, hm::random_engine,
                   std::mt19937_64) {
  Engine rng(17);
  const boost::math::normal_distribution<double> standard;
  for (const double z : {3.0, 0.2, -0.44, -0.46, -2.0, -9.0}) {
    CAPTURE(z);
    const auto sample = statistics::collect(100000, [&] { return draw::rectified_normal(z, rng); });
    for (const double x : sample)
      if (!(x >= 0)) FAIL_CHECK("a number is negative");
    const double all = cdf(complement(standard, -z));
    CHECK(statistics::kolmogorov_p(sample, [&](double x) {
            return 1 - cdf(complement(standard, x - z)) / all;
          }) > statistics::implausible);
  }
}

TEST_CASE("far below zero the numbers are exponential") {
  hm::random_engine rng(18);
  const auto sample =
      statistics::collect(100000, [&] { return draw::rectified_normal(-1e8, rng) * 1e8; });
  CHECK(statistics::kolmogorov_p(sample, [](double x) { return -std::expm1(-x); }) >
        statistics::implausible);
}

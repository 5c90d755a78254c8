// SPDX-License-Identifier: MIT
#include "harmonium/core/math/beta.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace hm = harmonium;

TEST_CASE("beta distribution and its quantiles against Boost") {
  for (const double a : {0.5, 1.0, 3.7, 40.0, 2500.0})
    for (const double b : {0.5, 1.0, 9.3, 800.0}) {
      CAPTURE(a);
      CAPTURE(b);
      const boost::math::beta_distribution<> exact(a, b);
      for (const double p : {1e-6, 0.1586553, 0.5, 0.9, 0.999}) {
        const double x = boost::math::quantile(exact, p);
        CHECK(std::abs(hm::math::incomplete_beta(x, a, b) - boost::math::cdf(exact, x)) < 1e-11);
        CHECK(std::abs(hm::math::beta_quantile(p, a, b) - x) < 2e-11);
      }
    }
  CHECK(hm::math::incomplete_beta(0, 2, 3) == 0);
  CHECK(hm::math::incomplete_beta(1, 2, 3) == 1);
  CHECK(std::isnan(hm::math::beta_quantile(1.5, 2, 3)));
}

TEST_CASE("Student's quantiles against Boost") {
  for (const double degrees : {1.0, 4.0, 19.0, 300.0}) {
    const boost::math::students_t_distribution<> exact(degrees);
    for (const double tail : {0.025, 0.005, 0.3})
      CHECK(hm::math::student_quantile(tail, degrees) ==
            doctest::Approx(boost::math::quantile(boost::math::complement(exact, tail)))
                .epsilon(1e-9));
  }
}

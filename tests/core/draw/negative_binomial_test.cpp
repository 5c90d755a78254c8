// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/negative_binomial.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

TEST_CASE_TEMPLATE("negative binomial counts of every dispersion", Engine, hm::random_engine,
                   std::mt19937_64) {
  for (const double theta : {1e-3, 0.01, 0.3, 1.6, 30.0, 1e3, 1e6}) {
    for (const double mean : {1e-3, 0.4, 5.0, 29.0, 60.0, 1e4}) {
      CAPTURE(theta);
      CAPTURE(mean);
      Engine rng(61);
      const auto sample =
          statistics::collect(30000, [&] { return draw::negative_binomial(mean, theta, rng); });
      CHECK(statistics::counts_p(sample, statistics::negative_binomial_cdf(mean, theta)) >
            statistics::implausible);
      const statistics::moments m(sample, mean, mean + mean * mean / theta);
      CHECK(std::abs(m.mean_z) < 5);
      if (theta >= 1 && mean >= 0.1) CHECK(std::abs(m.variance_z) < 5);
    }
  }
}

TEST_CASE("inversion and mixture agree where both hold") {
  for (const double theta : {0.03, 0.5, 1.6, 1e4}) {
    for (const double mean : {0.05, 1.0, 9.0, 30.0}) {
      CAPTURE(theta);
      CAPTURE(mean);
      hm::random_engine rng(62);
      const auto inverted = statistics::collect(
          200000, [&] { return draw::negative_binomial_inversion(mean, theta, rng); });
      const auto mixed = statistics::collect(
          200000, [&] { return draw::negative_binomial_mixture(mean, theta, rng); });
      CHECK(statistics::counts_p(inverted, statistics::negative_binomial_cdf(mean, theta)) >
            statistics::implausible);
      CHECK(statistics::counts_p(mixed, statistics::negative_binomial_cdf(mean, theta)) >
            statistics::implausible);
    }
  }
}

TEST_CASE("huge inverse dispersions give Poisson counts") {
  for (const double mean : {2.0, 100.0}) {
    for (const double theta : {1e300, std::numeric_limits<double>::infinity()}) {
      hm::random_engine rng(63);
      const auto sample =
          statistics::collect(50000, [&] { return draw::negative_binomial(mean, theta, rng); });
      CHECK(statistics::counts_p(sample, statistics::poisson_cdf(mean)) > statistics::implausible);
    }
  }
}

TEST_CASE("parameters at and beyond the edges") {
  hm::random_engine rng(64);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(draw::negative_binomial(0, 1.6, rng) == 0);
  for (int i = 0; i < 1000; ++i) {
    CHECK(draw::negative_binomial(5, 1e-300, rng) == 0);
    CHECK(draw::negative_binomial(1e-300, 1, rng) == 0);
  }
  for (const double mean : {-1.0, infinity, std::nan("")})
    CHECK_THROWS_AS(draw::negative_binomial(mean, 1, rng), std::domain_error);
  for (const double theta : {0.0, -1.0, std::nan("")})
    CHECK_THROWS_AS(draw::negative_binomial(1, theta, rng), std::domain_error);
  CHECK_THROWS_AS(draw::negative_binomial(1e16, 1e9, rng), std::overflow_error);
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(draw::negative_binomial(0.7, 1.6, rng) == 1);
  CHECK(draw::negative_binomial(70, 1.6, rng) == 88);
  CHECK(draw::negative_binomial(7e6, 0.3, rng) == 2035678);
  fingerprint all;
  for (const double theta : {1e-3, 0.3, 1.6, 30.0, 1e6})
    for (const double mean : {0.01, 1.0, 9.9, 60.0, 1e6})
      for (int i = 0; i < 10000; ++i) all.add(draw::negative_binomial(mean, theta, rng));
  CHECK(all.value() == 0xf632bc960856bc1au);
}

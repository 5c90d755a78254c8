// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/gamma.hpp"

#include <doctest/doctest.h>

#include <boost/math/special_functions/gamma.hpp>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

namespace {

constexpr double shapes[] = {1e-6, 1e-3, 0.01, 0.1, 0.5, 0.999, 1, 1.001, 2.5, 100, 1e6, 1e12};

/// P(log variate <= x); where exp(x) underflows, the leading term of the series, exact there.
double log_cdf(double shape, double x) {
  if (x < -600) return std::exp(shape * x - boost::math::lgamma(shape + 1));
  return statistics::gamma_cdf(shape, std::exp(x));
}

}  // namespace

TEST_CASE_TEMPLATE("log gamma variates of every shape", Engine, hm::random_engine,
                   std::mt19937_64) {
  for (const double shape : shapes) {
    CAPTURE(shape);
    Engine rng(31);
    const auto sample =
        statistics::collect(25000, [&] { return draw::log_gamma_variate(shape, rng); });
    CHECK(std::all_of(sample.begin(), sample.end(), [](double x) { return std::isfinite(x); }));
    CHECK(statistics::kolmogorov_p(sample, [&](double x) { return log_cdf(shape, x); }) >
          statistics::implausible);
  }
}

TEST_CASE_TEMPLATE("gamma numbers of every shape", Engine, hm::random_engine, std::mt19937_64) {
  for (const double shape : shapes) {
    CAPTURE(shape);
    Engine rng(32);
    const auto sample = statistics::collect(25000, [&] { return draw::gamma(shape, rng); });
    const statistics::moments m(sample, shape, shape);
    CHECK(std::abs(m.mean_z) < 5);
    if (shape > 0.05) {
      CHECK(std::abs(m.variance_z) < 5);
      CHECK(statistics::kolmogorov_p(sample, [&](double x) {
              return statistics::gamma_cdf(shape, x);
            }) > statistics::implausible);
    } else {
      // Numbers that underflow come out as 0: as many as there should be.
      double zeros = 0;
      for (const double x : sample) zeros += x == 0;
      const double p = log_cdf(shape, std::log(5e-324));
      CHECK(std::abs(zeros - 25000 * p) <= 5 * std::sqrt(25000 * p * (1 - p)));
    }
  }
}

TEST_CASE("a gamma number is the exponential of its log variate") {
  for (const double shape : {0.02, 0.5, 2.5, 100.0}) {
    hm::random_engine first(33), second(33);
    for (int i = 0; i < 100; ++i) {
      const double logarithm = draw::log_gamma_variate(shape, second);
      CHECK(draw::gamma(shape, first) ==
            doctest::Approx(std::exp(logarithm)).epsilon(1e-12 * (1 + std::abs(logarithm))));
      CHECK(first == second);
    }
  }
}

TEST_CASE("extreme shapes stay usable") {
  hm::random_engine rng(34);
  for (int i = 0; i < 1000; ++i) {
    CHECK(std::isfinite(draw::log_gamma_variate(1e-300, rng)));
    CHECK(draw::gamma(1e-300, rng) == 0);
    CHECK(std::abs(draw::gamma(1e18, rng) / 1e18 - 1) < 1e-8);
  }
}

TEST_CASE("shapes that are none are refused") {
  hm::random_engine rng(35);
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double shape : {0.0, -1.0, infinity, std::nan("")}) {
    CHECK_THROWS_AS(draw::gamma(shape, rng), std::domain_error);
    CHECK_THROWS_AS(draw::log_gamma_variate(shape, rng), std::domain_error);
  }
  CHECK_THROWS_WITH(draw::gamma(-1, rng), "gamma: shape must be positive and finite, got -1");
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(draw::gamma(2.5, rng) == 0x1.39f5e59bef285p+1);
  CHECK(draw::gamma(0.3, rng) == 0x1.ad6f99a6e3fc1p+0);
  CHECK(draw::log_gamma_variate(1e-3, rng) == -0x1.7b879a9ecc283p+9);
  fingerprint all;
  for (const double shape : shapes) {
    for (int i = 0; i < 10000; ++i) {
      all.add(draw::gamma(shape, rng));
      all.add(draw::log_gamma_variate(shape, rng));
    }
  }
  CHECK(all.value() == 0xc1c0ad1c4db3a767u);
}

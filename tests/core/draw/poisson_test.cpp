// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/poisson.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/poisson.hpp>
#include <limits>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

TEST_CASE_TEMPLATE("Poisson counts of every rate", Engine, hm::random_engine, std::mt19937_64) {
  for (const double rate : {1e-3, 0.5, 3.0, 9.9, 10.0, 10.5, 16.0, 30.0, 1e3, 1e6, 1e9, 1e12,
                            123456789012345.7, 1e15}) {
    CAPTURE(rate);
    Engine rng(41);
    const auto sample = statistics::collect(200000, [&] { return draw::poisson(rate, rng); });
    CHECK(statistics::counts_p(sample, statistics::poisson_cdf(rate)) > statistics::implausible);
    const statistics::moments m(sample, rate, rate);
    CHECK(std::abs(m.mean_z) < 5);
    CHECK(std::abs(m.variance_z) < 5);
  }
}

TEST_CASE("huge counts prefer no last bits") {
  for (const double rate : {1e12, 1e15}) {
    hm::random_engine rng(42);
    std::vector<double> last_digits(8, 0);
    for (int i = 0; i < 80000; ++i)
      ++last_digits[static_cast<std::size_t>(draw::poisson(rate, rng) % 8)];
    CHECK(statistics::chi_square_p(last_digits, std::vector<double>(8, 10000)) >
          statistics::implausible);
  }
}

TEST_CASE("both methods agree where both hold") {
  const auto exact_cdf = statistics::poisson_cdf(10);
  hm::random_engine rng(43);
  const auto inverted =
      statistics::collect(500000, [&] { return draw::poisson_inversion(10, rng); });
  const auto rejected =
      statistics::collect(500000, [&] { return draw::poisson_rejection::draw(10, rng); });
  CHECK(statistics::counts_p(inverted, exact_cdf) > statistics::implausible);
  CHECK(statistics::counts_p(rejected, exact_cdf) > statistics::implausible);
}

TEST_CASE("the log mass is right at every size") {
  for (const double rate : {10.0, 30.0, 1e3, 1e6}) {
    const boost::math::poisson_distribution<double> exact(rate);
    for (const double away : {-2.5, -1.0, 0.0, 1.0, 5.0}) {
      const double count = std::max(0.0, std::floor(rate + away * std::sqrt(rate)));
      CHECK(std::exp(draw::poisson_rejection::log_mass(count, rate)) ==
            doctest::Approx(pdf(exact, count)).epsilon(1e-9));
    }
  }
  // At 1e15 the normal approximation holds to 1e-7: deviance z^2 / 2, height 1 / sqrt(2 pi rate).
  const double root = std::sqrt(1e15);
  for (const double z : {-3.0, 0.0, 3.0}) {
    CHECK(draw::poisson_rejection::log_mass(std::floor(1e15 + z * root), 1e15) ==
          doctest::Approx(-z * z / 2 - std::log(root) - 0.91893853320467274).epsilon(1e-7));
  }
}

TEST_CASE("rates at and beyond the edges") {
  hm::random_engine rng(44);
  CHECK(draw::poisson(0, rng) == 0);
  CHECK(rng.position() == 0);
  CHECK(draw::poisson(std::numeric_limits<double>::denorm_min(), rng) == 0);
  for (const double rate :
       {-1e-300, -1.0, 1.0000001e15, std::numeric_limits<double>::infinity(), std::nan("")})
    CHECK_THROWS_AS(draw::poisson(rate, rng), std::domain_error);
  CHECK_THROWS_WITH(draw::poisson(-1, rng), "poisson: rate must be in [0, 1e15], got -1");
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(draw::poisson(3, rng) == 4);
  CHECK(draw::poisson(300, rng) == 271);
  CHECK(draw::poisson(1e15, rng) == 1000000079792758);
  fingerprint all;
  for (const double rate : {0.01, 0.7, 9.9, 10.0, 31.7, 1e3, 1e6, 1e12, 1e15})
    for (int i = 0; i < 20000; ++i) all.add(draw::poisson(rate, rng));
  CHECK(all.value() == 0x67d25ebbcafa7c33u);
}

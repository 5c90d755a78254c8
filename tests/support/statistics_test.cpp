// SPDX-License-Identifier: MIT
#include "support/statistics.hpp"

#include <doctest/doctest.h>

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <random>

namespace {

double unit_cdf(double x) {
  return x;
}

}  // namespace

TEST_CASE("chi-square p-values are those of the tables") {
  // 1 degree of freedom: 3.841 is the 5 % point; 10 of them: 23.209 is the 1 % point.
  CHECK(statistics::chi_square_p({50 + std::sqrt(3.8414588 * 25), 50 - std::sqrt(3.8414588 * 25)},
                                 {50, 50}) == doctest::Approx(0.05).epsilon(1e-6));
  std::vector<double> expected(11, 100), observed(11, 100);
  observed[0] += std::sqrt(23.209251 * 50), observed[1] -= std::sqrt(23.209251 * 50);
  CHECK(statistics::chi_square_p(observed, expected) == doctest::Approx(0.01).epsilon(1e-5));
}

TEST_CASE("Kolmogorov-Smirnov accepts the right distribution and rejects a slightly wrong one") {
  std::mt19937_64 rng(1);
  const auto sample = statistics::collect(
      100000, [&] { return (static_cast<double>(rng() >> 12) + 0.5) * 0x1p-52; });
  CHECK(statistics::kolmogorov_p(sample, unit_cdf) > 0.001);
  CHECK(statistics::kolmogorov_p(sample, [](double x) { return std::pow(x, 1.03); }) <
        statistics::implausible);
}

TEST_CASE("binned counts accept the right distribution and reject a slightly wrong one") {
  std::mt19937_64 rng(2);
  // geometric: number of ones before the first zero in random bits
  const auto sample = statistics::collect(100000, [&] {
    std::int64_t ones = 0;
    for (auto word = rng(); word & 1; word >>= 1) ++ones;
    return ones;
  });
  const auto geometric = [](double p) {
    return [p](std::int64_t k) { return 1 - std::pow(p, static_cast<double>(k) + 1); };
  };
  CHECK(statistics::counts_p(sample, geometric(0.5)) > 0.001);
  CHECK(statistics::counts_p(sample, geometric(0.51)) < statistics::implausible);
  const statistics::moments m(sample, 1, 2);
  CHECK(std::abs(m.mean_z) < 4);
  CHECK(std::abs(m.variance_z) < 4);
  CHECK(std::abs(statistics::moments(sample, 1.05, 2).mean_z) > 5);
  CHECK(std::abs(statistics::moments(sample, 1, 2.2).variance_z) > 5);
}

TEST_CASE("the distribution function of huge gamma shapes meets Boost where Boost converges") {
  for (const double shape : {1e8, 1e10, 1e12})
    for (const double z : {-4.0, -1.5, -0.3}) {
      const double x = shape + z * std::sqrt(shape);
      CHECK(std::abs(statistics::gamma_cdf(shape, x) - boost::math::gamma_p(shape, x)) < 1e-8);
    }
}

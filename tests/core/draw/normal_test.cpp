// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/normal.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/normal.hpp>
#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

TEST_CASE_TEMPLATE("normal numbers are normal", Engine, hm::random_engine, std::mt19937_64) {
  Engine rng(11);
  const boost::math::normal_distribution<double> standard;
  const auto sample = statistics::collect(400000, [&] { return draw::normal(rng); });
  CHECK(statistics::kolmogorov_p(sample, [&](double x) { return cdf(standard, x); }) >
        statistics::implausible);
  const statistics::moments m(sample, 0, 1);
  CHECK(std::abs(m.mean_z) < 5);
  CHECK(std::abs(m.variance_z) < 5);

  // Both tails, which the tests above hardly see: numbers beyond 3 and beyond 4.
  for (const double bound : {3.0, 4.0}) {
    const double expected = 400000 * cdf(complement(standard, bound));
    double above = 0, below = 0;
    for (const double x : sample) above += x > bound, below += x < -bound;
    CHECK(std::abs(above - expected) < 5 * std::sqrt(expected));
    CHECK(std::abs(below - expected) < 5 * std::sqrt(expected));
  }
}

TEST_CASE("successive normal numbers are independent") {
  hm::random_engine rng(12);
  const auto products = statistics::collect(400000, [&] {
    const double first = draw::normal(rng);
    const double second = draw::normal(rng);
    return first * second;
  });
  const statistics::moments m(products, 0, 1);
  CHECK(std::abs(m.mean_z) < 5);
  CHECK(std::abs(m.variance_z) < 5);
}

TEST_CASE("mean and deviation shift and scale") {
  hm::random_engine rng(13), same(13);
  CHECK(draw::normal(10, 3, rng) == 10 + 3 * draw::normal(same));
  CHECK(draw::normal(10, 0, rng) == 10);
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(draw::normal(rng) == 0x1.7dc9c9290fce3p-3);
  CHECK(draw::normal(3, 0.7, rng) == 0x1.5b378bff000b4p+1);
  CHECK(fingerprint::of(100000, [&] { return draw::normal(rng); }) == 0x7b9bd392eca63c5cu);
}

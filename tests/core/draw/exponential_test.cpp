// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/exponential.hpp"

#include <doctest/doctest.h>

#include <random>

#include "support/fingerprint.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
namespace draw = harmonium::draw;

TEST_CASE_TEMPLATE("exponential numbers are exponential", Engine, hm::random_engine,
                   std::mt19937_64) {
  Engine rng(21);
  const auto sample = statistics::collect(400000, [&] { return draw::exponential(rng); });
  CHECK(statistics::kolmogorov_p(sample, [](double x) { return -std::expm1(-x); }) >
        statistics::implausible);
  const statistics::moments m(sample, 1, 1);
  CHECK(std::abs(m.mean_z) < 5);
  CHECK(std::abs(m.variance_z) < 5);
  CHECK(*std::min_element(sample.begin(), sample.end()) > 0);
  double beyond = 0;
  for (const double x : sample) beyond += x > 8;
  const double expected = 400000 * std::exp(-8.0);
  CHECK(std::abs(beyond - expected) < 5 * std::sqrt(expected));
}

TEST_CASE("the same bits from every compiler") {
  hm::random_engine rng(7);
  CHECK(draw::exponential(rng) == 0x1.2660eddaaf22ap-2);
  CHECK(fingerprint::of(100000, [&] { return draw::exponential(rng); }) == 0x273796c16f0a2f4u);
}

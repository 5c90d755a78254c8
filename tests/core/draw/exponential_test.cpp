// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/exponential.hpp"

#include <doctest/doctest.h>

#include <random>

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
  double beyond = 0;
  for (const double x : sample) {
    REQUIRE(x > 0);
    beyond += x > 8;
  }
  const double expected = 400000 * std::exp(-8.0);
  CHECK(std::abs(beyond - expected) < 5 * std::sqrt(expected));
}

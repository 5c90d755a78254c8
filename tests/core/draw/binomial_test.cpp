// SPDX-License-Identifier: MIT
#include "harmonium/core/draw/binomial.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/binomial.hpp>
#include <stdexcept>

#include "support/statistics.hpp"

namespace hm = harmonium;

TEST_CASE("counts follow the binomial distribution, for few and for many trials") {
  struct setting {
    std::int64_t trials;
    double p;
  };
  for (const auto& [trials, p] :
       {setting{5, 0.3}, setting{32, 0.9}, setting{33, 0.02}, setting{5000, 0.4}}) {
    hm::random_engine rng(static_cast<std::uint64_t>(trials));
    const auto sample = statistics::collect(
        20000, [&, n = trials, share = p] { return hm::draw::binomial(n, share, rng); });
    const boost::math::binomial truth(static_cast<double>(trials), p);
    CHECK(statistics::counts_p(sample, [&](std::int64_t count) {
            return static_cast<double>(count) >= truth.trials()
                       ? 1.0
                       : boost::math::cdf(truth, static_cast<double>(count));
          }) > statistics::implausible);
  }
}

TEST_CASE("no trials, certain failure, certain success, and nonsense") {
  hm::random_engine rng(1);
  CHECK(hm::draw::binomial(0, 0.5, rng) == 0);
  CHECK(hm::draw::binomial(1000, 0, rng) == 0);
  CHECK(hm::draw::binomial(1000, 1, rng) == 1000);
  CHECK_THROWS_AS((void)hm::draw::binomial(-1, 0.5, rng), std::domain_error);
  CHECK_THROWS_AS((void)hm::draw::binomial(1, 1.5, rng), std::domain_error);
}

// SPDX-License-Identifier: MIT
#include "harmonium/units/nb_scores.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/negative_binomial.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "support/accuracy.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;
using support::worst_error;

namespace {

struct law {
  double mean, theta;
};

}  // namespace

TEST_CASE("distribution function against Boost.Math") {
  struct level {
    double mean, error;
  };
  for (const level at :
       {level{0.01, 1e-13}, {1, 1e-13}, {30, 1e-13}, {1000, 1e-13}, {1e5, 1e-11}, {1e6, 1e-10}}) {
    const double mean = at.mean, error = at.error;
    for (const double theta : {0.02, 0.3, 5.0, 100.0, 1e4}) {
      const boost::math::negative_binomial_distribution<long double> exact(
          theta, theta / (static_cast<long double>(theta) + mean));
      const double deviation = std::sqrt(mean + mean * mean / theta);
      worst_error seen;
      for (double k = -8; k < 12; k += 0.4) {
        double x = std::floor(mean + k * deviation);
        if (x < 0) x = std::floor(mean * std::exp(k));  // theta < 1: the body is near 0
        const auto want = static_cast<double>(cdf(exact, static_cast<long double>(x)));
        seen.see(std::abs(hm::nb_cdf(x, mean, theta) - want), x);
      }
      CAPTURE(mean);
      CAPTURE(theta);
      INFO("at ", seen.at);
      CHECK(seen.error < error);
    }
  }
}

TEST_CASE("distribution function is the sum of the masses") {
  for (const law at : {law{0.05, 0.02}, {0.7, 3}, {12, 0.3}, {40, 1e4}, {150, 0.05}}) {
    const auto [mean, theta] = at;
    const double eta = hm::nb_natural_from_mean(mean, theta);
    double sum = 0;
    for (double x = 0; x < 400; x += 1) {
      sum += std::exp(hm::nb_log_pmf(x, eta, theta));
      CHECK(hm::nb_cdf(x, mean, theta) == doctest::Approx(sum).epsilon(1e-12));
    }
  }
  CHECK(hm::nb_cdf(-1, 2, 1) == 0);
  CHECK(hm::nb_cdf(0, 0, 1) == 1);
  CHECK(hm::nb_cdf(1e15, 2, 1) == 1);
}

TEST_CASE("the quantile is the smallest count that reaches the level") {
  hm::random_engine rng(1);
  for (const law at : {law{1e-6, 1},
                       {0.1, 0.02},
                       {3, 0.5},
                       {60, 1e3},
                       {100, 1e4},
                       {199, 1e4},
                       {150, 0.02},
                       {1e3, 1e3},
                       {1e5, 0.3},
                       {1e6, 20}}) {
    const auto [mean, theta] = at;
    for (int i = 0; i < 60; ++i) {
      const double p = i == 0 ? 1e-9 : i == 1 ? 1 - 1e-9 : hm::draw::uniform(rng);
      const double x = hm::nb_quantile(p, mean, theta);
      CAPTURE(at.mean);
      CAPTURE(at.theta);
      CAPTURE(p);
      REQUIRE(x >= 0);
      CHECK(x == std::floor(x));
      // Levels that a cumulative sum hits within rounding may go to either side.
      CHECK(hm::nb_cdf(x, mean, theta) > p - 1e-12);
      CHECK(hm::nb_cdf(x - 1, mean, theta) < p + 1e-12);
    }
    CHECK(hm::nb_quantile(0, mean, theta) == 0);
  }
  CHECK(hm::nb_quantile(0.99, 0, 1) == 0);
}

TEST_CASE("score intervals of all counts share out the real line") {
  for (const law at : {law{0.3, 0.5}, {8, 2}, {500, 0.3}, {500, 1e4}}) {
    const auto [mean, theta] = at;
    const hm::nb_score_table table(mean, theta);
    double end = -hm::score_limit, table_end = -hm::score_limit;
    for (double x = 0; x < 2000; x += 1) {
      const auto exact = hm::nb_score_interval(x, mean, theta);
      CHECK(exact.lower == end);
      CHECK(exact.upper >= exact.lower);
      end = exact.upper;
      const auto own = table.interval(x);
      CHECK(own.lower == table_end);
      CHECK(own.upper >= own.lower);
      table_end = own.upper;
      // Exact at every count up to 24, but for rounding where the distribution function is near 1.
      if (x <= 24 && exact.upper < 5)
        CHECK(own.upper == doctest::Approx(exact.upper).epsilon(1e-8));
    }
    CHECK(table.interval(1e12).lower == hm::score_limit);
    CHECK(table.interval(1e12).upper == hm::score_limit);
  }
}

TEST_CASE("a table turns standard normal numbers into negative binomial counts") {
  for (const law at : {law{0.2, 0.02},
                       {0.5, 3},
                       {7, 0.3},
                       {40, 1e3},
                       {300, 2},
                       {900, 1e4},
                       {1e5, 0.3},
                       {1e6, 0.5},
                       {1e6, 100}}) {
    const auto [mean, theta] = at;
    const hm::nb_score_table table(mean, theta);
    CHECK(table.nodes() < 700);
    hm::random_engine rng(7);
    std::vector<std::int64_t> counts;
    for (int i = 0; i < 20000; ++i)
      counts.push_back(static_cast<std::int64_t>(table.count(hm::draw::normal(rng))));
    CAPTURE(at.mean);
    CAPTURE(at.theta);
    CHECK(statistics::counts_p(counts, statistics::negative_binomial_cdf(mean, theta)) >
          statistics::implausible);
  }
}

TEST_CASE("a count's interval holds the score it came from, and counts rise with the score") {
  for (const law at : {law{1e-9, 1},
                       {0.4, 0.02},
                       {5, 0.7},
                       {80, 1e4},
                       {1e3, 0.02},
                       {1e4, 1e3},
                       {1e6, 0.02},
                       {1e6, 1e3}}) {
    const auto [mean, theta] = at;
    const hm::nb_score_table table(mean, theta);
    double before = 0;
    for (double z = -7; z <= 7; z += 0.0037) {
      const double count = table.count(z);
      const auto [lower, upper] = table.interval(count);
      CAPTURE(at.mean);
      CAPTURE(at.theta);
      CAPTURE(z);
      CHECK(count == std::floor(count));
      CHECK(count >= before);
      CHECK(z >= lower - 1e-12);
      CHECK(z <= upper + 1e-12);
      before = count;
    }
  }
}

TEST_CASE("a mean of zero knows the count zero alone") {
  const hm::nb_score_table table(0, 1);
  CHECK(table.count(-3) == 0);
  CHECK(table.count(7) == 0);
  CHECK(table.interval(0).lower == -hm::score_limit);
  CHECK(table.interval(0).upper == hm::score_limit);
  CHECK(table.nodes() == 1);
}

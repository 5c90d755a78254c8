// SPDX-License-Identifier: MIT
#include "harmonium/study/planning/tails.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace hm = harmonium;

TEST_CASE("binomial and beta-binomial tails are sums of probabilities") {
  // 0.3^3 ... by hand: P(X >= 3) of 4 trials.
  CHECK(hm::tails::binomial_at_least(3, 4, 0.3) ==
        doctest::Approx(4 * 0.027 * 0.7 + 0.0081).epsilon(1e-13));
  CHECK(hm::tails::binomial_at_least(0, 4, 0.3) == 1);
  CHECK(hm::tails::binomial_at_least(5, 4, 0.3) == 0);
  CHECK(hm::tails::binomial_at_least(4, 4, 1) == 1);
  // beta(1, 1): every count of 0 ... 9 is equally likely.
  CHECK(hm::tails::beta_binomial_at_least(4, 9, 1, 1) == doctest::Approx(0.6));
  // A beta that is all but a point is binomial.
  CHECK(hm::tails::beta_binomial_at_least(5, 40, 3e6, 17e6) ==
        doctest::Approx(hm::tails::binomial_at_least(5, 40, 0.15)).epsilon(1e-5));
  CHECK_THROWS_AS((void)hm::tails::binomial_at_least(1, 2, 1.5), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tails::beta_binomial_at_least(1, 2, 0, 1), std::invalid_argument);
}

TEST_CASE("tails of sums of beta-binomials are sums over groups") {
  // One group.
  for (const hm::index least : {1, 4, 17})
    CHECK(hm::tails::beta_binomials_at_least(least, 40, 1, 0.7, 5) ==
          doctest::Approx(hm::tails::beta_binomial_at_least(least, 40, 0.7, 5)).epsilon(1e-12));
  // Five groups of 8 by hand: every count of a group is equally likely for beta(1, 1), so that the
  // sum is one of five fair nine-sided dice that begin with 0.
  std::vector<double> sum{1};
  for (int group = 0; group < 5; ++group) {
    std::vector<double> next(sum.size() + 8, 0.0);
    for (std::size_t i = 0; i < sum.size(); ++i)
      for (std::size_t k = 0; k < 9; ++k) next[i + k] += sum[i] / 9;
    sum = next;
  }
  double above = 0;
  for (std::size_t k = 17; k < sum.size(); ++k) above += sum[k];
  CHECK(hm::tails::beta_binomials_at_least(17, 8, 5, 1, 1) ==
        doctest::Approx(above).epsilon(1e-12));
  // Shares that are all but fixed: binomial. The variance of a share of 0.15 is 1e-8 of p (1 - p),
  // so that the variance of the count is (1 + 39e-8) times the binomial one.
  CHECK(hm::tails::beta_binomials_at_least(40, 40, 6, 0.15e8, 0.85e8) ==
        doctest::Approx(hm::tails::binomial_at_least(40, 240, 0.15)).epsilon(1e-5));
  // Far from 0, where probabilities of few cells underflow.
  CHECK(hm::tails::beta_binomials_at_least(1000, 10'000, 3, 0.04e6, 0.96e6) == doctest::Approx(1));
  CHECK(hm::tails::beta_binomials_at_least(1000, 1000, 2, 0.5e7, 0.5e7) ==
        doctest::Approx(hm::tails::binomial_at_least(1000, 2000, 0.5)).epsilon(1e-3));
  CHECK(hm::tails::beta_binomials_at_least(0, 3, 2, 1, 1) == 1);
  CHECK(hm::tails::beta_binomials_at_least(7, 3, 2, 1, 1) == 0);
  CHECK_THROWS_AS((void)hm::tails::beta_binomials_at_least(1, 2, 0, 1, 1), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tails::beta_binomials_at_least(1, 2, 1, 0, 1), std::invalid_argument);
}

TEST_CASE("powers and quantiles are those of tables") {
  // R: power.t.test(n = 20, delta = 1, sd = 1) is 0.8689528.
  CHECK(hm::tails::t_test_power(38, std::sqrt(10.0), 0.05) ==
        doctest::Approx(0.8689528).epsilon(1e-6));
  CHECK(hm::tails::t_test_power(38, 0, 0.05) == doctest::Approx(0.05));
  CHECK(hm::tails::t_test_power(6, 60, 0.05) == 1);
  CHECK(hm::tails::z_test_power(1.959963985 + 0.841621234, 0.05) ==
        doctest::Approx(0.8).epsilon(1e-4));
  CHECK(hm::tails::chi_square_quantile(10, 0.95) == doctest::Approx(18.307038).epsilon(1e-6));
  CHECK(hm::tails::f_quantile(3, 12, 0.95) == doctest::Approx(3.490295).epsilon(1e-6));
  CHECK(hm::tails::beta_quantile(1, 3, 0.5) == doctest::Approx(1 - std::cbrt(0.5)));
}

// SPDX-License-Identifier: MIT
#include "harmonium/core/math/logistic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "support/accuracy.hpp"

namespace math = harmonium::math;
using support::ulps;
using support::unit_number;
using support::worst_error;

template <class S>
inline constexpr S infinity = std::numeric_limits<S>::infinity();
template <class S>
inline constexpr S not_a_number = std::numeric_limits<S>::quiet_NaN();

TEST_CASE_TEMPLATE("errors in units of the last place", S, float, double) {
  const double limit = sizeof(S) == 8 ? 700 : 85;
  worst_error log1mexp, softplus, sigmoid;
  harmonium::random_engine rng(11);
  for (int i = 0; i < 300000; ++i) {
    const double u = 2 * unit_number(rng) - 1;
    const double size = unit_number(rng);
    const S x = static_cast<S>(i % 3 == 0   ? limit * u
                               : i % 3 == 1 ? 3 * u
                                            : std::copysign(std::exp(-40 * size), u));
    const auto wide = static_cast<long double>(x);
    const long double below = -std::abs(wide);
    log1mexp.see(ulps(math::log1mexp(-std::abs(x)),
                      below > -0.69L ? std::log(-std::expm1(below)) : std::log1p(-std::exp(below))),
                 x);
    softplus.see(ulps(math::softplus(x), std::max(wide, 0.0L) + std::log1p(std::exp(below))), x);
    sigmoid.see(ulps(math::sigmoid(x), (x < 0 ? std::exp(below) : 1) / (1 + std::exp(below))), x);
  }
  INFO("log1mexp at ", log1mexp.at, ", softplus at ", softplus.at, ", sigmoid at ", sigmoid.at);
  CHECK(log1mexp.error < 2.3);
  CHECK(softplus.error < 1.8);
  CHECK(sigmoid.error < 2.4);
}

TEST_CASE_TEMPLATE("limits", S, float, double) {
  CHECK(math::log1mexp(S(0)) == -infinity<S>);
  CHECK(math::log1mexp(-infinity<S>) == 0);
  CHECK(std::isnan(math::log1mexp(S(1))));
  CHECK(std::isnan(math::log1mexp(not_a_number<S>)));
  CHECK(math::softplus(infinity<S>) == infinity<S>);
  CHECK(math::softplus(-infinity<S>) == 0);
  CHECK(std::isnan(math::softplus(not_a_number<S>)));
  CHECK(math::sigmoid(infinity<S>) == 1);
  CHECK(math::sigmoid(-infinity<S>) == 0);
  CHECK(math::sigmoid(S(0)) == S(0.5));
  CHECK(std::isnan(math::sigmoid(not_a_number<S>)));
}

template <class S>
S log_sum_exp(const std::vector<S>& values) {
  return math::log_sum_exp(std::span<const S>(values));
}

TEST_CASE_TEMPLATE("log_sum_exp at the limits", S, float, double) {
  CHECK(log_sum_exp<S>({}) == -infinity<S>);
  CHECK(log_sum_exp<S>({-infinity<S>, -infinity<S>}) == -infinity<S>);
  CHECK(log_sum_exp<S>({S(3), -infinity<S>}) == 3);
  CHECK(log_sum_exp<S>({S(3), infinity<S>, -infinity<S>}) == infinity<S>);
  CHECK(std::isnan(log_sum_exp<S>({S(3), not_a_number<S>})));
  CHECK(std::isnan(log_sum_exp<S>({infinity<S>, not_a_number<S>})));
  CHECK(log_sum_exp<S>({S(-7)}) == -7);
  const S large = std::numeric_limits<S>::max() / 2;
  CHECK(log_sum_exp<S>({large, -large, large}) == large);
}

TEST_CASE_TEMPLATE("log_sum_exp keeps its digits over many terms", S, float, double) {
  for (const double shift : {0.0, 1000.0, -1000.0}) {
    harmonium::random_engine rng(3);
    std::vector<S> values(1 << 17);
    for (S& x : values) x = static_cast<S>(shift) - static_cast<S>(20 * unit_number(rng));
    const S largest = *std::max_element(values.begin(), values.end());
    long double sum = 0;
    for (const S x : values) sum += std::exp(static_cast<long double>(x) - largest);
    const long double want = largest + std::log(sum);
    const auto scale = std::max(std::abs(want), 1.0L);
    CHECK(std::abs(static_cast<long double>(log_sum_exp(values)) - want) <
          3 * std::numeric_limits<S>::epsilon() * scale);
  }
}

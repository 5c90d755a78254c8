// SPDX-License-Identifier: MIT
#include "harmonium/core/math/elementary.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "support/accuracy.hpp"
#include "support/fingerprint.hpp"

namespace math = harmonium::math;
using support::ulps;
using support::unit_number;
using support::worst_error;

template <class S>
inline constexpr S infinity = std::numeric_limits<S>::infinity();
template <class S>
inline constexpr S not_a_number = std::numeric_limits<S>::quiet_NaN();

/// Arguments over the whole range, near 0, and in between.
template <class S>
S argument(int i, S limit, harmonium::random_engine& rng) {
  const double u = 2 * unit_number(rng) - 1;
  const double size = unit_number(rng);
  if (i % 3 == 0) return static_cast<S>(u * static_cast<double>(limit));
  if (i % 3 == 1) return static_cast<S>(2 * u);
  return static_cast<S>(std::copysign(std::exp(-40 * size), u));
}

// The reference is the C library's 64-bit-mantissa long double.
TEST_CASE_TEMPLATE("errors in units of the last place", S, float, double) {
  const S limit = sizeof(S) == 8 ? S(708) : S(87);
  worst_error exp, expm1, log, log1p, pair;
  harmonium::random_engine rng(11);
  for (int i = 0; i < 300000; ++i) {
    const S x = argument(i, limit, rng);
    const auto wide = static_cast<long double>(x);
    exp.see(ulps(math::exp(x), std::exp(wide)), x);
    expm1.see(ulps(math::expm1(x), std::expm1(wide)), x);
    const auto both = math::exponentials(x);
    pair.see(both.power == math::exp(x) && both.minus_one == math::expm1(x) ? 0 : 1, x);
    const S positive = i % 3 == 1 ? std::abs(x) : math::exp(x);
    log.see(ulps(math::log(positive), std::log(static_cast<long double>(positive))), positive);
    const S above = x > -1 ? x : -x;
    log1p.see(ulps(math::log1p(above), std::log1p(static_cast<long double>(above))), above);
  }
  INFO("exp at ", exp.at, ", expm1 at ", expm1.at, ", log at ", log.at, ", log1p at ", log1p.at);
  CHECK(exp.error < 1.0);
  CHECK(expm1.error < 2.0);
  CHECK(log.error < 0.85);
  CHECK(log1p.error < 0.95);
  CHECK(pair.error == 0);
}

TEST_CASE_TEMPLATE("infinities, NaN and zeros as in C", S, float, double) {
  CHECK(math::exp(S(0)) == 1);
  CHECK(math::exp(infinity<S>) == infinity<S>);
  CHECK(math::exp(-infinity<S>) == 0);
  CHECK(std::isnan(math::exp(not_a_number<S>)));
  CHECK(math::expm1(infinity<S>) == infinity<S>);
  CHECK(math::expm1(-infinity<S>) == -1);
  CHECK(std::isnan(math::expm1(not_a_number<S>)));
  CHECK(std::signbit(math::expm1(S(-0.0))));
  CHECK(math::log(S(1)) == 0);
  CHECK(math::log(S(0)) == -infinity<S>);
  CHECK(math::log(S(-0.0)) == -infinity<S>);
  CHECK(math::log(infinity<S>) == infinity<S>);
  CHECK(std::isnan(math::log(S(-1))));
  CHECK(std::isnan(math::log(-infinity<S>)));
  CHECK(std::isnan(math::log(not_a_number<S>)));
  CHECK(math::log1p(S(-1)) == -infinity<S>);
  CHECK(math::log1p(infinity<S>) == infinity<S>);
  CHECK(std::isnan(math::log1p(S(-1.5))));
  CHECK(std::isnan(math::log1p(not_a_number<S>)));
  CHECK(std::signbit(math::log1p(S(-0.0))));
  CHECK(!std::signbit(math::log1p(S(0))));
}

TEST_CASE_TEMPLATE("the ends of the range", S, float, double) {
  using limits = std::numeric_limits<S>;
  const S tiny = limits::denorm_min();
  CHECK(math::exp(tiny) == 1);
  CHECK(math::expm1(tiny) == tiny);
  CHECK(math::log1p(tiny) == tiny);
  CHECK(ulps(math::log(tiny), std::log(static_cast<long double>(tiny))) < 1);
  CHECK(ulps(math::log(limits::max()), std::log(static_cast<long double>(limits::max()))) < 1);
  CHECK(math::exp(limits::max()) == infinity<S>);
  CHECK(math::exp(-limits::max()) == 0);

  const S last = sizeof(S) == 8 ? S(0x1.62e42fefa39efp+9) : S(0x1.62e42ep+6f);  // e^x still finite
  CHECK(ulps(math::exp(last), std::exp(static_cast<long double>(last))) < 1);
  CHECK(math::exp(std::nextafter(last, infinity<S>)) == infinity<S>);
  CHECK(math::expm1(last) == math::exp(last));
  CHECK(math::expm1(std::nextafter(last, infinity<S>)) == infinity<S>);

  harmonium::random_engine rng(5);  // results below the normal numbers
  worst_error low;
  for (int i = 0; i < 10000; ++i) {
    const double depth = unit_number(rng);
    const S x = sizeof(S) == 8 ? S(-708 - 37 * depth) : S(-87 - 16.5 * depth);
    low.see(ulps(math::exp(x), std::exp(static_cast<long double>(x))), x);
  }
  INFO("at ", low.at);
  CHECK(low.error < 1.0);
}

template <class S>
std::uint64_t bits_of_results() {
  fingerprint bits;
  harmonium::random_engine rng(2);
  for (int i = 0; i < 50000; ++i) {
    const S x = static_cast<S>(170 * unit_number(rng) - 85);
    bits.add(static_cast<double>(math::exp(x)));
    bits.add(static_cast<double>(math::expm1(x)));
    bits.add(static_cast<double>(math::log(std::abs(x))));
    bits.add(static_cast<double>(math::log1p(std::abs(x))));
  }
  return bits.value();
}

// Written down once; any compiler that obeys IEEE 754 and does not contract must give the same.
TEST_CASE("the bits do not depend on the compiler") {
  CHECK(bits_of_results<double>() == 14967997222631721378u);
  CHECK(bits_of_results<float>() == 5462280234975481138u);
}

// SPDX-License-Identifier: MIT
#include "harmonium/core/math/gamma.hpp"

#include <doctest/doctest.h>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>

#include "support/accuracy.hpp"

namespace math = harmonium::math;
using support::relative_error;
using support::unit_number;
using support::worst_error;

namespace {

long double true_log_gamma(double x) {
  return boost::math::lgamma(static_cast<long double>(x));
}
long double true_digamma(double x) {
  return boost::math::digamma(static_cast<long double>(x));
}
long double true_trigamma(double x) {
  return boost::math::trigamma(static_cast<long double>(x));
}

}  // namespace

TEST_CASE("log-gamma, digamma and trigamma against Boost.Math in long double") {
  worst_error log_gamma, digamma, trigamma;
  harmonium::random_engine rng(1);
  for (int i = 0; i < 30000; ++i) {
    const double wide = std::exp(62 * unit_number(rng) - 14);  // 1e-6 .. 1e21
    const double x = i % 2 == 0 ? wide : 12 * unit_number(rng) + 1e-3;
    log_gamma.see(relative_error(math::log_gamma(x), static_cast<double>(true_log_gamma(x))), x);
    digamma.see(relative_error(math::digamma(x), static_cast<double>(true_digamma(x)), 1), x);
    trigamma.see(relative_error(math::trigamma(x), static_cast<double>(true_trigamma(x))), x);
  }
  INFO("log_gamma at ", log_gamma.at, ", digamma at ", digamma.at, ", trigamma at ", trigamma.at);
  CHECK(log_gamma.error < 1e-15);
  CHECK(digamma.error < 2e-15);
  CHECK(trigamma.error < 1e-15);
}

TEST_CASE("values known in closed form, and the ends of the range") {
  CHECK(math::log_gamma(1) == 0);
  CHECK(math::log_gamma(2) == 0);
  CHECK(math::log_gamma(0.5) == doctest::Approx(0.57236494292470008707).epsilon(1e-15));
  CHECK(math::log_factorial(0) == 0);
  CHECK(math::log_factorial(20) == doctest::Approx(std::log(2432902008176640000.0)).epsilon(1e-15));
  CHECK(math::digamma(1) == doctest::Approx(-0.57721566490153286061).epsilon(1e-15));
  CHECK(math::trigamma(1) == doctest::Approx(1.6449340668482264365).epsilon(1e-15));
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(math::log_gamma(0) == infinity);
  CHECK(math::log_gamma(infinity) == infinity);
  CHECK(std::isnan(math::log_gamma(-1.5)));
  CHECK(std::isnan(math::log_gamma(std::nan(""))));
  CHECK(math::digamma(0) == -infinity);
  CHECK(math::digamma(infinity) == infinity);
  CHECK(std::isnan(math::digamma(-1.5)));
  CHECK(math::trigamma(0) == infinity);
  CHECK(math::trigamma(infinity) == 0);
  CHECK(std::isnan(math::trigamma(-1.5)));
}

// Where x is no smaller than theta, subtraction in long double is a good enough reference.
TEST_CASE("differences over a count against Boost.Math in long double") {
  worst_error whole, real, first, second;
  harmonium::random_engine rng(4);
  for (int i = 0; i < 30000; ++i) {
    const double theta = std::exp(24 * unit_number(rng) - 14);  // 1e-6 .. 2e4
    const double drawn = theta * std::exp(20 * unit_number(rng));
    const double x = i % 2 == 0 ? drawn : std::ceil(drawn);
    const double top = x + theta;  // rounded; the reference makes up for it
    const long double lost = (static_cast<long double>(x) + theta) - top;
    const long double digamma_top = true_digamma(top);
    const long double trigamma_top = true_trigamma(top);
    const auto ratio =
        static_cast<double>(true_log_gamma(top) + lost * digamma_top - true_log_gamma(theta));
    (i % 2 == 0 ? real : whole).see(relative_error(math::log_gamma_ratio(x, theta), ratio, 1), x);
    first.see(relative_error(
                  math::digamma_difference(x, theta),
                  static_cast<double>(digamma_top + lost * trigamma_top - true_digamma(theta))),
              theta);
    second.see(relative_error(math::trigamma_difference(x, theta),
                              static_cast<double>(trigamma_top - true_trigamma(theta))),
               theta);
  }
  INFO("whole at ", whole.at, ", real at ", real.at, ", digamma at ", first.at, ", trigamma at ",
       second.at);
  CHECK(whole.error < 2e-15);
  CHECK(real.error < 1e-14);
  CHECK(first.error < 2e-15);
  CHECK(second.error < 2e-15);
}

// Computed with mpmath 1.3 at 60 digits from the doubles given.
TEST_CASE("differences where log-gammas of size 1e16 would be subtracted") {
  struct row {
    double x, theta, ratio, first, second;
  };
  constexpr row rows[] = {
      {1.0, 1000000000000.0, 27.631021115928548208, 1.0e-12, -1.0e-24},
      {7.0, 1000000000000.0, 193.41714781152083746, 6.999999999979e-12, -6.999999999958e-24},
      {9.0, 1000000000000.0, 248.67919004339293387, 8.999999999964e-12, -8.999999999928e-24},
      {1000.0, 1000000000000.0, 27631.021116428048208, 9.9999999950050000033e-10,
       -9.99999999001000001e-22},
      {1000000000000000.0, 1000000000000.0, 33546684650023080.56, 6.9087547793157200857,
       -9.990009990014990005e-13},
      {1000000000000000.0, 1e-06, 33538776394910655.094, 1000035.1159904149246,
       -1000000000001.6450222},
      {1000000000000000.0, 9.75, 33538776394910993.421, 32.313666859866118498,
       -0.10800324333663085456},
      {33.0, 1e-06, 67.742452956645151382, 1000004.0584935813157, -1000000000001.6142554},
      {32.0, 9.75, 100.86133192896933776, 1.4945660625156719226, -0.083762006113004249349},
      {1000000.0, 1000000.0, 14201804.572510532776, 0.69314743056000780942,
       -5.0000037500014583333e-7},
      {2000000.0, 0.001, 27017302.248987916541, 1015.0842294208344784, -1000001.6425326958272},
      {12345.0, 1000000000.0, 255828.79295012992476, 0.000012344923807287039985,
       -1.234484761520111415e-14},
      {0.25, 1000000000.0, 5.180816459142852789, 2.5000000009375000002e-10,
       -2.5000000018750000005e-19},
      {0.25, 0.125, -1.1563443752831488829, 5.634493614150715292, -57.226355812226526618},
      {0.001, 5.5, 0.0016111928131744084148, 0.0001993225851305785773, -0.000039601103773760211605},
  };
  for (const row& r : rows) {
    CAPTURE(r.x);
    CAPTURE(r.theta);
    CHECK(relative_error(math::log_gamma_ratio(r.x, r.theta), r.ratio) < 2e-15);
    CHECK(relative_error(math::digamma_difference(r.x, r.theta), r.first) < 2e-15);
    CHECK(relative_error(math::trigamma_difference(r.x, r.theta), r.second) < 2e-15);
  }
}

TEST_CASE("no count, no difference") {
  for (const double theta : {1e-6, 0.3, 1.0, 9.9, 10.0, 1e12}) {
    CHECK(math::log_gamma_ratio(0, theta) == 0);
    CHECK(math::digamma_difference(0, theta) == 0);
    CHECK(math::trigamma_difference(0, theta) == 0);
  }
}

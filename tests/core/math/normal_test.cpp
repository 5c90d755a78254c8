// SPDX-License-Identifier: MIT
#include "harmonium/core/math/normal.hpp"

#include <doctest/doctest.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>

#include "support/accuracy.hpp"

namespace math = harmonium::math;
using support::relative_error;
using support::unit_number;
using support::worst_error;

namespace {

using precise = boost::multiprecision::cpp_bin_float_50;

precise density(const precise& x) {
  return exp(precise(-x * x / 2)) / sqrt(2 * boost::math::constants::pi<precise>());
}
precise upper_tail(const precise& x) {
  return boost::math::erfc(precise(x / sqrt(precise(2)))) / 2;
}

/// The closed form, with so many digits that its cancellation does not matter.
math::mean_and_variance exact_moments(double a, double b) {
  if (a + b < 0) {
    const auto mirrored = exact_moments(-b, -a);
    return {-mirrored.mean, mirrored.variance};
  }
  const precise low = a, high = b, probability = upper_tail(low) - upper_tail(high);
  const precise mean = (density(low) - density(high)) / probability;
  const precise variance =
      1 + (low * density(low) - high * density(high)) / probability - mean * mean;
  return {static_cast<double>(mean), static_cast<double>(variance)};
}

}  // namespace

TEST_CASE("distribution function against Boost.Math") {
  worst_error absolute, relative, mills;
  for (double x = -37; x < 9; x += 0.0137) {
    const auto want = static_cast<double>(boost::math::erfc(-x / std::sqrt(2.0L)) / 2);
    absolute.see(std::abs(math::normal_cdf(x) - want), x);
    if (x < 0) relative.see(relative_error(math::normal_cdf(x), want), x);
  }
  for (double x = 0; x < 60; x += 0.097) {
    const auto want = static_cast<double>(upper_tail(x) / density(x));
    mills.see(relative_error(math::mills_ratio(x), want), x);
  }
  INFO("absolute at ", absolute.at, ", relative at ", relative.at, ", Mills at ", mills.at);
  CHECK(absolute.error < 1e-15);
  CHECK(relative.error < 1e-13);
  CHECK(mills.error < 1e-15);
  CHECK(math::normal_cdf(0) == doctest::Approx(0.5).epsilon(1e-15));
  CHECK(math::normal_cdf(40) == 1);
  CHECK(math::normal_cdf(-40) == 0);
  CHECK(math::normal_cdf(std::numeric_limits<double>::max()) == 1);
  CHECK(std::isnan(math::normal_cdf(std::nan(""))));
}

TEST_CASE("quantiles against Boost.Math, and as the inverse") {
  worst_error error, inverse;
  const boost::math::normal_distribution<long double> normal;
  const auto compare = [&](double p) {
    const auto want = static_cast<double>(quantile(normal, static_cast<long double>(p)));
    error.see(relative_error(math::normal_quantile(p), want), p);
  };
  for (double l = -700; l < -0.01; l *= 0.99) compare(std::exp(l));
  harmonium::random_engine rng(1);
  for (int i = 0; i < 2000; ++i) compare(unit_number(rng));
  for (int k = 2; k < 53; ++k) compare(1 - std::ldexp(1.0, -k));
  for (double z = -37; z < 0; z += 0.01)
    inverse.see(relative_error(math::normal_quantile(math::normal_cdf(z)), z, 1), z);
  INFO("at ", error.at, ", inverse at ", inverse.at);
  CHECK(error.error < 1e-15);
  CHECK(inverse.error < 1e-14);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK(math::normal_quantile(0.5) == 0);
  CHECK(math::normal_quantile(0) == -infinity);
  CHECK(math::normal_quantile(1) == infinity);
  for (const double p : {-0.1, 1.1, std::nan("")}) CHECK(std::isnan(math::normal_quantile(p)));
}

TEST_CASE("moments of a truncated normal: narrow, one-sided, far out") {
  worst_error mean, variance;
  const auto compare = [&](double a, double b) {
    const auto got = math::truncated_normal(a, b), want = exact_moments(a, b);
    mean.see(std::abs(got.mean - want.mean), a);
    variance.see(std::abs(got.variance - want.variance), a);
    CHECK(got.mean >= a);
    CHECK(got.mean <= b);
    CHECK(got.variance >= 0);
  };
  for (const double width : {1e-3, 9.9e-3, 0.0101, 0.03, 0.3, 1.0, 4.0, 30.0})
    for (double a = -50; a + width < 50; a += 0.83) compare(a, a + width);
  for (double b = -49.5; b < 50; b += 0.71) {
    compare(-50, b);
    compare(b, 50);
  }
  INFO("mean at ", mean.at, ", variance at ", variance.at);
  CHECK(mean.error < 5e-11);
  CHECK(variance.error < 1e-11);
}

TEST_CASE("truncated normals: limits and symmetry") {
  const auto all = math::truncated_normal(-40, 40);
  CHECK(all.mean == 0);
  CHECK(all.variance == doctest::Approx(1).epsilon(1e-15));
  const auto half = math::truncated_normal(0, 40);
  CHECK(half.mean == doctest::Approx(std::sqrt(2 / 3.14159265358979323846)).epsilon(1e-14));
  for (const double at : {-7.0, 0.0, 0.3, 45.0}) {
    const auto point = math::truncated_normal(at, at);
    CHECK(point.mean == at);
    CHECK(point.variance == 0);
    // A narrow interval is uniform: variance width^2 / 12.
    const double width = 1e-5;
    const auto narrow = math::truncated_normal(at, at + width);
    CHECK(narrow.variance == doctest::Approx(width * width / 12).epsilon(1e-6));
    const auto left = math::truncated_normal(-at - 0.2, -at),
               right = math::truncated_normal(at, at + 0.2);
    CHECK(left.mean == -right.mean);
    CHECK(left.variance == right.variance);
  }
  const auto far = math::truncated_normal(1e6, 2e6);  // exponential with rate 1e6 beyond its end
  CHECK(far.mean >= 1e6);
  CHECK(far.mean < 1e6 + 1e-5);
}

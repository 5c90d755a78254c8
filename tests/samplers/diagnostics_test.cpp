// SPDX-License-Identifier: MIT
#include "harmonium/samplers/diagnostics.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

/// Stationary autoregressive chains x' = phi x + noise; the autocorrelation time is
/// (1 + phi) / (1 - phi).
hm::matrix<double> autoregressive(hm::index draws, hm::index chains, double phi,
                                  std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> x(draws, chains);
  for (hm::index c = 0; c < chains; ++c) {
    double value = hm::draw::normal(rng) / std::sqrt(1 - phi * phi);
    for (hm::index t = 0; t < draws; ++t) {
      x(t, c) = value;
      value = phi * value + hm::draw::normal(rng);
    }
  }
  return x;
}

}  // namespace

TEST_CASE("autoregressive chains have their known autocorrelation time") {
  for (const double phi : {0.9, 0.5, 0.0, -0.5}) {
    CAPTURE(phi);
    const auto figures = hm::mixing_of(autoregressive(20000, 4, phi, 1));
    const double time = (1 + phi) / (1 - phi);
    // The standard deviation of such estimates is time x sqrt(2 (2 lags + 1) / draws), with some
    // four autocorrelation times of lags.
    const double error = std::sqrt(2 * (8 * std::max(1.0, time) + 1) / 80000);
    CHECK(figures.autocorrelation_time == doctest::Approx(time).epsilon(4 * error));
    CHECK(figures.effective_sample_size * figures.autocorrelation_time ==
          doctest::Approx(80000).epsilon(1e-12));
    CHECK(figures.r_hat < 1.01);
    CHECK(figures.r_hat > 0.999);
  }
}

TEST_CASE("the figure's scale and origin do not matter, a middle draw is left out") {
  const auto x = autoregressive(501, 3, 0.7, 2);
  const auto figures = hm::mixing_of(x);
  const auto moved = hm::mixing_of(hm::matrix<double>((1e3 * x).array() - 5e3));
  CHECK(moved.effective_sample_size ==
        doctest::Approx(figures.effective_sample_size).epsilon(1e-9));
  CHECK(moved.r_hat == doctest::Approx(figures.r_hat).epsilon(1e-9));
  hm::matrix<double> other = x;
  other.row(250).setConstant(1e6);
  CHECK(hm::mixing_of(other).r_hat == figures.r_hat);
}

TEST_CASE("chains in different modes, and chains that drift, show in R-hat") {
  hm::matrix<double> modes = autoregressive(1000, 2, 0.2, 3);
  modes.col(1).array() += 3;
  const auto apart = hm::mixing_of(modes);
  CHECK(apart.r_hat > 1.5);
  CHECK(apart.effective_sample_size < 20);

  hm::matrix<double> drift = autoregressive(1000, 1, 0.2, 4);
  for (hm::index t = 0; t < 1000; ++t) drift(t, 0) += static_cast<double>(t) / 200;
  CHECK(hm::mixing_of(drift).r_hat > 1.5);

  // Stuck chains: no draw says more than the first.
  hm::matrix<double> stuck(1000, 4);
  stuck.rowwise() = Eigen::RowVector4d(0, 0, 1, 1);
  CHECK(hm::mixing_of(stuck).effective_sample_size < 8);
  CHECK(std::isinf(hm::mixing_of(stuck).r_hat));
}

TEST_CASE("R-hat by hand") {
  hm::matrix<double> x(4, 1);
  x << 0, 2, 4, 6;  // halves with means 1 and 5, each with variance 2
  const double total = 2.0 / 2 + 8.0;
  CHECK(hm::mixing_of(x).r_hat == doctest::Approx(std::sqrt(total / 2)).epsilon(1e-14));
}

TEST_CASE("nothing to measure") {
  CHECK(std::isnan(hm::mixing_of(hm::matrix<double>::Constant(10, 2, 3.0)).r_hat));
  CHECK(std::isnan(hm::mixing_of(hm::matrix<double>::Constant(10, 2, 3.0)).effective_sample_size));
  CHECK_THROWS_AS((void)hm::mixing_of(hm::matrix<double>::Zero(3, 2)), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::mixing_of(hm::matrix<double>(5, 0)), std::invalid_argument);
}

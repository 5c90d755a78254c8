// SPDX-License-Identifier: MIT
#include "harmonium/samplers/diagnostics/effective_size.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"
#include "samplers/diagnostics/reference.hpp"

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

TEST_CASE("effective sizes as the R package posterior has them") {
  const auto draws = reference::draws();
  const auto figures = reference::figures();
  for (const auto& [name, x] : draws) {
    if (x.rows() < 12) continue;
    const std::string set = name;
    CAPTURE(set);
    CHECK(reference::agree(hm::mean_effective_size(x), figures.at({name, "ess_mean"})));
    CHECK(reference::agree(hm::bulk_effective_size(x), figures.at({name, "ess_bulk"})));
    CHECK(reference::agree(hm::quantile_effective_size(x, 0.25), figures.at({name, "ess_q25"})));
    // Where the 95 % quantile is the largest state, R has no answer.
    const double tail = figures.at({name, "ess_tail"});
    if (std::isnan(tail)) {
      CHECK(hm::tail_effective_size(x) > 20);
      CHECK(hm::tail_effective_size(x) <= static_cast<double>(x.size()));
    } else {
      CHECK(reference::agree(hm::tail_effective_size(x), tail));
    }
  }
}

TEST_CASE("autoregressive chains have their known autocorrelation time") {
  for (const double phi : {0.9, 0.5, 0.0, -0.5}) {
    CAPTURE(phi);
    const auto x = autoregressive(20000, 4, phi, 1);
    const double time = (1 + phi) / (1 - phi);
    // The standard deviation of such estimates is time x sqrt(2 (2 lags + 1) / draws), with some
    // four autocorrelation times of lags.
    const double error = std::sqrt(2 * (8 * std::max(1.0, time) + 1) / 80000);
    CHECK(80000 / hm::mean_effective_size(x) == doctest::Approx(time).epsilon(4 * error));
    CHECK(80000 / hm::bulk_effective_size(x) == doctest::Approx(time).epsilon(5 * error));
  }
}

TEST_CASE("the figure's scale and origin do not matter, a middle draw is left out") {
  const auto x = autoregressive(501, 3, 0.7, 2);
  const hm::matrix<double> moved = (1e3 * x).array() - 5e3;
  CHECK(hm::mean_effective_size(moved) ==
        doctest::Approx(hm::mean_effective_size(x)).epsilon(1e-9));
  CHECK(hm::bulk_effective_size(moved) == hm::bulk_effective_size(x));
  hm::matrix<double> other = x;
  other.row(250).setConstant(1e6);
  CHECK(hm::mean_effective_size(other) == hm::mean_effective_size(x));
}

TEST_CASE("stuck chains: no draw says more than the first") {
  hm::matrix<double> stuck(1000, 4);
  stuck.rowwise() = Eigen::RowVector4d(0, 0, 1, 1);
  CHECK(hm::mean_effective_size(stuck) < 8);
  CHECK(hm::bulk_effective_size(hm::matrix<double>::Constant(40, 2, 3.0)) == 1);
  CHECK(hm::tail_effective_size(hm::matrix<double>::Constant(40, 2, 3.0)) == 1);
  // Strongly antithetic chains have the largest size that is given, not a negative one.
  hm::matrix<double> swinging(100, 1);
  for (hm::index t = 0; t < 100; ++t) swinging(t, 0) = t % 2 == 0 ? 1 : -1;
  CHECK(hm::mean_effective_size(swinging) == doctest::Approx(200));
}

TEST_CASE("too few draws") {
  CHECK_THROWS_AS((void)hm::mean_effective_size(hm::matrix<double>::Zero(11, 2)),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::quantile_effective_size(hm::matrix<double>::Zero(11, 2), 0.5),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::quantile_effective_size(hm::matrix<double>::Zero(12, 2), 1.5),
                  std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/residuals/centred_loading_prior.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

/// 400 loadings estimated with deviation `error`, which are `centre + spread e`; the prior learned
/// from them in 30 rounds.
hm::centred_loading_prior learned(double spread, bool about_centre, double error) {
  hm::centred_loading_prior prior(1);
  for (int round = 0; round < 30; ++round) {
    hm::random_engine rng(1);
    hm::matrix<double> mass = hm::matrix<double>::Zero(1, hm::centred_loading_prior::parts);
    for (int m = 0; m < 400; ++m) {
      const double centre = 0.4 * hm::draw::normal(rng);
      const double truth = (about_centre ? centre : 0) + spread * hm::draw::normal(rng);
      prior.shrink(truth + error * hm::draw::normal(rng), error * error, centre, 0, mass);
    }
    prior.update(mass);
  }
  return prior;
}

}  // namespace

TEST_CASE("a loading that is known without error stays, and its mass sums to 1") {
  const hm::centred_loading_prior prior(2);
  hm::matrix<double> mass = hm::matrix<double>::Zero(2, hm::centred_loading_prior::parts);
  CHECK(prior.shrink(0.37, 1e-8, -0.2, 1, mass) == doctest::Approx(0.37).epsilon(1e-3));
  CHECK(mass.row(1).sum() == doctest::Approx(1));
  CHECK(mass.row(0).sum() == 0);
}

TEST_CASE("with a centre of 0 it is the prior without one") {
  const hm::centred_loading_prior centred(1);
  const hm::loading_prior plain(1);
  hm::matrix<double> mass = hm::matrix<double>::Zero(1, hm::centred_loading_prior::parts);
  hm::matrix<double> plain_mass = hm::matrix<double>::Zero(1, hm::loading_prior::scales);
  for (const double value : {-0.8, -0.1, 0.0, 0.3})
    CHECK(centred.shrink(value, 0.01, 0, 0, mass) ==
          doctest::Approx(plain.shrink(value, 0.01, 0, plain_mass)));
}

TEST_CASE("loadings about the centre give it the weight, others take it away") {
  const auto right = learned(0.05, true, 0.1), wrong = learned(0.4, false, 0.1);
  CHECK(right.weight_of_centre()[0] > 0.8);
  CHECK(wrong.weight_of_centre()[0] < 0.3);
  hm::matrix<double> mass = hm::matrix<double>::Zero(1, hm::centred_loading_prior::parts);
  // A rough estimate of 0.1 beside a centre of 0.5.
  CHECK(right.shrink(0.1, 0.04, 0.5, 0, mass) > 0.4);
  CHECK(wrong.shrink(0.1, 0.04, 0.5, 0, mass) < 0.25);
}

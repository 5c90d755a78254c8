// SPDX-License-Identifier: MIT
#include "harmonium/samplers/harmonium_latent.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/samplers/variational_prior.hpp"
#include "harmonium/training/fit_latent_harmonium.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

static_assert(hm::latent_distribution<hm::harmonium_latent>);
static_assert(
    hm::generator<hm::variational_prior<hm::variational_autoencoder<>, hm::harmonium_latent>>);

namespace {

/// Two groups, 300 cells about (-2, 1) and 100 about (3, 0), encoded with some uncertainty.
hm::encoded_cells<float> two_groups() {
  hm::encoded_cells<float> encoded;
  hm::random_engine rng(3);
  encoded.mean.resize(400, 2);
  encoded.variance = hm::matrix<float>::Constant(400, 2, 0.09f);
  for (hm::index i = 0; i < 400; ++i) {
    encoded.mean(i, 0) = static_cast<float>(hm::draw::normal(i < 300 ? -2 : 3, 0.4, rng));
    encoded.mean(i, 1) = static_cast<float>(hm::draw::normal(i < 300 ? 1 : 0, 0.2, rng));
  }
  return encoded;
}

}  // namespace

TEST_CASE("draws are distributed as z of the encoded cells") {
  const auto encoded = two_groups();
  hm::random_engine rng(5);
  const hm::harmonium_latent latent(
      hm::fit_latent_harmonium(hm::serial_executor{}, encoded, {.components = 2}, rng));
  auto draw = latent.make_worker();
  std::vector<double> z(2), first, second;
  int right = 0;
  for (int i = 0; i < 20000; ++i) {
    draw(rng, z);
    right += z[0] > 0.5 ? 1 : 0;
    (z[0] > 0.5 ? first : second).push_back(z[1]);
  }
  // Groups are eight standard deviations apart: shares 1/4 and 3/4, standard error 0.003.
  CHECK(std::abs(right / 20000.0 - 0.25) < 0.016);
  // Sample moments of 100 and 300 cells; the variance is common, the uncertainty is part of it.
  double mean_first = 0, mean_second = 0, spread = 0;
  for (hm::index i = 0; i < 400; ++i)
    (i < 300 ? mean_second : mean_first) +=
        static_cast<double>(encoded.mean(i, 1)) / (i < 300 ? 300 : 100);
  for (hm::index i = 0; i < 400; ++i) {
    const double gap =
        static_cast<double>(encoded.mean(i, 1)) - (i < 300 ? mean_second : mean_first);
    spread += (gap * gap + 0.09) / 400;
  }
  for (const auto& [sample, mean] : {std::pair{first, mean_first}, {second, mean_second}}) {
    const statistics::moments found(sample, mean, spread);
    CHECK(std::abs(found.mean_z) < 5);
    CHECK(std::abs(found.variance_z) < 5);
  }
}

TEST_CASE("copies share the model; few cells make few components; none is an error") {
  hm::random_engine rng(5);
  hm::encoded_cells<float> few;
  few.mean = hm::matrix<float>::Ones(3, 2);
  few.variance = hm::matrix<float>::Ones(3, 2);
  const hm::harmonium_latent one(hm::fit_latent_harmonium(hm::serial_executor{}, few, {}, rng));
  CHECK(one.model().size(1) == 1);
  const hm::harmonium_latent copy = one;
  CHECK(&copy.model() == &one.model());
  CHECK_THROWS_AS(
      (void)hm::fit_latent_harmonium(hm::serial_executor{}, hm::encoded_cells<float>{}, {}, rng),
      std::invalid_argument);
}

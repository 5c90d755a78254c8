// SPDX-License-Identifier: MIT
#include "harmonium/samplers/variational_prior.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/generator_conformance.hpp"
#include "support/statistics.hpp"
#include "support/tiny_variational.hpp"

namespace hm = harmonium;

namespace {

/// z always at the same place.
struct fixed_latent {
  double first, second;
  [[nodiscard]] auto make_worker() const {
    return [this](hm::random_engine&, std::span<double> z) { z[0] = first, z[1] = second; };
  }
};

}  // namespace

TEST_CASE("the same cells for any number of threads; libraries of the pilot") {
  const tiny::variational_pilot pilot;
  const hm::variational_prior<> prior(pilot.model);
  hm::random_engine a(4), b(4), c(4);
  const auto cells = prior.generate(hm::thread_executor(3), 1000, a);
  CHECK(cells == prior.generate(1000, b));
  (void)prior.generate(7, c);
  CHECK(a == b);
  CHECK(a == c);
  const auto& library = pilot.model->log_library_prior();
  const double mean = std::exp(library.mean + library.variance / 2);
  // Counts vary by about as much as libraries: some per cent of the mean of 1000 cells.
  CHECK(hm::library_sizes(cells).mean() == doctest::Approx(mean).epsilon(0.1));
}

TEST_CASE("the laws of a generator") {
  const tiny::variational_pilot pilot;
  tiny::check_generator(hm::variational_prior<>(pilot.model));
}

TEST_CASE("the standard normal, by its moments") {
  hm::random_engine rng(6);
  auto draw = hm::standard_normal_latent{}.make_worker();
  std::vector<double> z(5), sample;
  for (int i = 0; i < 5000; ++i) {
    draw(rng, z);
    sample.insert(sample.end(), z.begin(), z.end());
  }
  const statistics::moments found(sample, 0, 1);
  CHECK(std::abs(found.mean_z) < 5);
  CHECK(std::abs(found.variance_z) < 5);
}

TEST_CASE("clusters: the nearest encoded cell, libraries by cluster, cells on request") {
  hm::encoded_cells<float> encoded;
  encoded.mean.resize(4, 2);
  encoded.mean << 0, 0, 1, 0, 5, 5, 6, 5;
  encoded.log_library_mean.resize(4);
  encoded.log_library_mean << 2.0f, 2.2f, 6.0f, 6.2f;
  encoded.log_library_variance = hm::vector<float>::Zero(4);
  const std::vector<hm::index> labels{0, 0, 2, 2};
  const hm::latent_clusters clusters(encoded, labels);
  CHECK(clusters.clusters() == 3);
  const std::vector<double> near{0.8, 0.4}, far{5.2, 4};
  CHECK(clusters.cluster_of(near) == 0);
  CHECK(clusters.cluster_of(far) == 2);
  CHECK(clusters.log_library(2).mean == doctest::Approx(6.1));
  CHECK_THROWS_AS(hm::latent_clusters(encoded, std::vector<hm::index>{0, 1}),
                  std::invalid_argument);

  const tiny::variational_pilot pilot;
  const auto shared = std::make_shared<const hm::latent_clusters>(clusters);
  const hm::variational_prior<hm::variational_autoencoder<>, fixed_latent> prior(
      pilot.model, fixed_latent{5, 5}, shared);
  hm::random_engine rng(1);
  const std::vector<hm::index> wanted{0, 0, 300}, unreachable{1};
  const auto cells = prior.generate_clusters(hm::thread_executor(2), wanted, hm::silent{}, rng);
  CHECK(cells.cells() == 300);
  CHECK(hm::library_sizes(cells).mean() == doctest::Approx(std::exp(6.1)).epsilon(0.15));
  CHECK_THROWS_AS(
      (void)prior.generate_clusters(hm::serial_executor{}, unreachable, hm::silent{}, rng),
      std::domain_error);
  const hm::variational_prior<> without(pilot.model);
  CHECK_THROWS_AS((void)without.generate_clusters(hm::serial_executor{}, wanted, hm::silent{}, rng),
                  std::invalid_argument);
  CHECK_THROWS_AS(hm::variational_prior<>(nullptr), std::invalid_argument);
}

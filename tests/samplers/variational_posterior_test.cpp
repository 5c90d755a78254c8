// SPDX-License-Identifier: MIT
#include "harmonium/samplers/variational_posterior.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/generator_conformance.hpp"
#include "support/statistics.hpp"
#include "support/tiny_variational.hpp"

namespace hm = harmonium;

TEST_CASE("sources are recorded, cells are like them, threads do not matter") {
  const tiny::variational_pilot pilot;
  const hm::variational_posterior<> posterior(hm::serial_executor{}, pilot.model, pilot.counts);
  hm::random_engine a(4), b(4), c(4);
  const auto made = posterior.generate_with_sources(hm::thread_executor(3), 1000, hm::silent{}, a);
  CHECK(made.cells == posterior.generate(1000, b));
  (void)posterior.generate(7, c);
  CHECK(a == b);
  CHECK(a == c);
  REQUIRE(made.source.size() == 1000);
  std::vector<int> copies(100, 0);
  for (const hm::index source : made.source) ++copies[static_cast<std::size_t>(source)];
  for (const int n : copies) CHECK(n == 10);
  // Genes 0 to 3 are six times higher in kind 0 (and their background alike): cells around pilot
  // cells of kind 0 have most of their counts there.
  double first = 0, second = 0;
  for (hm::index i = 0; i < 1000; ++i) {
    double& sum = made.source[static_cast<std::size_t>(i)] % 2 == 0 ? first : second;
    for (hm::index k = 0; k < static_cast<hm::index>(made.cells.cell(i).size()); ++k)
      if (made.cells.cell(i).genes[static_cast<std::size_t>(k)] < 4)
        sum += made.cells.cell(i).values[static_cast<std::size_t>(k)];
  }
  CHECK(first > 2.5 * second);
  CHECK(hm::library_sizes(made.cells).mean() ==
        doctest::Approx(hm::library_sizes(pilot.counts).mean()).epsilon(0.1));
}

TEST_CASE("the laws of a generator") {
  const tiny::variational_pilot pilot;
  tiny::check_generator(
      hm::variational_posterior<>(hm::serial_executor{}, pilot.model, pilot.counts));
}

TEST_CASE("latent points have the moments of the encoded cell") {
  const tiny::variational_pilot pilot;
  const hm::variational_posterior<> posterior(hm::serial_executor{}, pilot.model, pilot.counts);
  hm::random_engine rng(4);
  std::vector<double> z(2), sample;
  for (int i = 0; i < 20000; ++i) {
    hm::latent_point point{z};
    posterior.place(17, rng, point);
    sample.push_back(z[1]);
    CHECK(point.log_library == static_cast<double>(posterior.encoded().log_library_mean[17]));
  }
  const statistics::moments found(sample, static_cast<double>(posterior.encoded().mean(17, 1)),
                                  static_cast<double>(posterior.encoded().variance(17, 1)));
  CHECK(std::abs(found.mean_z) < 5);
  CHECK(std::abs(found.variance_z) < 5);
}

TEST_CASE("cells of clusters on request") {
  const tiny::variational_pilot pilot;
  const hm::variational_posterior<> posterior(hm::serial_executor{}, pilot.model, pilot.counts,
                                              {.mean_library = 10});
  hm::random_engine rng(4);
  const std::vector<hm::index> wanted{7, 120};
  const auto made =
      posterior.generate_clusters(hm::thread_executor(2), pilot.labels, wanted, hm::silent{}, rng);
  int second = 0;
  for (const hm::index source : made.source) second += source % 2 == 1 ? 1 : 0;
  CHECK(made.cells.cells() == 127);
  CHECK(second == 120);
  CHECK(hm::library_sizes(made.cells).mean() == doctest::Approx(10).epsilon(0.2));
  const std::vector<hm::index> too_many{1, 1, 1};
  CHECK_THROWS_AS((void)posterior.generate_clusters(hm::serial_executor{}, pilot.labels, too_many,
                                                    hm::silent{}, rng),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)posterior.generate(-1, rng), std::invalid_argument);
  CHECK_THROWS_AS(hm::variational_posterior<>(hm::serial_executor{}, nullptr, pilot.counts),
                  std::invalid_argument);
  CHECK_THROWS_AS(
      hm::variational_posterior<>(hm::serial_executor{}, pilot.model, hm::count_matrix<>(12)),
      std::invalid_argument);
}

TEST_CASE("an encoder that says nonsense of the library is held back") {
  const auto counts = tiny::toy_counts(20, 12, 3);
  hm::random_engine rng(1);
  hm::variational_autoencoder<> model(12, {.encoder = {4}, .decoder = {4}, .latent = 2}, rng);
  model.parameters()[model.layout().log_library_mean.bias] = 40;
  const hm::variational_posterior<> posterior(
      hm::serial_executor{}, std::make_shared<const hm::variational_autoencoder<>>(model), counts);
  const double deepest = hm::library_sizes(counts).maxCoeff();
  CHECK(hm::library_sizes(posterior.generate(200, rng)).mean() ==
        doctest::Approx(2 * deepest).epsilon(0.1));
}

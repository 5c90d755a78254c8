// SPDX-License-Identifier: MIT
#include "harmonium/models/baselines/noisy_replicate.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "support/generator_conformance.hpp"
#include "support/moments.hpp"
#include "support/random_counts.hpp"

namespace hm = harmonium;

TEST_CASE("the noise has the moments of a Poisson with gamma rate of uniform shape and scale") {
  // One all-zero pilot cell: what is generated is the noise alone.
  hm::count_matrix<> pilot(40);
  pilot.finish_cell();
  hm::random_engine rng(1);
  const hm::index n = 20000;
  const auto cells = hm::noisy_replicate::fit(pilot).generate(n, rng);
  const auto found = support::moments(cells);

  // rate = shape * scale on average; E shape = 5, E scale = 2.5, E shape^2 = 100/3,
  // E scale^2 = 25/3, E rate^2 = E shape E scale^2 + E shape^2 E scale^2.
  const double mean = 12.5;
  const double between_cells = 100.0 / 3 * 25 / 3 - mean * mean;
  const double variance = 5 * 25.0 / 3 + between_cells + mean;
  CHECK(found.mean.mean() ==
        doctest::Approx(mean).epsilon(5 * std::sqrt(between_cells / n) / mean));
  for (hm::index j = 0; j < 40; ++j) {
    CHECK(std::abs(found.mean[j] - mean) < 5 * std::sqrt(variance / n));
    // The kurtosis of the noise is below 15, so the variance is off by at most sqrt(14 / n) of it.
    CHECK(std::abs(found.variance[j] / variance - 1) < 5 * std::sqrt(14.0 / n));
  }
  // Genes of a cell share shape and scale: the library's variance is far above that of a sum of
  // independent genes.
  const hm::vector<double> libraries = hm::library_sizes(cells);
  const double library_variance = (libraries.array() - libraries.mean()).square().mean();
  const double expected = 40 * variance + 40 * 39 * between_cells;
  CHECK(std::abs(library_variance / expected - 1) < 5 * std::sqrt(14.0 / n));
}

TEST_CASE("the noise comes on top of a whole pilot cell") {
  hm::count_matrix<> pilot(3);
  for (const int level : {1000000, 2000000}) {
    pilot.push_back(0, level);
    pilot.push_back(2, 2 * level);
    pilot.finish_cell();
  }
  hm::random_engine rng(2);
  const auto cells = hm::to_dense(hm::noisy_replicate::fit(pilot).generate(500, rng));
  int high = 0;
  for (hm::index i = 0; i < 500; ++i) {
    const double level = cells(i, 0) < 1.5e6 ? 1e6 : 2e6;
    high += level > 1.5e6 ? 1 : 0;
    CHECK(cells(i, 0) >= level);
    CHECK(cells(i, 0) < level + 1000);
    CHECK(cells(i, 1) < 1000);
    CHECK(cells(i, 2) >= 2 * level);
    CHECK(cells(i, 2) < 2 * level + 1000);
  }
  CHECK(std::abs(high - 250) < 5 * std::sqrt(125.0));
}

TEST_CASE("the laws of a generator") {
  hm::random_engine rng(3);
  tiny::check_generator(hm::noisy_replicate::fit(support::random_counts(20, 9, rng)));
}

TEST_CASE("preconditions") {
  hm::count_matrix<> pilot(2);
  CHECK_THROWS_AS((void)hm::noisy_replicate::fit(pilot), std::invalid_argument);
  pilot.finish_cell();
  CHECK_THROWS_AS((void)hm::noisy_replicate::fit(pilot, {.max_shape = 0}), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::noisy_replicate::fit(pilot, {.max_scale = -1}), std::invalid_argument);
}

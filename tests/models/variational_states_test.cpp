// SPDX-License-Identifier: MIT
#include "harmonium/models/variational_states.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "harmonium/models/correlated_cells.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "support/tiny_variational.hpp"

namespace hm = harmonium;

TEST_CASE("a state is what the decoder says of a pilot cell, at the cell's own library") {
  const tiny::variational_pilot pilot;
  const auto states = hm::states_of(hm::serial_executor{}, *pilot.model, pilot.counts);
  hm::check(states, "test");
  REQUIRE(states.states() == 100);
  const auto libraries = hm::library_sizes(pilot.counts);
  const auto encoded = pilot.model->encode(hm::serial_executor{}, pilot.counts);
  for (hm::index i = 0; i < 100; ++i) {
    CHECK(states.cell[static_cast<std::size_t>(i)] == i);
    CHECK(states.mean.row(i).sum() == doctest::Approx(libraries[i]).epsilon(1e-4));
    const double observed = std::log(libraries[i]);
    const hm::matrix<float> z = encoded.mean.row(i);
    const auto decoded = pilot.model->decode(hm::serial_executor{}, z, {&observed, 1});
    CHECK(states.mean(i, 5) == doctest::Approx(decoded.mean(0, 5)).epsilon(1e-4));
    CHECK(states.theta(i, 5) == pilot.model->theta()[5]);
  }
}

TEST_CASE("residual correlation composes with the autoencoder") {
  const tiny::variational_pilot pilot;
  hm::random_engine rng(4), again(4);
  const auto fitted = [&](const auto& run, hm::random_engine& engine) {
    const auto made =
        hm::fit_correlated_cells(run, pilot.counts, hm::states_of(run, *pilot.model, pilot.counts),
                                 hm::low_rank_copula{}, {}, engine);
    return made.generate(run, 500, engine);
  };
  const auto cells = fitted(hm::serial_executor{}, rng);
  CHECK(cells == fitted(hm::thread_executor(3), again));
  CHECK(hm::library_sizes(cells).mean() ==
        doctest::Approx(hm::library_sizes(pilot.counts).mean()).epsilon(0.1));
}

TEST_CASE("other genes are refused") {
  const tiny::variational_pilot pilot;
  CHECK_THROWS_AS(
      (void)hm::states_of(hm::serial_executor{}, *pilot.model, tiny::toy_counts(10, 11, 1)),
      std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/contrastive/contrastive_epochs.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "harmonium/training/negative/block_particles.hpp"
#include "support/contrastive_runs.hpp"

namespace hm = harmonium;

using run_type = tiny::machine_run<hm::block_particles>;

TEST_CASE("a batch has at least one row") {
  const auto counts = tiny::toy_counts(5, 3, 1);
  CHECK_THROWS_AS(run_type(tiny::untrained(counts), {}, 0, 1), std::invalid_argument);
}

TEST_CASE("another seed is another order and other particles") {
  const auto counts = tiny::toy_counts(40, 6, 2);
  const auto trained = [&](std::uint64_t seed) {
    run_type run(tiny::untrained(counts), {.particles = 16}, 16, seed);
    run.train(hm::serial_executor{}, counts, 2, 0.01);
    return run.model.parameters();
  };
  CHECK(trained(1) == trained(1));
  CHECK(trained(1) != trained(2));
}

TEST_CASE("rows that the mean field does not settle are counted") {
  const auto counts = tiny::toy_counts(40, 6, 2);
  hm::random_engine rng(3);
  const auto streams = tiny::streams_of(rng);
  auto model = tiny::untrained(counts);
  hm::contrastive_epochs<tiny::deep_machine, hm::block_particles, hm::centred_step,
                         hm::admissible_sum>
      epochs(model, {.particles = 8}, {}, {}, 16, {.max_sweeps = 1, .tolerance = 0}, streams);
  epochs.epoch(hm::serial_executor{}, model, counts, 0.01);
  CHECK(epochs.unconverged() == 40);
}

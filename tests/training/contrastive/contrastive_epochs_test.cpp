// SPDX-License-Identifier: MIT
#include "harmonium/training/contrastive/contrastive_epochs.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
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

// Large enough for every loop of a batch to have several blocks.
TEST_CASE("the same bits for any number of threads, counts and centred steps") {
  using machine = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  const auto counts = tiny::toy_counts(120, 900, 4);
  const hm::vector<double> means = hm::gene_means(counts);
  const auto trained = [&](int threads) {
    machine model(hm::negative_binomial(900, 2.0), hm::bernoulli(140), hm::bernoulli(40));
    hm::random_engine rng(7);
    for (auto& w : model.parameters()) w = hm::draw::uniform(-0.02, 0.02, rng);
    model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
    hm::admissible_sum{}.apply(hm::thread_executor(threads), model);
    tiny::machine_run<hm::block_particles, machine> run(std::move(model), {.particles = 80}, 100,
                                                        3);
    run.train(hm::thread_executor(threads), counts, 2, 0.1);
    return run.model.parameters();
  };
  const auto serial = trained(1);
  CHECK(serial.allFinite());
  CHECK(trained(2) == serial);
  CHECK(trained(3) == serial);
}

TEST_CASE("the same bits for any number of threads, zeros and ones and plain steps") {
  using machine = hm::dbm<hm::bernoulli, hm::bernoulli>;
  hm::random_engine data_rng(5);
  hm::matrix<double> rows(130, 900);
  for (hm::index k = 0; k < rows.size(); ++k)
    rows.data()[k] = hm::draw::uniform(data_rng) < 0.2 ? 1 : 0;
  const auto trained = [&](int threads) {
    machine model(hm::bernoulli(900), hm::bernoulli(140));
    hm::random_engine rng(7);
    for (auto& w : model.parameters()) w = hm::draw::uniform(-0.05, 0.05, rng);
    const auto streams = tiny::streams_of(rng);
    hm::contrastive_epochs<machine, hm::block_particles, hm::plain_gradient, hm::unconstrained>
        epochs(model, {.particles = 80}, {}, {}, 100, {}, streams);
    for (int n = 0; n < 2; ++n)
      epochs.epoch(hm::thread_executor(threads), model, hm::dense_rows<double>(rows), 0.05);
    return hm::vector<double>(model.parameters());
  };
  const auto serial = trained(1);
  CHECK(serial.allFinite());
  CHECK(trained(2) == serial);
  CHECK(trained(3) == serial);
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

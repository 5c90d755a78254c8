// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/trajectory_particles.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "harmonium/models/between.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/newton/hidden_balance.hpp"
#include "support/contrastive_runs.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

using by_blocks = hm::trajectory_particles<hm::block_moves>;
static_assert(hm::negative_phase_for<hm::trajectory_particles<>, tiny::deep_machine>);
static_assert(hm::negative_phase_for<by_blocks, tiny::deep_machine>);

TEST_CASE("trajectory particles raise the likelihood") {
  tiny::check_learns(hm::trajectory_particles<>{});
  tiny::check_learns(by_blocks{});
}

TEST_CASE("a run with trajectory particles can be copied, whatever the threads") {
  tiny::check_resumes(hm::trajectory_particles<>{});
}

TEST_CASE("modes that no sweep connects get their shares while a machine is built up") {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  const rbm model = tiny::two_modes();
  hm::vector<double> exact(model.parameters().size());
  hm::exact_model_statistics(model, hm::hidden_enumeration<rbm>(model), exact);
  // Weights in 40 steps, E[h_1] kept as the last model's, as training does.
  hm::random_engine rng(1);
  const hm::random_streams streams(rng);
  const hm::index count = 2000;
  auto phase =
      hm::trajectory_particles<>{.particles = count, .acceptance = 0.7}.begin(model, streams);
  const hm::serial_executor run;
  hm::positive_phase<rbm> batch;
  hm::vector<double> out, theta;
  const rbm alone = hm::independent_model(model, model.bias(0), model.bias(1));
  rbm now = alone;
  hm::hidden_enumeration<rbm> hidden(run, model, 4);
  const auto means = model.bias_of(std::as_const(exact), 1);
  for (int step = 0; step <= 40; ++step) {
    hm::set_between(alone, model, step / 40.0, now, theta);
    if (step == 40) now = model;
    if (step < 40) {
      hidden.set_model(run, now);
      hm::balance_hidden_bias(now, hidden, means);
    }
    for (int again = 0; again < 4; ++again) phase.write_statistics(run, now, {}, batch, out);
  }
  CHECK(phase.rungs().size() > 2);
  CHECK(std::abs(now.bias_of(std::as_const(out), 1)[0] - 0.3) < 4 * std::sqrt(0.21 / count));
}

TEST_CASE("no more checkpoints than asked for") {
  const auto counts = tiny::toy_counts(40, 6, 2);
  const hm::trajectory_particles<> settings{.particles = 16, .acceptance = 0.999, .most = 4};
  const auto model = tiny::untrained(counts);
  hm::random_engine rng(2);
  const hm::random_streams streams(rng);
  auto phase = settings.begin(model, streams);
  hm::positive_phase<tiny::deep_machine> batch;
  hm::vector<double> out;
  auto now = model;
  for (int step = 0; step < 30; ++step) {
    now.weights(0).array() += 0.002;
    phase.write_statistics(hm::serial_executor{}, now, {}, batch, out);
    CHECK(phase.rungs().size() <= 5);
  }
  CHECK(phase.rungs().back().weights(0).cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("settings of trajectory particles out of range") {
  const auto model = tiny::untrained(tiny::toy_counts(5, 3, 1));
  hm::random_engine rng(1);
  const hm::random_streams streams(rng);
  const auto refused = [&](const hm::trajectory_particles<>& settings) {
    CHECK_THROWS_AS((void)settings.begin(model, streams), std::invalid_argument);
  };
  refused({.particles = 0});
  refused({.sweeps = 0});
  refused({.acceptance = 0});
  refused({.most = 2});
}

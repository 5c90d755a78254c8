// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/collapsed_particles.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "harmonium/training/negative/enumerated.hpp"
#include "support/contrastive_runs.hpp"

namespace hm = harmonium;

static_assert(hm::negative_phase_for<hm::collapsed_particles, tiny::deep_machine>);

TEST_CASE("collapsed particles raise the likelihood") {
  tiny::check_learns(hm::collapsed_particles{});
}

TEST_CASE("a run with collapsed particles can be copied, whatever the threads") {
  tiny::check_resumes(hm::collapsed_particles{});
}

TEST_CASE("twelve units without enumeration reach what exact statistics reach") {
  using wide = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  const auto counts = tiny::toy_counts(100, 12, 6);
  const hm::vector<double> means = hm::gene_means(counts);
  const auto fresh = [&](hm::index units) {
    wide model(hm::negative_binomial(12, 2.0), hm::bernoulli(units));
    hm::random_engine rng(7);
    for (auto& w : model.parameters()) w = hm::draw::uniform(-0.02, 0.02, rng);
    model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
    hm::admissible_sum{}.apply(hm::serial_executor{}, model);
    return model;
  };
  const auto learn = [&]<class Negative>(hm::index units, const Negative& negative) {
    tiny::machine_run<Negative, wide> run(fresh(units), negative, 50, 8);
    for (int n = 0; n < 40; ++n) run.train(hm::serial_executor{}, counts, 1, 0.2 / (1 + n / 10.0));
    return tiny::likelihood(run.model, counts);
  };
  const double start = tiny::likelihood(fresh(12), counts);
  const double exact = learn(6, hm::enumerated{});
  const double reached = learn(12, hm::collapsed_particles{});
  CAPTURE(start);
  CAPTURE(exact);
  CAPTURE(reached);
  CHECK(exact > start + 3);
  CHECK(reached > exact - 0.05 * (exact - start));
}

TEST_CASE("settings of collapsed particles out of range") {
  const auto model = tiny::untrained(tiny::toy_counts(5, 3, 1));
  hm::random_engine rng(1);
  const hm::random_streams streams(rng);
  CHECK_THROWS_AS((void)hm::collapsed_particles{.particles = 0}.begin(model, streams),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::collapsed_particles{.sweeps = 0}.begin(model, streams),
                  std::invalid_argument);
}

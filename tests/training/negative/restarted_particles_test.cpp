// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/restarted_particles.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/contrastive_runs.hpp"

namespace hm = harmonium;

static_assert(hm::negative_phase_for<hm::restarted_particles, tiny::deep_machine>);

TEST_CASE("contrastive divergence raises the likelihood") {
  tiny::check_learns(hm::restarted_particles{.sweeps = 5});
}

TEST_CASE("a run with restarted particles can be copied, whatever the threads") {
  tiny::check_resumes(hm::restarted_particles{});
}

TEST_CASE("settings of restarted particles out of range") {
  const auto model = tiny::untrained(tiny::toy_counts(5, 3, 1));
  hm::random_engine rng(1);
  const hm::random_streams streams(rng);
  CHECK_THROWS_AS((void)hm::restarted_particles{.sweeps = 0}.begin(model, streams),
                  std::invalid_argument);
}

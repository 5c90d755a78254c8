// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/block_particles.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/contrastive_runs.hpp"

namespace hm = harmonium;

static_assert(hm::negative_phase_for<hm::block_particles, tiny::deep_machine>);

TEST_CASE("persistent block particles raise the likelihood") {
  tiny::check_learns(hm::block_particles{.sweeps = 5});
}

TEST_CASE("a run with block particles can be copied, whatever the threads") {
  tiny::check_resumes(hm::block_particles{});
}

TEST_CASE("settings of block particles out of range") {
  const auto model = tiny::untrained(tiny::toy_counts(5, 3, 1));
  hm::random_engine rng(1);
  const hm::random_streams streams(rng);
  CHECK_THROWS_AS((void)hm::block_particles{.particles = 0}.begin(model, streams),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::block_particles{.sweeps = 0}.begin(model, streams),
                  std::invalid_argument);
}

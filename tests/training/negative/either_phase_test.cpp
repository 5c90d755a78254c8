// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/either_phase.hpp"

#include <doctest/doctest.h>

#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "support/contrastive_runs.hpp"

namespace hm = harmonium;

using phase = hm::either_phase<hm::enumerated, hm::block_particles>;
static_assert(hm::negative_phase_for<phase, tiny::deep_machine>);

TEST_CASE("the first where it suits, else the second") {
  const auto counts = tiny::toy_counts(40, 6, 2);
  const auto trained = [&](const auto& negative) {
    tiny::machine_run<std::remove_cvref_t<decltype(negative)>> run(tiny::untrained(counts),
                                                                   negative, 16, 11);
    run.train(hm::serial_executor{}, counts, 3, 0.01);
    return run.model.parameters();
  };
  const auto exact = trained(hm::enumerated{}), sampled = trained(hm::block_particles{});
  CHECK(exact != sampled);
  CHECK(trained(phase{}) == exact);
  CHECK(trained(phase{.first = {.max_states = 4}, .second = {}}) == sampled);
}

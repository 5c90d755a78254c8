// SPDX-License-Identifier: MIT
#include "harmonium/io/models/baselines.hpp"

#include <doctest/doctest.h>

#include "support/golden_models.hpp"
#include "support/stored_models.hpp"

namespace hm = harmonium;

TEST_CASE("baselines make the same cells from a file") {
  const auto independent = tiny::through_a_file(golden::independent());
  tiny::check_same_cells(golden::independent(), independent);
  CHECK(independent.status() == golden::independent().status());
  const auto clusters = tiny::through_a_file(golden::clusters());
  tiny::check_same_cells(golden::clusters(), clusters);
  CHECK(clusters.sizes() == golden::clusters().sizes());
}

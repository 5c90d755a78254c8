// SPDX-License-Identifier: MIT
// Persistent and restarted particles under categorical units.
#include <doctest/doctest.h>

#include "support/matrix_particles.hpp"

namespace cells = matrix_cells;

TEST_CASE("persistent particles gain likelihood") {
  cells::check_persistent<4, cells::two_one_hot_stack>(0.05);
  cells::check_persistent<4, cells::one_hot_stack>(0.05);
}
TEST_CASE("restarted particles gain likelihood") {
  cells::check_restarted<4, cells::bernoulli_stack>(0.05);
}

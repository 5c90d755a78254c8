// SPDX-License-Identifier: MIT
// Persistent and restarted particles under poisson units.
#include <doctest/doctest.h>

#include "support/matrix_particles.hpp"

namespace cells = matrix_cells;

TEST_CASE("persistent particles gain likelihood") {
  cells::check_persistent<1, cells::relu_stack>(0.05);
  cells::check_persistent<1, cells::bernoulli_stack>(0.05);
}
TEST_CASE("restarted particles gain likelihood") {
  cells::check_restarted<1, cells::spin_stack>(0.05);
  cells::check_restarted<1, cells::two_one_hot_stack>(0.05);
}

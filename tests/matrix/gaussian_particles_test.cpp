// SPDX-License-Identifier: MIT
// Persistent and restarted particles under gaussian units.
#include <doctest/doctest.h>

#include "support/matrix_particles.hpp"

namespace cells = matrix_cells;

TEST_CASE("persistent particles gain likelihood") {
  cells::check_persistent<3, cells::relu_stack>(0.05, 0.02);
}
TEST_CASE("restarted particles gain likelihood") {
  cells::check_restarted<3, cells::gaussian_stack>(0.05, 0.02);
  cells::check_restarted<3, cells::bernoulli_stack>(0.05, 0.02);
}

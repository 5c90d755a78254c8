// SPDX-License-Identifier: MIT
// Persistent and restarted particles under negative_binomial units.
#include <doctest/doctest.h>

#include "support/matrix_particles.hpp"

namespace cells = matrix_cells;

TEST_CASE("persistent particles gain likelihood") {
  cells::check_persistent<0, cells::deep_bernoulli_stack>(0.05);
}
TEST_CASE("restarted particles gain likelihood") {
  cells::check_restarted<0, cells::relu_stack>(0.05);
}

// SPDX-License-Identifier: MIT
// Persistent and restarted particles under bernoulli units.
#include <doctest/doctest.h>

#include "support/matrix_particles.hpp"

namespace cells = matrix_cells;

TEST_CASE("persistent particles gain likelihood") {
  cells::check_persistent<2, cells::gaussian_stack>(0.05);
}
TEST_CASE("restarted particles gain likelihood") {
  cells::check_restarted<2, cells::deep_one_hot_stack>(0.05);
  cells::check_restarted<2, cells::deep_bernoulli_stack>(0.05);
}

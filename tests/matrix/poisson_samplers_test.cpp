// SPDX-License-Identifier: MIT
// Row "poisson" of the matrix: every sampler on every hidden stack.
#include <doctest/doctest.h>

#include "support/matrix_samplers.hpp"

TEST_CASE("every sampler draws every stack under poisson units, or is refused") {
  matrix_cells::check_samplers<1>();
}

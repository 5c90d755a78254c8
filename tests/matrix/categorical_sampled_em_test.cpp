// SPDX-License-Identifier: MIT
// Sampled EM under categorical units.
#include <doctest/doctest.h>

#include "harmonium/training/stages/sampled_em.hpp"
#include "support/matrix_training.hpp"

namespace hm = harmonium;
namespace cells = matrix_cells;

TEST_CASE("sampled EM gains likelihood") {
  cells::check_training<4, cells::one_hot_stack>(hm::sampled_em{}, 0.1);
}

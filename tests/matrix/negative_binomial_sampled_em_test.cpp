// SPDX-License-Identifier: MIT
// Sampled EM under negative_binomial units.
#include <doctest/doctest.h>

#include "harmonium/training/stages/sampled_em.hpp"
#include "support/matrix_training.hpp"

namespace hm = harmonium;
namespace cells = matrix_cells;

TEST_CASE("sampled EM gains likelihood") {
  cells::check_training<0, cells::spin_stack>(hm::sampled_em{}, 0.1);
}

// SPDX-License-Identifier: MIT
// Exact EM under negative_binomial units.
#include <doctest/doctest.h>

#include "harmonium/training/stages/exact_em.hpp"
#include "support/matrix_training.hpp"

namespace hm = harmonium;
namespace cells = matrix_cells;

TEST_CASE("exact EM gains likelihood") {
  cells::check_training<0, cells::deep_one_hot_stack>(hm::exact_em{}, 0.1);
}

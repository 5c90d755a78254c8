// SPDX-License-Identifier: MIT
// Exact EM under bernoulli units.
#include <doctest/doctest.h>

#include <stdexcept>

#include "harmonium/training/stages/exact_em.hpp"
#include "support/matrix_training.hpp"

namespace hm = harmonium;
namespace cells = matrix_cells;

TEST_CASE("exact EM gains likelihood") {
  cells::check_training<2, cells::spin_stack>(hm::exact_em{}, 0.1);
}

TEST_CASE("a count that Bernoulli units cannot have is named") {
  using model = hm::dbm<hm::bernoulli, hm::bernoulli>;
  hm::matrix<double> rows = hm::matrix<double>::Ones(3, 2);
  rows(1, 1) = 2;
  hm::random_engine rng(1);
  const auto begin = [&] {
    (void)hm::begin_run<model>(cells::as_counts(rows), {.hidden = {hm::index{2}}}, rng);
  };
  CHECK_THROWS_WITH_AS(begin(), doctest::Contains("2 in row 1, gene 1"), std::domain_error);
}

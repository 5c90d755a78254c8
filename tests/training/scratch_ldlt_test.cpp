// SPDX-License-Identifier: MIT
#include "harmonium/training/scratch_ldlt.hpp"

#include <doctest/doctest.h>

namespace hm = harmonium;

TEST_CASE("solves as Eigen's own, from the lower triangle; one for every size") {
  const auto solve = [](hm::index size) {
    hm::matrix<double> whole(size, size);
    for (hm::index j = 0; j < size; ++j)
      for (hm::index k = 0; k < size; ++k)
        whole(j, k) = 1.0 / static_cast<double>(j + k + 1) + (j == k ? 0.5 : 0.0);
    hm::vector<double> right = hm::vector<double>::LinSpaced(size, 1, 2);
    const hm::vector<double> expected = whole.selfadjointView<Eigen::Lower>().ldlt().solve(right);
    const hm::matrix<double> lower = whole.triangularView<Eigen::Lower>();
    const hm::vector<double> found = hm::scratch_ldlt(size).compute(lower).solve(right);
    CHECK(found == expected);
  };
  for (const hm::index size : {3, 5, 3, 1}) solve(size);
  CHECK(&hm::scratch_ldlt(3) == &hm::scratch_ldlt(3));
  CHECK(&hm::scratch_ldlt(3) != &hm::scratch_ldlt(5));
}

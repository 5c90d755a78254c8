// SPDX-License-Identifier: MIT
#include "harmonium/core/symmetric_factor.hpp"

#include <doctest/doctest.h>

#include <span>
#include <vector>

namespace hm = harmonium;

TEST_CASE("solves from the lower triangle") {
  for (const hm::index size : {1, 3, 5}) {
    hm::matrix<double> whole(size, size);
    for (hm::index j = 0; j < size; ++j)
      for (hm::index k = 0; k < size; ++k)
        whole(j, k) = 1.0 / static_cast<double>(j + k + 1) + (j == k ? 0.5 : 0.0);
    const hm::vector<double> right = hm::vector<double>::LinSpaced(size, 1, 2);
    const hm::matrix<double> lower = whole.triangularView<Eigen::Lower>();
    hm::symmetric_factor factor(lower);
    const hm::vector<double> found = factor.solved(right);
    CHECK((whole * found - right).cwiseAbs().maxCoeff() < 1e-13);
    std::vector<double> in_place(right.data(), right.data() + size);
    factor.solve(in_place);
    for (hm::index k = 0; k < size; ++k) CHECK(in_place[static_cast<std::size_t>(k)] == found[k]);
    const hm::matrix<double> identity = hm::matrix<double>::Identity(size, size);
    CHECK((whole * factor.inverse() - identity).cwiseAbs().maxCoeff() < 1e-13);
    factor.compute(identity);
    CHECK(factor.solved(right) == right);
  }
}

// SPDX-License-Identifier: MIT
#include "harmonium/core/symmetric_factor.hpp"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <span>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"

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

TEST_CASE("Eigen's L D L' of regular and of singular matrices") {
  hm::random_engine rng(7);
  for (const hm::index size : {1, 4, 8, 9, 16, 40}) {
    for (const hm::index rank : {size, (size + 1) / 2}) {
      hm::matrix<double> root(size, rank);
      for (hm::index i = 0; i < size; ++i)
        for (hm::index j = 0; j < rank; ++j) root(i, j) = hm::draw::uniform(-0.5, 0.5, rng);
      const hm::matrix<double> of = root * root.transpose();
      const hm::vector<double> right = hm::vector<double>::LinSpaced(size, 1, 2);
      const hm::vector<double> theirs =
          Eigen::LDLT<Eigen::MatrixXd>(Eigen::MatrixXd(of)).solve(right);
      const hm::vector<double> ours = hm::symmetric_factor(of).solved(right);
      // Where a matrix is singular only the same roundings of the factors lead to the same
      // solution.
      CHECK((ours - theirs).cwiseAbs().maxCoeff() <= 1e-11 * theirs.cwiseAbs().maxCoeff());
    }
  }
}

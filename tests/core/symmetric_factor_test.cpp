// SPDX-License-Identifier: MIT
#include "harmonium/core/symmetric_factor.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

namespace {

/// A'A + tail of a random A, rows x size: of rank `rows` where the tail is 0.
hm::matrix<double> random_gram(hm::index rows, hm::index size, double tail,
                               hm::random_engine& rng) {
  hm::matrix<double> a(rows, size);
  for (hm::index i = 0; i < rows; ++i)
    for (hm::index j = 0; j < size; ++j)
      a(i, j) = hm::draw::uniform(-1, 1, rng) * std::pow(10, double(j % 7) - 3);
  return a.transpose() * a + tail * hm::matrix<double>::Identity(size, size);
}

}  // namespace

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

TEST_CASE("badly scaled, indefinite and large systems: the residual is rounding error") {
  hm::random_engine rng(1);
  for (const hm::index size : {2, 7, 40, 130}) {
    CAPTURE(size);
    for (const double sign : {1.0, -1.0}) {
      hm::matrix<double> whole = sign * random_gram(2 * size, size, 1e-3, rng);
      const hm::vector<double> right = whole * hm::vector<double>::LinSpaced(size, -1, 2);
      const hm::vector<double> found = hm::symmetric_factor(whole).solved(right);
      const double scale = whole.cwiseAbs().maxCoeff() * found.cwiseAbs().maxCoeff();
      CHECK((whole * found - right).cwiseAbs().maxCoeff() < 1e-14 * double(size) * scale);
    }
    hm::matrix<double> indefinite = random_gram(size, size, 5, rng);
    for (hm::index j = 0; j < size; j += 2) indefinite(j, j) -= 3 * indefinite(j, j);
    const hm::vector<double> right = hm::vector<double>::Ones(size);
    const hm::vector<double> found = hm::symmetric_factor(indefinite).solved(right);
    CHECK((indefinite * found - right).norm() < 1e-8 * right.norm());
  }
}

TEST_CASE("a singular system that has a solution gets one; a zero matrix gives zero") {
  hm::random_engine rng(2);
  hm::matrix<double> whole = hm::matrix<double>::Zero(6, 6);
  // Units 1 and 4 have no curvature at all; 0 and 3 are one and the same, in whole numbers.
  for (const hm::index j : {0, 2, 3, 5})
    for (const hm::index k : {0, 2, 3, 5}) whole(j, k) = (j == k || j + k == 3) ? 4 : 1;
  whole(0, 2) = whole(2, 0) = whole(3, 2) = whole(2, 3) = 2;
  const hm::vector<double> right = whole * hm::vector<double>::LinSpaced(6, 1, 6);
  const hm::vector<double> found = hm::symmetric_factor(whole).solved(right);
  CHECK((whole * found - right).cwiseAbs().maxCoeff() < 1e-13);
  CHECK(found[1] == 0);
  CHECK(found[4] == 0);
  const hm::symmetric_factor none(hm::matrix<double>::Zero(3, 3));
  CHECK(none.solved(hm::vector<double>::Ones(3)).isZero(0));
  CHECK(hm::symmetric_factor(hm::matrix<double>(0, 0)).inverse().size() == 0);
}

TEST_CASE("what is not a number stays visible") {
  hm::matrix<double> whole = hm::matrix<double>::Identity(4, 4);
  whole(2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK(!hm::symmetric_factor(whole).solved(hm::vector<double>::Ones(4)).allFinite());
}

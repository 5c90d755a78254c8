// SPDX-License-Identifier: MIT
#include "harmonium/analysis/jacobi_eigen.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

TEST_CASE("the second difference matrix has the eigenvalues of its closed form") {
  const hm::index n = 12;
  hm::matrix<double> a = hm::matrix<double>::Zero(n, n);
  for (hm::index i = 0; i < n; ++i) {
    a(i, i) = 2;
    if (i > 0) a(i, i - 1) = a(i - 1, i) = -1;
  }
  const auto found = hm::jacobi_eigen(a);
  for (hm::index c = 0; c < n; ++c) {
    const double half_angle = 3.14159265358979323846 * static_cast<double>(n - c) / (2.0 * (n + 1));
    CHECK(found.values[c] ==
          doctest::Approx(4 * std::sin(half_angle) * std::sin(half_angle)).epsilon(1e-13));
  }
}

TEST_CASE("values and vectors give the matrix back, also of low rank") {
  hm::random_engine rng(1);
  for (const hm::index rank : {1, 4, 20}) {
    hm::matrix<double> half(20, rank);
    for (hm::index i = 0; i < 20; ++i)
      for (hm::index j = 0; j < rank; ++j) half(i, j) = hm::draw::uniform(-1, 1, rng);
    const hm::matrix<double> a = half * half.transpose();
    const auto found = hm::jacobi_eigen(a);
    const hm::matrix<double> back =
        found.vectors * found.values.asDiagonal() * found.vectors.transpose();
    CHECK((back - a).cwiseAbs().maxCoeff() < 1e-13);
    const hm::matrix<double> overlap = found.vectors.transpose() * found.vectors;
    CHECK((overlap - hm::matrix<double>::Identity(20, 20)).cwiseAbs().maxCoeff() < 1e-13);
    for (hm::index c = 1; c < 20; ++c) CHECK(found.values[c] <= found.values[c - 1]);
  }
}

TEST_CASE("degenerate matrices") {
  CHECK(hm::jacobi_eigen(hm::matrix<double>::Zero(3, 3)).values.isZero(0));
  CHECK(hm::jacobi_eigen(hm::matrix<double>::Constant(1, 1, 5.0)).values[0] == 5);
  CHECK_THROWS_AS((void)hm::jacobi_eigen(hm::matrix<double>::Zero(2, 3)), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/analysis/thick_restart_lanczos.hpp"

#include <doctest/doctest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>

#include "harmonium/core/draw/uniform.hpp"

namespace hm = harmonium;

namespace {

/// As many orthonormal vectors as rows, one a column.
hm::matrix<double> random_rotation(hm::index n, hm::random_engine& rng) {
  hm::matrix<double> a(n, n);
  for (hm::index i = 0; i < n; ++i)
    for (hm::index j = 0; j < n; ++j) a(i, j) = hm::draw::uniform(-1, 1, rng);
  const Eigen::HouseholderQR<hm::matrix<double>> factors(a);
  return factors.householderQ() * hm::matrix<double>::Identity(n, n);
}

hm::matrix<double> with_eigenvalues(const hm::vector<double>& values, hm::random_engine& rng) {
  const hm::matrix<double> turn = random_rotation(values.size(), rng);
  const hm::matrix<double> a = turn * values.asDiagonal() * turn.transpose();
  return (a + a.transpose()) / 2;
}

hm::ritz_pairs solve(const hm::matrix<double>& a, hm::index wanted, hm::index basis,
                     hm::index max_iterations = 1000, double tolerance = 1e-12) {
  return hm::thick_restart_lanczos(
      a.rows(),
      [&](std::span<const double> in, std::span<double> out) {
        for (hm::index i = 0; i < a.rows(); ++i) {
          double sum = 0;
          for (hm::index j = 0; j < a.cols(); ++j) sum += a(i, j) * in[std::size_t(j)];
          out[std::size_t(i)] = sum;
        }
      },
      wanted, basis, max_iterations, tolerance);
}

/// Checks values, residuals and orthogonality against a dense decomposition; `gap` is the least
/// distance of a wanted vector's value from the others, where vectors shall be compared too.
void check_pairs(const hm::matrix<double>& a, const hm::ritz_pairs& found, double gap = 0) {
  const Eigen::SelfAdjointEigenSolver<hm::matrix<double>> exact(a);
  const double scale = exact.eigenvalues().cwiseAbs().maxCoeff();
  const hm::index wanted = found.values.size();
  REQUIRE(found.converged);
  REQUIRE(found.vectors.rows() == a.rows());
  REQUIRE(found.vectors.cols() == wanted);
  for (hm::index k = 0; k < wanted; ++k) {
    CAPTURE(k);
    const hm::index other = a.rows() - 1 - k;
    CHECK(std::abs(found.values[k] - exact.eigenvalues()[other]) <= 1e-13 * scale);
    const hm::vector<double> v = found.vectors.col(k);
    CHECK((a * v - found.values[k] * v).norm() <= 1e-12 * scale);
    if (gap > 0)
      CHECK(std::abs(v.dot(exact.eigenvectors().col(other))) >=
            1 - 2 * std::pow(1e-12 * scale / gap, 2) - 1e-13);
  }
  const hm::matrix<double> overlap = found.vectors.transpose() * found.vectors;
  // Every restart may add a rounding error, and a basis of hardly more than is wanted has hundreds.
  CHECK((overlap - hm::matrix<double>::Identity(wanted, wanted)).cwiseAbs().maxCoeff() < 1e-12);
}

}  // namespace

TEST_CASE("random matrices of either sign, wanted from one to nearly all") {
  hm::random_engine rng(1);
  struct sizes {
    hm::index n, wanted, basis;
  };
  for (const auto& of :
       {sizes{60, 1, 20}, sizes{60, 1, 2}, sizes{60, 10, 30}, sizes{60, 10, 11},
        sizes{130, 40, 120}, sizes{30, 28, 29}, sizes{30, 29, 30}, sizes{2, 1, 2}}) {
    const hm::index n = of.n, wanted = of.wanted, basis = of.basis;
    CAPTURE(n);
    CAPTURE(basis);
    hm::vector<double> values(n);
    for (hm::index i = 0; i < n; ++i) values[i] = hm::draw::uniform(-3, 1, rng) + 0.01 * double(i);
    const auto a = with_eigenvalues(values, rng);
    check_pairs(a, solve(a, wanted, basis, 20000));
  }
}

TEST_CASE("a decaying spectrum, as of counts, gives the vectors too") {
  hm::random_engine rng(2);
  const hm::index n = 200;
  hm::vector<double> values(n);
  for (hm::index i = 0; i < n; ++i) values[i] = 1000 / std::pow(double(i + 1), 1.5);
  const auto a = with_eigenvalues(values, rng);
  check_pairs(a, solve(a, 10, 30), values[9] - values[10]);
}

TEST_CASE("clustered eigenvalues are told apart") {
  hm::random_engine rng(3);
  hm::vector<double> values(100);
  for (hm::index i = 0; i < 100; ++i)
    values[i] = i < 5 ? 10 + 1e-4 * double(i) : 5.0 * double(i) / 100;
  const auto a = with_eigenvalues(values, rng);
  check_pairs(a, solve(a, 5, 20), 1e-4);
}

TEST_CASE("multiple eigenvalues count as often as they do") {
  // Three values in all: every product beyond the third leads nowhere new.
  hm::random_engine rng(4);
  hm::vector<double> values(60);
  for (hm::index i = 0; i < 60; ++i) values[i] = i < 2 ? 3 : i < 6 ? 2 : 1;
  const auto a = with_eigenvalues(values, rng);
  check_pairs(a, solve(a, 6, 20));
  check_pairs(hm::matrix<double>::Identity(50, 50) * 4,
              solve(hm::matrix<double>::Identity(50, 50) * 4, 5, 20));
}

TEST_CASE("low rank, zero and negative definite matrices") {
  hm::random_engine rng(5);
  for (const hm::index rank : {1, 3, 12}) {
    CAPTURE(rank);
    hm::vector<double> values = hm::vector<double>::Zero(80);
    for (hm::index i = 0; i < rank; ++i) values[i] = 1 + hm::draw::uniform(rng);
    const auto a = with_eigenvalues(values, rng);
    check_pairs(a, solve(a, 6, 20));
    check_pairs(-a, solve(-a, 6, 20));
  }
  const auto none = solve(hm::matrix<double>::Zero(40, 40), 3, 20);
  CHECK(none.converged);
  CHECK(none.values.isZero(0));
  CHECK((none.vectors.transpose() * none.vectors - hm::matrix<double>::Identity(3, 3)).norm() <
        1e-13);
}

TEST_CASE("invariant spaces: blocks that no product leaves") {
  // Coordinates 0 to 29 and 30 to 59 do not mix; the first start lies in both, restarts in one.
  hm::random_engine rng(6);
  hm::matrix<double> a = hm::matrix<double>::Zero(60, 60);
  hm::vector<double> values(30);
  for (hm::index i = 0; i < 30; ++i) values[i] = 1 + double(i % 3);
  a.topLeftCorner(30, 30) = with_eigenvalues(values, rng);
  a.bottomRightCorner(30, 30) = with_eigenvalues(2 * values, rng);
  check_pairs(a, solve(a, 15, 45));
}

TEST_CASE("the same bits again, and the order of magnitude does not matter") {
  hm::random_engine rng(7);
  hm::vector<double> values(90);
  for (hm::index i = 0; i < 90; ++i) values[i] = 1 / double(i + 1);
  const auto a = with_eigenvalues(values, rng);
  const auto once = solve(a, 5, 20), again = solve(a, 5, 20), large = solve(a * 0x1p300, 5, 20),
             small = solve(a * 0x1p-300, 5, 20);
  CHECK(once.values == again.values);
  CHECK(once.vectors == again.vectors);
  CHECK(large.values == once.values * 0x1p300);
  CHECK(large.vectors == once.vectors);
  CHECK(small.converged);
  CHECK((small.values * 0x1p300 - once.values).norm() < 1e-14);
}

TEST_CASE("the tolerance bounds the residual, and a looser one costs fewer products") {
  hm::random_engine rng(8);
  hm::vector<double> values(300);
  for (hm::index i = 0; i < 300; ++i) values[i] = 1 + std::exp(-0.1 * double(i));
  const auto a = with_eigenvalues(values, rng);
  int before = std::numeric_limits<int>::max();
  for (const double tolerance : {1e-10, 1e-4}) {
    int products = 0;
    const auto found = hm::thick_restart_lanczos(
        300,
        [&](std::span<const double> in, std::span<double> out) {
          ++products;
          Eigen::Map<hm::vector<double>>(out.data(), 300) =
              a * Eigen::Map<const hm::vector<double>>(in.data(), 300);
        },
        4, 20, 1000, tolerance);
    REQUIRE(found.converged);
    for (hm::index k = 0; k < 4; ++k) {
      const hm::vector<double> v = found.vectors.col(k);
      CHECK((a * v - found.values[k] * v).norm() <= tolerance * found.values[k] + 1e-14);
    }
    CHECK(products < before);
    before = products;
  }
}

TEST_CASE("too few iterations are told, and what there is is given") {
  hm::random_engine rng(9);
  hm::vector<double> values(200);
  for (hm::index i = 0; i < 200; ++i) values[i] = double(i);
  const auto a = with_eigenvalues(values, rng);
  const auto found = solve(a, 10, 12, 1);
  CHECK(!found.converged);
  CHECK(found.values.size() == 10);
  CHECK(found.values[0] <= 199 + 1e-9);
  CHECK((found.vectors.transpose() * found.vectors - hm::matrix<double>::Identity(10, 10)).norm() <
        1e-12);
}

TEST_CASE("what is refused") {
  const hm::matrix<double> a = hm::matrix<double>::Identity(10, 10);
  CHECK_THROWS_AS((void)solve(a, 0, 5), std::invalid_argument);
  CHECK_THROWS_AS((void)solve(a, 5, 5), std::invalid_argument);
  CHECK_THROWS_AS((void)solve(a, 5, 11), std::invalid_argument);
  CHECK_THROWS_AS((void)solve(a, 5, 8, 0), std::invalid_argument);
  CHECK_THROWS_AS((void)solve(a * std::numeric_limits<double>::infinity(), 2, 5),
                  std::invalid_argument);
}

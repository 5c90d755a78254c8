// SPDX-License-Identifier: MIT
#include "harmonium/training/residuals/factor_centre.hpp"

#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/random_engine.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> normals(hm::index rows, hm::index cols, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> made(rows, cols);
  for (double& x : made.reshaped()) x = hm::draw::normal(rng);
  return made;
}

}  // namespace

TEST_CASE("an operator without factors is the difference") {
  const auto a = normals(12, 7, 1), factors = normals(12, 2, 2), loadings = normals(7, 2, 3);
  const hm::dense_operator whole{hm::matrix_view<double>(a)};
  const hm::without_factors<hm::dense_operator> rest(whole, factors, loadings);
  const hm::matrix<double> want = a - factors * loadings.transpose();
  const hm::vector<double> in = normals(7, 1, 4).col(0), up = normals(12, 1, 5).col(0);
  hm::vector<double> out(12), down(7);
  rest.multiply(hm::as_span(in), hm::as_span(out));
  rest.multiply_transposed(hm::as_span(up), hm::as_span(down));
  CHECK((out - want * in).norm() < 1e-12);
  CHECK((down - want.transpose() * up).norm() < 1e-12);
  CHECK((rest.column_means() - want.colwise().mean().transpose()).norm() < 1e-12);
  CHECK((rest.column_squares() - want.colwise().squaredNorm().transpose()).norm() < 1e-11);
}

TEST_CASE("factors start as their posterior means, free ones as components of the rest") {
  const auto scores = normals(40, 9, 1);
  hm::factor_centre centre{0.3 * normals(9, 2, 2), hm::vector<double>::Constant(9, 0.8),
                           std::vector<char>(9, 1)};
  const hm::dense_operator whole{hm::matrix_view<double>(scores)};
  const auto start = hm::start_about(whole, centre, 1);
  const hm::matrix<double>& w = centre.loadings;
  const hm::matrix<double> precision = hm::matrix<double>::Identity(2, 2) + w.transpose() * w / 0.8;
  const hm::matrix<double> covariance = precision.inverse();
  const hm::matrix<double> f = covariance * w.transpose() / 0.8 * scores.transpose();
  REQUIRE(start.factors.rows() == 3);
  CHECK((start.factors.topRows(2) - f).norm() < 1e-10);
  CHECK((start.uncertainty.topLeftCorner(2, 2) - covariance).norm() < 1e-12);
  CHECK(start.uncertainty(2, 2) == 0);
  CHECK(start.factors.row(2).squaredNorm() == doctest::Approx(40).epsilon(0.05));
  CHECK(hm::start_about(whole, centre, 0).factors.rows() == 2);
}

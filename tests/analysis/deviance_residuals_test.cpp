// SPDX-License-Identifier: MIT
#include "harmonium/analysis/deviance_residuals.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include "support/random_counts.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> dense_residuals(const hm::count_matrix<>& counts) {
  const hm::matrix<double> x = hm::to_dense(counts);
  const double total = x.sum();
  hm::matrix<double> r(x.rows(), x.cols());
  for (hm::index i = 0; i < x.rows(); ++i) {
    for (hm::index j = 0; j < x.cols(); ++j) {
      const double m = x.row(i).sum() * x.col(j).sum() / total;
      const double part = x(i, j) > 0 ? x(i, j) * std::log(x(i, j) / m) : 0;
      const double root = std::sqrt(std::max(0.0, 2 * (part - (x(i, j) - m))));
      r(i, j) = x(i, j) > m ? root : -root;
    }
  }
  return r;
}

}  // namespace

TEST_CASE("the Poisson deviance is that of its definition, also where x is near the mean") {
  for (const double x : {0.0, 1.0, 2.0, 17.0, 4000.0}) {
    for (const double mean : {1e-6, 0.3, 1.0, 1.99, 16.9, 4010.0}) {
      const long double wide = x;
      const long double log_part =
          x > 0 ? wide * std::log(wide / static_cast<long double>(mean)) : 0;
      const auto expected =
          static_cast<double>(2 * (log_part - (wide - static_cast<long double>(mean))));
      CHECK(hm::poisson_deviance(x, mean) == doctest::Approx(expected).epsilon(1e-13));
    }
  }
  CHECK(hm::poisson_deviance(5, 5) == 0);
  // x = 1e6, mean = x (1 + 1e-9): (x - mean)^2 / x to first order, which the definition loses
  // whole.
  CHECK(hm::poisson_deviance(1e6, 1e6 * (1 + 0x1p-30)) ==
        doctest::Approx(1e6 * 0x1p-60).epsilon(1e-8));
}

TEST_CASE("the operator is the dense matrix of residuals") {
  hm::random_engine rng(11);
  for (const auto& [cells, genes] : {std::pair<hm::index, hm::index>{30, 12}, {9, 40}}) {
    const auto counts = support::random_counts(cells, genes, rng);
    const hm::deviance_residuals residuals(counts);
    const hm::matrix<double> dense = dense_residuals(counts);
    REQUIRE(residuals.rows() == cells);
    REQUIRE(residuals.cols() == genes);

    hm::vector<double> v(genes), u(cells), rv(cells), ru(genes);
    for (double& entry : v) entry = hm::draw::uniform(-1, 1, rng);
    for (double& entry : u) entry = hm::draw::uniform(-1, 1, rng);
    residuals.multiply({v.data(), v.data() + genes}, {rv.data(), rv.data() + cells});
    residuals.multiply_transposed({u.data(), u.data() + cells}, {ru.data(), ru.data() + genes});
    CHECK((rv - dense * v).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((ru - dense.transpose() * u).cwiseAbs().maxCoeff() < 1e-12);
    const hm::vector<double> means = dense.colwise().mean();
    const hm::vector<double> squares = dense.colwise().squaredNorm();
    CHECK((residuals.column_means() - means).cwiseAbs().maxCoeff() < 1e-13);
    CHECK((residuals.column_squares() - squares).cwiseAbs().maxCoeff() < 1e-11);
    CHECK(squares.maxCoeff() > 1);
  }
}

TEST_CASE("counts without a count, and stored zeros") {
  hm::count_matrix<> empty(3);
  empty.finish_cell();
  empty.finish_cell();
  const hm::deviance_residuals nothing(empty);
  std::vector<double> v{1, 2, 3}, out{9, 9};
  nothing.multiply(v, out);
  CHECK(out == std::vector<double>{0, 0});

  const hm::count_matrix<> stored({2, 0, 1}, {0, 1, 1}, {0, 2, 3}, 2);
  const hm::count_matrix<> dropped({2, 1}, {0, 1}, {0, 1, 2}, 2);
  CHECK(hm::deviance_residuals(stored).column_squares() ==
        hm::deviance_residuals(dropped).column_squares());
}

// SPDX-License-Identifier: MIT
#include "harmonium/analysis/leading_eigenpairs.hpp"

#include <doctest/doctest.h>

#include <cmath>

namespace hm = harmonium;

namespace {

/// -1, 2, -1 on three diagonals: eigenvalues 2 - 2 cos(k pi / (n + 1)).
hm::symmetric_product path_laplacian(hm::index n) {
  return {n, [n](const double* in, double* out) {
            for (hm::index i = 0; i < n; ++i)
              out[i] = 2 * in[i] - (i > 0 ? in[i - 1] : 0) - (i + 1 < n ? in[i + 1] : 0);
          }};
}

}  // namespace

TEST_CASE("the largest eigenvalues of a matrix whose spectrum is known") {
  const hm::index n = 40;
  const auto a = path_laplacian(n);
  const auto pairs = hm::leading_eigenpairs(a, 3, 20, 1000, 1e-12);
  CHECK(pairs.converged);
  REQUIRE(pairs.values.size() == 3);
  hm::vector<double> image(n);
  for (hm::index k = 0; k < 3; ++k) {
    const double exact = 2 - 2 * std::cos(double(n - k) * std::acos(-1.0) / double(n + 1));
    CHECK(pairs.values[k] == doctest::Approx(exact).epsilon(1e-10));
    const hm::vector<double> v = pairs.vectors.col(k);
    a.perform_op(v.data(), image.data());
    CHECK((image - pairs.values[k] * v).norm() < 1e-5);
  }
}

TEST_CASE("too few restarts are told, impossible sizes refused") {
  CHECK(!hm::leading_eigenpairs(path_laplacian(200), 10, 12, 1, 1e-14).converged);
  CHECK_THROWS_AS((void)hm::leading_eigenpairs(path_laplacian(5), 5, 5, 10, 1e-9),
                  std::invalid_argument);
}

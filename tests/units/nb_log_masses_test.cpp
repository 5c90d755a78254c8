// SPDX-License-Identifier: MIT
#include "harmonium/units/nb_log_masses.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace hm = harmonium;

TEST_CASE("the bits of the base measure, looked up or not") {
  const std::vector<double> theta{1e-3, 0.7, 1.6, 40, 1e6};
  const hm::nb_log_masses masses(std::span<const double>(theta), 20);
  CHECK(masses.size() == 5);
  for (std::size_t m = 0; m < theta.size(); ++m)
    for (double x = 0; x < 60; x += 1)
      CHECK(masses.log_base_measure(m, x) == hm::nb_log_base_measure(x, theta[m]));
}

TEST_CASE("a cell's base measure, sparse and dense, is that of its layer") {
  hm::vector<double> theta(4), x(4);
  theta << 0.5, 2, 3, 7;
  x << 3, 0, 45, 1;
  hm::count_matrix<> counts(4);
  for (hm::index m = 0; m < 4; ++m) counts.push_back(m, x[m]);
  counts.finish_cell();
  const hm::nb_log_masses masses(hm::as_span(std::as_const(theta)), 10);
  const double expected =
      hm::negative_binomial(theta).log_base_measure(hm::as_span(std::as_const(x)));
  CHECK(masses.log_base_measure(counts.cell(0)) == expected);
  CHECK(masses.log_base_measure(hm::as_span(std::as_const(x))) == expected);
  const hm::nb_log_masses in_float(std::span<const float>(std::vector<float>{0.5f, 2, 3, 7}), 0);
  CHECK(in_float.log_base_measure(counts.cell(0)) == expected);
}

TEST_CASE("log-probabilities of a row are those of its genes") {
  std::vector<double> theta, eta, partition, x;
  for (int m = 0; m < 400; ++m) {
    theta.push_back(std::exp(0.02 * (m % 100) - 1));
    eta.push_back(-std::exp(0.03 * (m % 37) - 1));
    partition.push_back(hm::nb_log_partition(eta.back(), theta.back()));
    x.push_back(m % 7 == 0 ? 0 : m % 53);
  }
  std::vector<double> out(400);
  hm::nb_log_masses(std::span<const double>(theta)).log_pmfs(x, eta, partition, out);
  for (std::size_t m = 0; m < out.size(); ++m) {
    const double expected = hm::nb_log_pmf(x[m], eta[m], theta[m]);
    CHECK(std::abs(out[m] - expected) <= 1e-13 * (1 + std::abs(eta[m] * x[m])));
  }
  CHECK_THROWS_AS(hm::nb_log_masses(std::span<const double>(theta), -1), std::invalid_argument);
}

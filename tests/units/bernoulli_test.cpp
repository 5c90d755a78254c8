// SPDX-License-Identifier: MIT
#include "harmonium/units/bernoulli.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include "harmonium/core/kernels.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "support/unit_conformance.hpp"

namespace hm = harmonium;

template class hm::basic_bernoulli<float>;
template class hm::basic_bernoulli<double>;

TEST_CASE_TEMPLATE("Bernoulli units obey the laws of their concept", S, float, double) {
  using units = hm::basic_bernoulli<S>;
  support::check_unit_family<units>(
      {.layers = {{units(1), {S(0)}}, {units(3), {S(-2), S(0.5), S(4)}}, {units(2), {S(-9), S(9)}}},
       .extremes = {{units(2), {S(-700), S(700)}}},
       .edge_means = {S(0), S(1)}});
}

TEST_CASE("bit i of a state is unit i; the number of states saturates") {
  std::vector<double> state(3);
  hm::bernoulli(3).write_state(6, state);
  CHECK(state == std::vector<double>{0, 1, 1});
  CHECK(hm::bernoulli(3).state_number(state) == 6);
  CHECK(hm::bernoulli(0).states() == 1);
  CHECK(hm::bernoulli(61).states() == hm::index{1} << 61);
  CHECK(hm::bernoulli(62).states() == hm::index{1} << 62);
  CHECK(hm::bernoulli(100).states() == hm::index{1} << 62);
  std::vector<double> wide(100);
  hm::bernoulli(100).write_state((hm::index{1} << 62) - 1, wide);
  CHECK(wide[61] == 1);
  CHECK(wide[62] == 0);
}

TEST_CASE("the small one of mean and 1 - mean keeps its digits") {
  const std::vector<double> eta{-40, 40};
  std::vector<double> variance(2);
  hm::bernoulli(2).variance(eta, variance);
  CHECK(variance[0] == doctest::Approx(4.2483542552915889e-18).epsilon(1e-14));
  CHECK(variance[1] == variance[0]);
}

TEST_CASE_TEMPLATE("the log-partition is the sum in order, with every kernel", S, float, double) {
  for (const hm::index size : {1, 15, 63, 64, 65, 200}) {
    std::vector<S> eta(static_cast<std::size_t>(size));
    double sum = 0;
    for (std::size_t i = 0; i < eta.size(); ++i) {
      eta[i] = S(7) * std::sin(static_cast<S>(i)) * static_cast<S>(i % 5);
      sum += static_cast<double>(hm::math::softplus(eta[i]));
    }
    for (const hm::kernel each : hm::available_kernels()) {
      const hm::kernel_scope scope(each);
      CHECK(hm::basic_bernoulli<S>(size).log_partition(eta) == static_cast<S>(sum));
    }
  }
}

TEST_CASE("a negative size is refused") {
  CHECK_THROWS_WITH_AS(hm::bernoulli(-1),
                       "bernoulli: the number of units must not be negative, got -1",
                       std::invalid_argument);
}

TEST_CASE("the state at which a linear function is largest") {
  std::vector<double> out(4);
  hm::bernoulli(4).write_maximiser(std::span<const double>(std::vector<double>{0.5, -1, 0.2, 0.3}),
                                   std::span(out));
  CHECK(out == std::vector<double>{1, 0, 1, 1});
}

// SPDX-License-Identifier: MIT
#include "harmonium/metrics/maximum_mean_discrepancy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "support/two_samples.hpp"

namespace hm = harmonium;

namespace {

hm::matrix<double> normal_points(hm::index count, hm::random_engine& rng) {
  hm::matrix<double> points(count, 3);
  for (hm::index i = 0; i < count; ++i)
    for (hm::index d = 0; d < 3; ++d) points(i, d) = hm::draw::normal(rng);
  return points;
}

}  // namespace

TEST_CASE("the statistic is that of the definition") {
  hm::random_engine rng(1);
  const auto points = normal_points(17, rng);
  std::vector<double> squares;
  for (int i = 0; i < 17; ++i)
    for (int j = 0; j < 17; ++j)
      if (i != j) squares.push_back((points.row(i) - points.row(j)).squaredNorm());
  std::sort(squares.begin(), squares.end());
  const double median = (squares[135] + squares[136]) / 2;
  double within_a = 0, within_b = 0, between = 0;
  for (int i = 0; i < 17; ++i)
    for (int j = 0; j < 17; ++j) {
      const double k = std::exp(-(points.row(i) - points.row(j)).squaredNorm() / median);
      if (i != j && i < 7 && j < 7) within_a += k / (7 * 6);
      if (i != j && i >= 7 && j >= 7) within_b += k / (10 * 9);
      if (i < 7 && j >= 7) between += k / (7 * 10);
    }
  CHECK(hm::mean_discrepancy(points, 7, 0, rng).statistic ==
        doctest::Approx(within_a + within_b - 2 * between).epsilon(1e-12));
}

TEST_CASE("p-values of equal distributions are even, of different ones small") {
  hm::random_engine rng(2);
  int small = 0, large = 0;
  const int repeats = 200;
  for (int r = 0; r < repeats; ++r) {
    const double p = hm::mean_discrepancy(normal_points(20, rng), 10, 39, rng).p;
    if (p <= 0.25) ++small;
    if (p > 0.75) ++large;
  }
  // Binomial with 200 trials of 1/4: standard deviation 6.1.
  CHECK(std::abs(small - 50) < 5 * 6.1);
  CHECK(std::abs(large - 50) < 5 * 6.1);
  auto shifted = normal_points(60, rng);
  shifted.topRows(30).array() += 1.5;
  CHECK(hm::mean_discrepancy(shifted, 30, 99, rng).p == 0.01);
}

TEST_CASE("in the joint space fresh cells pass and wrong ones do not") {
  const hm::maximum_mean_discrepancy metric{.permutations = 99};
  const auto fresh = support::against_toy_cells(metric, support::fresh_cells());
  CHECK(std::abs(fresh.at("mmd2")) < 0.01);
  CHECK(fresh.at("p") > 0.01);
  CHECK(fresh.at("p_fresh") > 0.01);
  const auto wrong = support::against_toy_cells(metric, support::wrong_cells());
  CHECK(wrong.at("mmd2") > 0.01);
  CHECK(wrong.at("p") == 0.01);
  CHECK(wrong.at("p_fresh") == 0.01);
}

TEST_CASE("points at one place, too few cells, no pilot") {
  hm::random_engine rng(3);
  const hm::matrix<double> same = hm::matrix<double>::Ones(6, 2);
  const auto none = hm::mean_discrepancy(same, 3, 10, rng);
  CHECK(none.statistic == 0);
  CHECK(none.p == 1);
  CHECK_THROWS_AS((void)hm::mean_discrepancy(same, 1, 10, rng), std::invalid_argument);
  const hm::maximum_mean_discrepancy metric{.permutations = 3};
  for (const auto& [name, value] : support::against_toy_cells(metric, tiny::toy_counts(1, 15, 1)))
    CHECK(std::isnan(value));
  const auto unknown = support::against_toy_cells(metric, support::fresh_cells(), false);
  CHECK(!std::isnan(unknown.at("p")));
  CHECK(std::isnan(unknown.at("p_fresh")));
  CHECK_THROWS_AS((void)support::against_toy_cells(hm::maximum_mean_discrepancy{.cells = 1},
                                                   support::fresh_cells()),
                  std::invalid_argument);
}

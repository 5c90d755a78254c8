// SPDX-License-Identifier: MIT
#include "harmonium/analysis/variable_genes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/random_counts.hpp"

namespace hm = harmonium;

TEST_CASE("a gene's deviance is the sum of its squared residuals") {
  hm::random_engine rng(3);
  const auto counts = support::random_counts(40, 25, rng);
  const hm::vector<double> deviances = hm::gene_deviances(counts);
  CHECK((deviances - hm::deviance_residuals(counts).column_squares()).cwiseAbs().maxCoeff() <
        1e-11);
  CHECK(deviances[2] == 0);  // its counts are all zero
}

TEST_CASE("genes that follow depth are left out, genes of equal deviance go by order") {
  // Gene 1 is the depth; genes 0 and 3 (equal deviance) and 2 (the most) depart from it.
  hm::count_matrix<> counts(4);
  const int rows[4][4] = {{4, 100, 0, 0}, {0, 100, 12, 4}, {4, 100, 0, 0}, {0, 100, 12, 4}};
  for (const auto& row : rows) {
    for (int j = 0; j < 4; ++j) counts.push_back(j, row[j]);
    counts.finish_cell();
  }
  CHECK(hm::variable_genes(counts, 1) == std::vector<hm::index>{2});
  const auto deviances = hm::gene_deviances(counts);
  CHECK(deviances[1] < deviances[0]);

  hm::count_matrix<> even(3);
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) even.push_back(j, 5);
    even.finish_cell();
  }
  CHECK(hm::variable_genes(even, 2) == std::vector<hm::index>{0, 1});
}

TEST_CASE("positions ascend, and more genes than there are means all") {
  hm::random_engine rng(4);
  const auto counts = support::random_counts(20, 15, rng);
  const auto chosen = hm::variable_genes(counts, 6);
  REQUIRE(chosen.size() == 6);
  const auto deviances = hm::gene_deviances(counts);
  double least = 1e300;
  std::vector<bool> taken(15, false);
  for (std::size_t k = 0; k < 6; ++k) {
    if (k > 0) CHECK(chosen[k] > chosen[k - 1]);
    taken[static_cast<std::size_t>(chosen[k])] = true;
    least = std::min(least, deviances[chosen[k]]);
  }
  for (hm::index j = 0; j < 15; ++j)
    if (!taken[static_cast<std::size_t>(j)]) CHECK(deviances[j] <= least);
  CHECK(hm::variable_genes(counts, 100).size() == 15);
  CHECK_THROWS_AS((void)hm::variable_genes(counts, 0), std::invalid_argument);
}

TEST_CASE("standardised variances agree with their definition on dense counts") {
  hm::random_engine rng(9);
  auto counts = support::random_counts(60, 40, rng);
  const hm::matrix<double> dense = hm::to_dense(counts);
  const auto found = hm::standardised_variances(counts, 0.5);
  std::vector<double> log_mean, log_variance;
  std::vector<hm::index> varying;
  for (hm::index j = 0; j < 40; ++j) {
    const double mean = dense.col(j).mean();
    const double variance = (dense.col(j).array() - mean).square().sum() / 59;
    if (!(variance > 0)) {
      CHECK(found[j] == 0);
      continue;
    }
    varying.push_back(j);
    log_mean.push_back(std::log10(mean));
    log_variance.push_back(std::log10(variance));
  }
  CHECK(varying.size() == 33);  // gene 2 and every seventh are all zero
  const auto expected = hm::loess(log_mean, log_variance, 0.5);
  for (std::size_t k = 0; k < varying.size(); ++k) {
    const hm::index j = varying[k];
    const double mean = dense.col(j).mean(), deviation = std::sqrt(std::pow(10, expected[k]));
    double sum = 0;
    for (hm::index i = 0; i < 60; ++i)
      sum += std::pow(std::min(std::sqrt(60.0), (dense(i, j) - mean) / deviation), 2);
    CHECK(found[j] == doctest::Approx(sum / 59).epsilon(1e-10));
  }
}

TEST_CASE("a gene that varies more than others of its mean comes first") {
  hm::random_engine rng(10);
  hm::count_matrix<> counts(30);
  for (int i = 0; i < 200; ++i) {
    for (int j = 0; j < 30; ++j) {
      // Gene 12 is on in a tenth of the cells and has the mean of its neighbours.
      const double mean = j == 12 ? (i % 10 == 0 ? 65.0 : 0.0) : 0.5 * (j + 1);
      counts.push_back(j, static_cast<int>(2 * mean * hm::draw::uniform(rng)));
    }
    counts.finish_cell();
  }
  CHECK(hm::variable_genes(counts, 1, hm::variability::standardised_variance) ==
        std::vector<hm::index>{12});
  hm::count_matrix<> one(3);
  one.push_back(1, 4);
  one.finish_cell();
  CHECK(hm::standardised_variances(one).isZero(0));
  CHECK(hm::standardised_variances(hm::count_matrix<>(3)).isZero(0));
}

// SPDX-License-Identifier: MIT
#include "harmonium/metrics/gene_correlation.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "support/random_counts.hpp"
#include "support/score.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("correlation of two lists") {
  const std::vector<double> a{1, 2, 3}, up{10, 20, 30}, down{3, 2, 1}, flat{5, 5, 5};
  CHECK(hm::correlation_of(a, up) == doctest::Approx(1).epsilon(1e-15));
  CHECK(hm::correlation_of(a, down) == doctest::Approx(-1).epsilon(1e-15));
  CHECK(std::isnan(hm::correlation_of(a, flat)));
}

TEST_CASE("correlations of sparse genes are those of the dense ones; constant genes have none") {
  hm::random_engine rng(2);
  const auto values = hm::log_normalise(support::random_counts(40, 9, rng));
  const std::vector<hm::index> genes{1, 2, 5, 8};  // gene 2 has no counts
  const auto found = hm::gene_correlations(values, genes);
  REQUIRE(found.size() == 6);
  const auto dense = hm::to_dense(values);
  std::size_t at = 0;
  for (std::size_t j = 0; j < 4; ++j)
    for (std::size_t k = j + 1; k < 4; ++k, ++at) {
      const hm::vector<double> a = dense.col(genes[j]), b = dense.col(genes[k]);
      const double expected = hm::correlation_of({a.data(), 40}, {b.data(), 40});
      if (j == 1 || k == 1) {
        CHECK(found[at] == 0);
      } else {
        CHECK(found[at] == doctest::Approx(expected).epsilon(1e-12));
      }
    }
}

TEST_CASE("fresh cells keep the correlations, shuffled genes lose them") {
  const auto real = tiny::toy_counts(300, 30, 1), fresh = tiny::toy_counts(300, 30, 2);
  // Every gene's counts in random order of the cells: marginals stay, correlations go.
  hm::random_engine rng(3);
  hm::matrix<double> dense = hm::to_dense(fresh);
  for (hm::index j = 0; j < 30; ++j) {
    std::vector<double> column(dense.col(j).begin(), dense.col(j).end());
    hm::draw::shuffle(std::span(column), rng);
    for (hm::index i = 0; i < 300; ++i) dense(i, j) = column[static_cast<std::size_t>(i)];
  }
  hm::count_matrix<> shuffled(30);
  for (hm::index i = 0; i < 300; ++i) {
    for (hm::index j = 0; j < 30; ++j) shuffled.push_back(j, dense(i, j));
    shuffled.finish_cell();
  }
  const std::vector<hm::index> labels(300, 0);
  const hm::gene_correlation metric{.genes = 20};
  const auto same = support::score(metric, real, labels, real, labels);
  const auto near = support::score(metric, real, labels, fresh, labels);
  const auto far = support::score(metric, real, labels, shuffled, labels);
  CHECK(same.at("r") == doctest::Approx(1).epsilon(1e-12));
  CHECK(same.at("mad") == 0);
  CHECK(near.at("r") > 0.9);
  CHECK(std::abs(far.at("r")) < 0.4);
  CHECK(near.at("mad") < far.at("mad"));
}

TEST_CASE("constant genes, one gene, no cell") {
  hm::count_matrix<> constant(3);
  for (int i = 0; i < 5; ++i) {
    for (hm::index j = 0; j < 3; ++j) constant.push_back(j, 2);
    constant.finish_cell();
  }
  const std::vector<hm::index> labels(5, 0);
  const auto flat = support::score(hm::gene_correlation{}, constant, labels, constant, labels);
  CHECK(std::isnan(flat.at("r")));
  CHECK(flat.at("mad") == 0);
  const auto one = hm::select_genes(constant, std::vector<hm::index>{1});
  CHECK(std::isnan(support::score(hm::gene_correlation{}, one, labels, one, labels).at("mad")));
  CHECK(std::isnan(
      support::score(hm::gene_correlation{}, constant, labels, hm::count_matrix<>(3), {}).at("r")));
  CHECK_THROWS_AS(
      (void)support::score(hm::gene_correlation{.genes = 1}, constant, labels, constant, labels),
      std::invalid_argument);
}

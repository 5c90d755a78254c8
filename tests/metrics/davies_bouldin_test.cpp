// SPDX-License-Identifier: MIT
#include "harmonium/metrics/davies_bouldin.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/random_counts.hpp"
#include "support/reference_figures.hpp"
#include "support/score.hpp"
#include "support/shared.hpp"
#include "support/shared_cells.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

// Two pairs of points: centroids (0, 0) and (3, 4), distances to them 1 and 1, 2 and 2.
const hm::matrix<double> four = [] {
  hm::matrix<double> points(4, 2);
  points << -1, 0, 1, 0, 3, 2, 3, 6;
  return points;
}();

// The definition, word by word, on dense points.
double slow_index(const hm::matrix<double>& x, const std::vector<hm::index>& labels, double p,
                  double q, hm::index clusters) {
  hm::matrix<double> centres = hm::matrix<double>::Zero(clusters, x.cols());
  std::vector<double> sizes(static_cast<std::size_t>(clusters)), scatters(sizes);
  for (hm::index i = 0; i < x.rows(); ++i) {
    centres.row(labels[static_cast<std::size_t>(i)]) += x.row(i);
    sizes[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])] += 1;
  }
  for (hm::index k = 0; k < clusters; ++k) centres.row(k) /= sizes[static_cast<std::size_t>(k)];
  for (hm::index i = 0; i < x.rows(); ++i) {
    const hm::index k = labels[static_cast<std::size_t>(i)];
    scatters[static_cast<std::size_t>(k)] +=
        std::pow((x.row(i) - centres.row(k)).norm(), q) / sizes[static_cast<std::size_t>(k)];
  }
  double total = 0;
  for (hm::index i = 0; i < clusters; ++i) {
    double worst = 0;
    for (hm::index j = 0; j < clusters; ++j) {
      if (i == j) continue;
      const double apart =
          std::pow((centres.row(i) - centres.row(j)).cwiseAbs().array().pow(p).sum(), 1 / p);
      worst = std::max(worst, (std::pow(scatters[static_cast<std::size_t>(i)], 1 / q) +
                               std::pow(scatters[static_cast<std::size_t>(j)], 1 / q)) /
                                  apart);
    }
    total += worst;
  }
  return total / static_cast<double>(clusters);
}

}  // namespace

TEST_CASE("two pairs of points by hand") {
  const std::vector<hm::index> labels{0, 0, 1, 1};
  for (const double q : {1.0, 2.0, 3.5}) {
    CHECK(hm::davies_bouldin_index(four, labels, {.p = 2, .q = q}) ==
          doctest::Approx(3.0 / 5).epsilon(1e-14));
    CHECK(hm::davies_bouldin_index(four, labels, {.p = 1, .q = q}) ==
          doctest::Approx(3.0 / 7).epsilon(1e-14));
  }
  CHECK(hm::davies_bouldin_index(four, labels,
                                 {.p = std::numeric_limits<double>::infinity(), .q = 1}) ==
        doctest::Approx(3.0 / 4).epsilon(1e-14));
}

TEST_CASE("any exponents agree with the definition, sparse and dense") {
  hm::random_engine rng(3);
  const auto counts = support::random_counts(60, 15, rng);
  const auto dense = hm::to_dense(counts);
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < 60; ++i) labels.push_back(i % 4);
  for (const double p : {1.0, 2.0, 3.7})
    for (const double q : {0.5, 1.0, 2.0, 2.5}) {
      const double expected = slow_index(dense, labels, p, q, 4);
      CHECK(hm::davies_bouldin_index(counts, labels, {p, q}) ==
            doctest::Approx(expected).epsilon(1e-12));
      CHECK(hm::davies_bouldin_index(dense, labels, {p, q}) ==
            doctest::Approx(expected).epsilon(1e-12));
    }
}

TEST_CASE("empty clusters and unlabelled points do not count") {
  hm::matrix<double> more(5, 2);
  more << four, 100, 100;
  const std::vector<hm::index> labels{0, 0, 7, 7, -1};
  CHECK(hm::davies_bouldin_index(more, labels) == doctest::Approx(0.6).epsilon(1e-14));
}

TEST_CASE("one cluster, clusters of one point, clusters at one place") {
  const std::vector<hm::index> one{0, 0, 0, 0}, each{0, 1, 2, 3}, crossed{0, 1, 0, 1};
  CHECK(std::isnan(hm::davies_bouldin_index(four, one)));
  CHECK(hm::davies_bouldin_index(four, each) == 0);
  const hm::matrix<double> same = hm::matrix<double>::Zero(4, 2);
  CHECK(std::isinf(hm::davies_bouldin_index(same, crossed)));
  CHECK(std::isnan(hm::davies_bouldin_index(hm::matrix<double>(0, 2), {})));
}

TEST_CASE("preconditions of the index") {
  const std::vector<hm::index> labels{0, 0, 1, 1}, three{0, 0, 1};
  CHECK_THROWS_AS((void)hm::davies_bouldin_index(four, three), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::davies_bouldin_index(four, labels, {.p = 0.5}), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::davies_bouldin_index(four, labels, {.q = 0}), std::invalid_argument);
}

TEST_CASE("the metric gives both sides, on counts and components") {
  const auto real = tiny::toy_counts(60, 9, 1), made = tiny::toy_counts(40, 9, 2);
  std::vector<hm::index> labels(60), others(40, 0);
  for (std::size_t i = 0; i < 60; ++i) labels[i] = static_cast<hm::index>(i % 2);
  const auto figures = support::score(hm::davies_bouldin{}, real, labels, made, others);
  CHECK(figures.at("counts_reference") == hm::davies_bouldin_index(real, labels));
  CHECK(figures.at("pca_reference") > 0);
  CHECK(std::isnan(figures.at("counts")));
  CHECK(std::isnan(figures.at("pca")));
  const auto same = support::score(hm::davies_bouldin{{.q = 1}}, real, labels, real, labels);
  CHECK(same.at("pca") == doctest::Approx(same.at("pca_reference")).epsilon(1e-9));
  CHECK(same.at("counts") == same.at("counts_reference"));
}

TEST_CASE("the index of real cells is that of the reference") {
  for (const std::string name :
       {"pbmc3k", "celseq2_5cl", "zeisel_strt", "zeisel_7class_200g", "bmdc_smarter"}) {
    const auto folder = shared_path("data/" + name);
    const auto figures = shared_path("reference/" + name + "/figures.json");
    if (!folder || !figures) {
      MESSAGE("skipped: no shared data set " << name);
      continue;
    }
    CAPTURE(name);
    const auto cells = support::read_shared_cells(*folder);
    const auto& labels = cells.labels.codes;
    const hm::reference_cells reference(cells.data.counts, labels);
    const auto& scores = reference.components().scores;
    const auto expected = [&](const char* figure) {
      return support::reference_figure(*figures, {"davies_bouldin", figure});
    };
    for (const double q : {1.0, 2.0}) {
      const hm::davies_bouldin_options options{.q = q};
      CHECK(hm::davies_bouldin_index(cells.data.counts, labels, options) ==
            doctest::Approx(expected(q == 1 ? "counts_q1" : "counts_q2")).epsilon(1e-8));
      CHECK(hm::davies_bouldin_index(scores, labels, options) ==
            doctest::Approx(expected(q == 1 ? "pca20_q1" : "pca20_q2")).epsilon(1e-8));
    }
  }
}

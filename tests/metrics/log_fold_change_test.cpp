// SPDX-License-Identifier: MIT
#include "harmonium/metrics/log_fold_change.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "support/score.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

std::vector<hm::index> alternating(std::size_t cells) {
  std::vector<hm::index> labels(cells);
  for (std::size_t i = 0; i < cells; ++i) labels[i] = static_cast<hm::index>(i % 2);
  return labels;
}

}  // namespace

TEST_CASE("slope and correlation of the definition, on dense values") {
  const auto real = tiny::toy_counts(90, 12, 1), made = tiny::toy_counts(60, 12, 2);
  std::vector<hm::index> labels(90), others(60);
  for (std::size_t i = 0; i < 90; ++i) labels[i] = static_cast<hm::index>(i % 3);
  for (std::size_t i = 0; i < 60; ++i) others[i] = static_cast<hm::index>(i % 3);
  labels[0] = others[0] = -1;
  const hm::reference_cells reference(real, labels);
  const hm::comparison pair(reference, made, others);
  const auto changes = [](const hm::matrix<double>& x, const std::vector<hm::index>& of,
                          hm::index k) {
    hm::vector<double> in = hm::vector<double>::Zero(x.cols()), out = in;
    double n = 0, m = 0;
    for (hm::index i = 0; i < x.rows(); ++i) {
      const hm::index label = of[static_cast<std::size_t>(i)];
      if (label == k) in += x.row(i).transpose(), n += 1;
      if (label >= 0 && label != k) out += x.row(i).transpose(), m += 1;
    }
    return hm::vector<double>(in / n - out / m);
  };
  double slope = 0, r = 0;
  for (hm::index k = 0; k < 3; ++k) {
    const hm::vector<double> x = changes(hm::to_dense(reference.values()), labels, k),
                             z = changes(hm::to_dense(pair.values()), others, k);
    slope += x.dot(z) / x.squaredNorm() / 3;
    r += hm::correlation_of(hm::as_span(x), hm::as_span(z)) / 3;
  }
  const auto figures = support::by_name(hm::log_fold_change{.least_reference = 29}, pair);
  CHECK(figures.at("slope") == doctest::Approx(slope).epsilon(1e-12));
  CHECK(figures.at("r") == doctest::Approx(r).epsilon(1e-12));
  CHECK(figures.at("clusters") == 3);
}

TEST_CASE("equal cells have slope 1, mixed clusters less") {
  const auto real = tiny::toy_counts(120, 12, 1);
  const auto labels = alternating(120);
  const auto same = support::score(hm::log_fold_change{}, real, labels, real, labels);
  CHECK(same.at("slope") == doctest::Approx(1).epsilon(1e-14));
  CHECK(same.at("r") == doctest::Approx(1).epsilon(1e-14));
  auto blurred = labels;
  for (std::size_t i = 0; i < 60; ++i) blurred[i] = 1 - labels[i];
  const auto half = support::score(hm::log_fold_change{}, real, labels, real, blurred);
  CHECK(std::abs(half.at("slope")) < 0.2);
}

TEST_CASE("small clusters, a single cluster and constant genes give no slope") {
  const auto real = tiny::toy_counts(40, 12, 1);
  const auto labels = alternating(40);
  const std::vector<hm::index> one(40, 0);
  for (const auto& figures :
       {support::score(hm::log_fold_change{}, real, labels, real, labels),
        support::score(hm::log_fold_change{}, real, one, real, one),
        support::score(hm::log_fold_change{}, real, one, real, labels),
        support::score(hm::log_fold_change{}, real, labels, hm::count_matrix<>(12), {})}) {
    CHECK(std::isnan(figures.at("slope")));
    CHECK(figures.at("clusters") == 0);
  }
  hm::count_matrix<> constant(2);
  for (int i = 0; i < 80; ++i) {
    constant.push_back(0, 2);
    constant.finish_cell();
  }
  const auto both = alternating(80);
  CHECK(support::score(hm::log_fold_change{}, constant, both, constant, both).at("clusters") == 0);
  CHECK_THROWS_AS(
      (void)support::score(hm::log_fold_change{.least_reference = 0}, real, labels, real, labels),
      std::invalid_argument);
}

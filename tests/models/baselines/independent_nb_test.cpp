// SPDX-License-Identifier: MIT
#include "harmonium/models/baselines/independent_nb.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "support/generator_conformance.hpp"
#include "support/moments.hpp"
#include "support/random_counts.hpp"

namespace hm = harmonium;

namespace {

/// `cells` independent cells of negative binomial genes; gene j has mean 0.5 + j and inverse
/// dispersion 0.5 + j / 4.
hm::count_matrix<> negative_binomial_cells(hm::index cells, hm::index genes,
                                           hm::random_engine& rng) {
  hm::count_matrix<> counts(genes);
  for (hm::index i = 0; i < cells; ++i) {
    for (hm::index j = 0; j < genes; ++j)
      counts.push_back(j, hm::draw::negative_binomial(0.5 + static_cast<double>(j),
                                                      0.5 + static_cast<double>(j) / 4, rng));
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("the fit finds what the pilot was drawn from") {
  hm::random_engine rng(1);
  const auto pilot = negative_binomial_cells(4000, 12, rng);
  const auto model = hm::independent_nb::fit(pilot);
  CHECK(model.mean() == hm::gene_means(pilot));
  for (hm::index j = 0; j < 12; ++j) {
    const double theta = 0.5 + static_cast<double>(j) / 4;
    CHECK(model.status()[static_cast<std::size_t>(j)] == hm::dispersion_status::converged);
    // The information of log theta is 0.058 per cell for gene 0, at least 0.15 for the others.
    const double standard_error = 1 / std::sqrt(4000 * (j == 0 ? 0.058 : 0.15));
    CHECK(std::abs(std::log(model.theta()[j] / theta)) < 5 * standard_error);
  }
}

TEST_CASE("the estimate is a maximum of the penalised likelihood") {
  hm::random_engine rng(2);
  const auto pilot = negative_binomial_cells(60, 5, rng);
  for (const double penalty : {0.0, 1.0, 100.0}) {
    const auto model = hm::independent_nb::fit(pilot, {.penalty = penalty});
    const hm::matrix<double> x = hm::to_dense(pilot);
    for (hm::index j = 0; j < 5; ++j) {
      const double mean = model.mean()[j];
      const auto objective = [&](double theta) {
        double sum = -penalty / (theta * theta);
        for (hm::index i = 0; i < x.rows(); ++i)
          sum += std::lgamma(x(i, j) + theta) - std::lgamma(theta) +
                 theta * std::log(theta / (theta + mean)) +
                 x(i, j) * std::log(mean / (theta + mean));
        return sum;
      };
      const double theta = model.theta()[j];
      CHECK(objective(theta) > objective(theta * 1.01));
      CHECK(objective(theta) > objective(theta / 1.01));
    }
  }
}

TEST_CASE("generated cells have the moments of the fitted genes, and no correlation") {
  hm::random_engine rng(3);
  const auto model = hm::independent_nb::fit(negative_binomial_cells(300, 6, rng));
  const hm::index n = 40000;
  const auto cells = model.generate(n, rng);
  const auto found = support::moments(cells);
  for (hm::index j = 0; j < 6; ++j) {
    const double mean = model.mean()[j];
    const double theta = model.theta()[j];
    const double variance = mean + mean * mean / theta;
    CHECK(std::abs(found.mean[j] - mean) < 5 * std::sqrt(variance / static_cast<double>(n)));
    const double kurtosis = 3 + 6 / theta + 1 / variance;
    CHECK(std::abs(found.variance[j] / variance - 1) <
          5 * std::sqrt((kurtosis - 1) / static_cast<double>(n)));
  }
  const hm::matrix<double> x = hm::to_dense(cells);
  const hm::vector<double> a = x.col(2).array() - x.col(2).mean();
  const hm::vector<double> b = x.col(5).array() - x.col(5).mean();
  CHECK(std::abs(a.dot(b) / (a.norm() * b.norm())) < 5 / std::sqrt(static_cast<double>(n)));
}

TEST_CASE("the same fit and cells for any number of threads") {
  hm::random_engine rng(4), serial(5), threaded(5);
  const auto pilot = support::random_counts(30, 70, rng);
  const auto a = hm::independent_nb::fit(pilot);
  const auto b = hm::independent_nb::fit(hm::thread_executor(3), pilot);
  CHECK(a.theta() == b.theta());
  CHECK(a.generate(150, serial) == b.generate(hm::thread_executor(2), 150, threaded));
  tiny::check_generator(a);
}

TEST_CASE("degenerate pilots") {
  CHECK_THROWS_AS((void)hm::independent_nb::fit(hm::count_matrix<>(4)), std::invalid_argument);
  hm::count_matrix<> one(3);
  one.push_back(1, 7);
  one.finish_cell();
  const auto model = hm::independent_nb::fit(one);
  CHECK(model.status()[0] == hm::dispersion_status::all_zero);
  CHECK(model.status()[1] == hm::dispersion_status::poisson_like);
  hm::random_engine rng(6);
  const auto cells = hm::to_dense(model.generate(1000, rng));
  CHECK(cells.col(0).isZero(0));
  CHECK(std::abs(cells.col(1).mean() - 7) < 5 * std::sqrt(7.01 / 1000));
}

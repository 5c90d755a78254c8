// SPDX-License-Identifier: MIT
#include "harmonium/training/residuals/full_copula.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/factor_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index genes = 5;
constexpr int draws = 20000;
const double tolerance = 5 * std::sqrt(2.0 / draws) * 1.6;  // variances up to about 1.6

/// Means so large that a count says its score to three digits: what is drawn can be compared.
support::factor_cells simulated(hm::index cells, std::uint64_t seed, hm::index states = 2) {
  hm::matrix<double> loadings(genes, 2);
  loadings << 0.8, 0, 0.7, 0.3, 0, 0.6, -0.5, 0.5, 0, 0;
  return support::make_factor_cells(cells, hm::matrix<double>::Constant(states, genes, 3e4), 5,
                                    loadings, seed);
}

std::shared_ptr<const hm::scored_pilot> scored(const support::factor_cells& made) {
  return std::make_shared<const hm::scored_pilot>(
      hm::scored_pilot::make<hm::no_size_factors>(serial, made.counts, made.states));
}

template <class Executor = hm::serial_executor>
auto fitted(const hm::full_copula& policy, const std::shared_ptr<const hm::scored_pilot>& pilot,
            const Executor& run = {}) {
  hm::random_engine rng(1);
  return hm::fit_residual(run, policy, pilot, hm::random_streams(rng));
}

/// Scores of a state's cells, cells x genes.
hm::matrix<double> scores_of(const hm::scored_pilot& pilot, hm::index state) {
  std::vector<hm::score_interval> intervals(static_cast<std::size_t>(pilot.cells()));
  hm::matrix<double> scores(pilot.cells(), genes);
  hm::index count = 0;
  for (hm::index m = 0; m < genes; ++m) {
    pilot.intervals(m, intervals);
    count = 0;
    for (std::size_t i = 0; i < intervals.size(); ++i)
      if (pilot.state()[i] == state)
        scores(count++, m) = (intervals[i].lower + intervals[i].upper) / 2;
  }
  return scores.topRows(count);
}

}  // namespace

TEST_CASE("drawn scores have mean d and covariance h S + (1 - h) I") {
  const auto pilot = scored(simulated(50, 1));
  for (const double h : {0.0, 0.5, 1.0}) {
    const auto copula = fitted({.strength = h, .mean_cells = 7}, pilot);
    for (hm::index s = 0; s < 2; ++s) {
      const auto z = scores_of(*pilot, s);
      const auto count = static_cast<double>(z.rows());
      const hm::vector<double> d = z.colwise().sum() / (count + 7);
      const hm::matrix<double> centred = z.rowwise() - d.transpose();
      const hm::matrix<double> want = h * (centred.transpose() * centred) / count +
                                      (1 - h) * hm::matrix<double>::Identity(genes, genes);
      const auto [mean, covariance] = support::drawn_moments(copula, s, genes, draws, 2);
      CAPTURE(h);
      for (hm::index m = 0; m < genes; ++m) {
        CHECK(std::abs(mean[m] - d[m]) < tolerance);
        for (hm::index k = 0; k < genes; ++k)
          CHECK(std::abs(covariance(m, k) - want(m, k)) < tolerance);
      }
    }
  }
}

TEST_CASE("exact marginals: mean 0, variance 1, the correlation of the pilot") {
  const auto pilot = scored(simulated(50, 3));
  const auto copula = fitted({.strength = 0.9, .exact_marginals = true}, pilot);
  const auto z = scores_of(*pilot, 1);
  const hm::matrix<double> centred = z.rowwise() - z.colwise().mean();
  const auto [mean, covariance] = support::drawn_moments(copula, 1, genes, draws, 4);
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(std::abs(mean[m]) < tolerance);
    for (hm::index k = 0; k < genes; ++k) {
      const double correlation =
          centred.col(m).dot(centred.col(k)) / (centred.col(m).norm() * centred.col(k).norm());
      CHECK(std::abs(covariance(m, k) - (m == k ? 1 : 0.9 * correlation)) < tolerance);
    }
  }
}

TEST_CASE("small states borrow; where all are small, genes are independent") {
  auto made = simulated(43, 5, 1);
  // A second state with three cells, a third with one, a fourth with none.
  made.states.weights = hm::vector<double>::Ones(4);
  made.states.mean = hm::matrix<double>::Constant(4, genes, 3e4);
  made.states.theta = hm::matrix<double>::Constant(4, genes, 5);
  for (std::size_t i = 0; i < 3; ++i) made.states.cell[i] = 1;
  made.states.cell[3] = 2;
  const auto copula = fitted({.strength = 1, .exact_marginals = true}, scored(made));
  const auto whole = support::drawn_moments(copula, 0, genes, draws, 6).second;
  CHECK(std::abs(whole(0, 1)) > 0.3);
  for (hm::index s = 1; s < 4; ++s) {
    const auto own = support::drawn_moments(copula, s, genes, draws, 7).second;
    for (hm::index m = 0; m < genes; ++m)
      for (hm::index k = 0; k < genes; ++k) CHECK(std::abs(own(m, k) - whole(m, k)) < tolerance);
  }
  const auto alone = fitted({.strength = 1, .exact_marginals = true}, scored(simulated(4, 8, 4)));
  const auto [mean, covariance] = support::drawn_moments(alone, 2, genes, draws, 9);
  for (hm::index m = 0; m < genes; ++m)
    for (hm::index k = 0; k < genes; ++k)
      CHECK(std::abs(covariance(m, k) - (m == k ? 1 : 0)) < tolerance);
}

TEST_CASE("a blend of cells has the same mean and covariance") {
  const auto pilot = scored(simulated(400, 10));
  const auto z = scores_of(*pilot, 0);
  const auto count = static_cast<double>(z.rows());
  const hm::vector<double> d = z.colwise().sum() / (count + 10);
  const hm::matrix<double> centred = z.rowwise() - z.colwise().mean();
  for (const hm::index blend : {1, 3, 1000}) {
    const auto copula = fitted({.strength = 0.7, .blend = blend}, pilot);
    const auto [mean, covariance] =
        support::drawn_moments(copula, 0, genes, blend > 100 ? 500 : draws, 11);
    const double own = blend > 100 ? 0.3 : tolerance;
    for (hm::index m = 0; m < genes; ++m) CHECK(std::abs(mean[m] - d[m]) < own);
    if (blend > 100) continue;  // of all cells nothing is left to vary but the weights
    for (hm::index m = 0; m < genes; ++m)
      for (hm::index k = 0; k < genes; ++k) {
        const double sample = centred.col(m).dot(centred.col(k)) / count;
        CHECK(std::abs(covariance(m, k) - (0.7 * sample + (m == k ? 0.3 : 0))) < tolerance + 0.01);
      }
  }
}

TEST_CASE("the same fit for any number of threads") {
  const auto pilot = scored(simulated(60, 12));
  const auto one = fitted({}, pilot), two = fitted({}, pilot, hm::thread_executor(2));
  hm::random_engine a(1), b(1);
  std::vector<float> x(genes), y(genes);
  for (int n = 0; n < 20; ++n) {
    one.draw(n % 2, a, x);
    two.draw(n % 2, b, y);
    CHECK(x == y);
  }
}

TEST_CASE("options out of range are refused") {
  const auto pilot = scored(simulated(8, 13));
  CHECK_THROWS_AS(fitted({.strength = -0.1}, pilot), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.strength = 1.1}, pilot), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.mean_cells = -1}, pilot), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.blend = -1}, pilot), std::invalid_argument);
}

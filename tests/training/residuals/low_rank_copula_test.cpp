// SPDX-License-Identifier: MIT
#include "harmonium/training/residuals/low_rank_copula.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include "support/factor_cells.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index cells = 400, genes = 60;

/// Small counts, two states.
hm::matrix<double> means() {
  hm::matrix<double> mean(2, genes);
  for (hm::index m = 0; m < genes; ++m) {
    mean(0, m) = 0.6 + 0.4 * static_cast<double>(m % 7);
    mean(1, m) = m % 3 == 0 ? 5 * mean(0, m) : mean(0, m);
  }
  return mean;
}

/// Two factors of 20 genes each, ten of them in both; the last 30 genes are on their own.
hm::matrix<double> true_loadings() {
  hm::matrix<double> w = hm::matrix<double>::Zero(genes, 2);
  for (hm::index m = 0; m < 20; ++m) w(m, 0) = m % 2 == 0 ? 0.7 : -0.6;
  for (hm::index m = 10; m < 30; ++m) w(m, 1) = 0.6;
  return w;
}

template <class Executor = hm::serial_executor>
auto fitted(const hm::low_rank_copula& policy, const support::factor_cells& made,
            const Executor& run = {}, const hm::calibration_options& calibration = {}) {
  const auto pilot = std::make_shared<const hm::scored_pilot>(
      hm::scored_pilot::make<hm::no_size_factors>(run, made.counts, made.states, calibration));
  hm::random_engine rng(1);
  return hm::fit_residual(run, policy, pilot, hm::random_streams(rng));
}

/// Root mean square off the diagonal.
double off_diagonal(const hm::matrix<double>& of) {
  double sum = 0;
  for (hm::index m = 0; m < of.rows(); ++m)
    for (hm::index k = 0; k < m; ++k) sum += of(m, k) * of(m, k);
  return std::sqrt(2 * sum / static_cast<double>(of.rows() * (of.rows() - 1)));
}

/// Variance of a gene's scores given the state: own and through the factors.
double score_variance(const hm::score_factors& parts, hm::index state, hm::index gene) {
  const hm::vector<double> along = parts.roots[static_cast<std::size_t>(state)].transpose() *
                                   parts.loadings.row(gene).transpose();
  return parts.own_variances[gene] + along.squaredNorm();
}

}  // namespace

TEST_CASE("expected scores as an operator are their dense matrix, centred within states") {
  const auto made = support::make_factor_cells(40, means(), 2, true_loadings(), 1);
  const auto pilot = hm::scored_pilot::make<hm::no_size_factors>(serial, made.counts, made.states);
  const hm::expected_scores scores(serial, pilot);
  REQUIRE(scores.rows() == 40);
  REQUIRE(scores.cols() == genes);
  hm::matrix<double> dense(40, genes);
  std::vector<hm::score_interval> intervals(40);
  for (hm::index m = 0; m < genes; ++m) {
    pilot.intervals(m, intervals);
    double sum[2] = {0, 0};
    for (hm::index i = 0; i < 40; ++i) {
      const auto& known = intervals[static_cast<std::size_t>(i)];
      dense(i, m) = hm::math::truncated_normal(known.lower, known.upper).mean;
      sum[i % 2] += dense(i, m);
    }
    for (hm::index i = 0; i < 40; ++i) dense(i, m) -= sum[i % 2] / 20;
  }
  hm::random_engine rng(2);
  std::vector<double> right(genes), left(40), product(40), back(genes);
  for (double& x : right) x = hm::draw::normal(rng);
  for (double& x : left) x = hm::draw::normal(rng);
  scores.multiply(right, product);
  scores.multiply_transposed(left, back);
  const hm::vector<double> want = dense * Eigen::Map<hm::vector<double>>(right.data(), genes);
  const hm::vector<double> want_back =
      dense.transpose() * Eigen::Map<hm::vector<double>>(left.data(), 40);
  // Entries are floats.
  for (hm::index i = 0; i < 40; ++i)
    CHECK(product[static_cast<std::size_t>(i)] == doctest::Approx(want[i]).epsilon(1e-6));
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(back[static_cast<std::size_t>(m)] == doctest::Approx(want_back[m]).epsilon(1e-6));
    CHECK(scores.column_squares()[m] == doctest::Approx(dense.col(m).squaredNorm()).epsilon(1e-11));
  }
  CHECK(scores.column_means() == hm::vector<double>::Zero(genes));
}

TEST_CASE("recovers the correlation that small counts hide") {
  const auto made = support::make_factor_cells(cells, means(), 2, true_loadings(), 3);
  const auto copula = fitted({.rank = 6, .exact_marginals = true}, made);
  const hm::matrix<double> truth = true_loadings() * true_loadings().transpose();
  REQUIRE(off_diagonal(truth) > 0.15);
  for (hm::index s = 0; s < 2; ++s) {
    const auto [mean, covariance] = support::drawn_moments(copula, s, genes, 4000, 4);
    CHECK(off_diagonal(covariance - truth) < 0.4 * off_diagonal(truth));
    // Neither attenuated nor blown up.
    double along = 0, square = 0;
    for (hm::index m = 0; m < genes; ++m)
      for (hm::index k = 0; k < m; ++k) {
        along += covariance(m, k) * truth(m, k);
        square += truth(m, k) * truth(m, k);
      }
    CHECK(along / square > 0.8);
    CHECK(along / square < 1.1);
    for (hm::index m = 0; m < genes; ++m) {
      CHECK(std::abs(mean[m]) < 5 / std::sqrt(4000.0));
      CHECK(std::abs(covariance(m, m) - 1) < 5 * std::sqrt(2 / 4000.0));
    }
  }
  // The genes without factors stay without.
  CHECK(copula.loadings().bottomRows(30).rowwise().norm().mean() < 0.1);
}

TEST_CASE("without correlation the loadings shrink to about none") {
  const auto made = support::make_independent_cells(cells, means(), 2, 5);
  const auto copula = fitted({}, made);
  const auto& w = copula.loadings();
  CHECK(w.cols() == 20);
  CHECK(off_diagonal(w * w.transpose()) < 0.02);  // 0.05 is the noise of a sample correlation
  CHECK(std::abs(copula.own_variances().mean() + w.squaredNorm() / genes - 1) < 0.04);
}

TEST_CASE("means and variances of states that the negative binomial does not know are learned") {
  // Cells that are deeper than their state says, in all genes of the first factor.
  auto made = support::make_factor_cells(cells, means(), 2, true_loadings(), 6);
  for (hm::index m = 0; m < 20; ++m) made.states.mean(1, m) *= m % 2 == 0 ? 0.7 : 1.4;
  const auto copula = fitted({.rank = 6}, made);
  const auto right = support::drawn_moments(copula, 0, genes, 3000, 7).first;
  const auto wrong = support::drawn_moments(copula, 1, genes, 3000, 8).first;
  double apart = 0;
  for (hm::index m = 0; m < 20; ++m) apart += (m % 2 == 0 ? 1 : -1) * (wrong[m] - right[m]) / 20;
  CHECK(apart > 0.15);
}

TEST_CASE("scores have the variance of the pilot's, whatever loadings lose by shrinkage") {
  // The truth is 1. From more factors than there are, so that some take noise.
  for (const double load : {0.0, 0.3, 1.0})
    for (const bool calibrate : {false, true}) {
      CAPTURE(load);
      CAPTURE(calibrate);
      const hm::matrix<double> w = load * true_loadings();
      const auto made = support::make_factor_cells(cells, 4 * means(), 2, w, 12);
      const auto copula = fitted({}, made, serial, {.calibrate = calibrate});
      double mean = 0;
      for (hm::index m = 0; m < genes; ++m) {
        double own = 0;
        for (hm::index s = 0; s < 2; ++s) own += score_variance(copula.parts(), s, m) / 2;
        mean += own / genes;
        // Calibrated: exactly, but for states' covariances, which are shrunk to that of all cells,
        // and means. Else the sampling error of a variance from the cells, more for counts.
        CHECK(std::abs(own - 1) < (calibrate ? 0.02 : 5 * std::sqrt(2.0 / cells)));
      }
      // Squares of the scores of two genes have the square of their correlation.
      const hm::matrix<double> correlation = w * w.transpose();
      const double alike =
          1.0 / genes + (correlation.squaredNorm() - correlation.diagonal().squaredNorm()) /
                            static_cast<double>(genes * genes);
      CHECK(std::abs(mean - 1) < (calibrate ? 0.01 : 3 * std::sqrt(2.0 / cells * alike)));
    }
}

TEST_CASE("a gene that the factors explain altogether keeps a part of its own") {
  hm::matrix<double> w = hm::matrix<double>::Zero(genes, 2);
  for (hm::index m = 0; m < genes; ++m) w(m, 0) = m % 2 == 0 ? 0.999 : -0.999;
  const auto made = support::make_factor_cells(cells, 20 * means(), 20, w, 13);
  const auto copula = fitted({.rank = 2}, made, serial, {.calibrate = true});
  for (hm::index m = 0; m < genes; ++m) {
    CHECK(copula.own_variances()[m] > 0.04);
    CHECK(std::abs(score_variance(copula.parts(), 0, m) - 1) < 0.1);
  }
}

TEST_CASE("the same fit for any number of threads") {
  const auto made = support::make_factor_cells(80, means(), 2, true_loadings(), 9);
  const auto one = fitted({.rank = 5, .iterations = 3}, made);
  const auto two = fitted({.rank = 5, .iterations = 3}, made, hm::thread_executor(2));
  CHECK(one.loadings() == two.loadings());
  CHECK(one.own_variances() == two.own_variances());
  hm::random_engine a(1), b(1);
  std::vector<float> x(genes), y(genes);
  for (int n = 0; n < 5; ++n) {
    one.draw(n % 2, a, x);
    two.draw(n % 2, b, y);
    CHECK(x == y);
  }
}

TEST_CASE("few cells, states without cells, and options out of range") {
  for (const hm::index few : {1, 2, 9}) {
    auto made = support::make_factor_cells(few, means(), 2, true_loadings(), 10);
    made.states.cell.assign(static_cast<std::size_t>(few), 1);  // none in state 0
    for (const bool exact : {false, true}) {
      const auto copula = fitted({.exact_marginals = exact}, made);
      hm::random_engine rng(1);
      std::vector<float> z(genes);
      for (hm::index s = 0; s < 2; ++s) {
        copula.draw(s, rng, z);
        for (const float x : z) CHECK(std::abs(x) < 8);
      }
    }
    // A prior weight of nothing leaves a state without cells nothing to go by.
    const auto bare = fitted({.state_cells = 0, .mean_cells = 0}, made);
    hm::random_engine rng(1);
    std::vector<float> z(genes);
    for (hm::index s = 0; s < 2; ++s) {
      bare.draw(s, rng, z);
      for (const float x : z) CHECK(std::isfinite(x));
    }
  }
  const auto made = support::make_independent_cells(10, means(), 2, 11);
  CHECK_THROWS_AS(fitted({.rank = 0}, made), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.iterations = 0}, made), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.state_cells = -1}, made), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.mean_cells = -1}, made), std::invalid_argument);
  CHECK_THROWS_AS(fitted({.least_variance = 0}, made), std::invalid_argument);
}

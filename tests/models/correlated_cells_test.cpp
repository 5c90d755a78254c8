// SPDX-License-Identifier: MIT
#include "harmonium/models/correlated_cells.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/residuals/low_rank_copula.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "support/factor_cells.hpp"
#include "support/generator_conformance.hpp"
#include "support/moments.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using plain_cells = hm::correlated_cells<hm::independent_residuals::fitted>;
template <class Sizes>
using sized_cells = hm::correlated_cells<hm::independent_residuals::fitted, Sizes>;
using low_rank_cells = hm::correlated_cells<hm::low_rank_copula::fitted>;
using full_cells = hm::correlated_cells<hm::full_copula::fitted, hm::scaled_dispersion>;

static_assert(hm::generator<plain_cells> && hm::generator<low_rank_cells> &&
              hm::generator<full_cells>);

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index genes = 9;

/// Three states of unlike weight; the pilot's cells come from them.
support::factor_cells simulated(std::uint64_t seed, hm::index cells = 120) {
  hm::matrix<double> mean(3, genes);
  for (hm::index s = 0; s < 3; ++s)
    for (hm::index m = 0; m < genes; ++m)
      mean(s, m) = 0.3 * static_cast<double>(1 + m) * (m % 3 == s ? 6 : 1);
  hm::matrix<double> loadings = hm::matrix<double>::Constant(genes, 1, 0.7);
  auto made = support::make_factor_cells(cells, mean, 3, loadings, seed);
  made.states.weights = hm::vector<double>(3);
  made.states.weights << 0.62, 0.27, 0.11;
  return made;
}

template <class Generator, class Policy>
Generator fitted(const support::factor_cells& made, const Policy& policy, std::uint64_t seed = 1) {
  hm::random_engine rng(seed);
  return hm::fit_correlated_cells<typename Generator::sizes>(serial, made.counts, made.states,
                                                             policy, {}, rng);
}

/// Cells of one state of a generator.
template <class Generator>
hm::count_matrix<> of_state(const Generator& model, hm::index state, hm::index cells,
                            std::uint64_t seed) {
  std::vector<hm::index> number(static_cast<std::size_t>(model.states().states()), 0);
  number[static_cast<std::size_t>(state)] = cells;
  hm::random_engine rng(seed);
  const auto made = model.generate_states(serial, number, hm::silent{}, rng);
  CHECK(std::count(made.state.begin(), made.state.end(), state) == cells);
  return made.cells;
}

}  // namespace

TEST_CASE("states come as often as their weights say, in random order") {
  const auto model = fitted<plain_cells>(simulated(1), hm::independent_residuals{});
  for (const hm::index n : {0, 1, 7, 100, 1001}) {
    hm::random_engine rng(static_cast<std::uint64_t>(n));
    const auto made = model.generate_with_states(serial, n, hm::silent{}, rng);
    REQUIRE(std::ssize(made.state) == n);
    REQUIRE(made.cells.cells() == n);
    for (hm::index s = 0; s < 3; ++s) {
      const auto number = static_cast<double>(std::count(made.state.begin(), made.state.end(), s));
      CHECK(std::abs(number - static_cast<double>(n) * model.states().weights[s]) < 1);
    }
    if (n > 50) CHECK_FALSE(std::is_sorted(made.state.begin(), made.state.end()));
  }
}

TEST_CASE("without residual correlation each state's counts are its negative binomials") {
  const auto made = simulated(2, 600);
  const auto model = fitted<plain_cells>(made, hm::independent_residuals{});
  constexpr hm::index n = 8000;
  for (hm::index s = 0; s < 3; ++s) {
    const auto cells = of_state(model, s, n, 3);
    const auto seen = support::moments(cells);
    const auto dense = hm::to_dense(cells);
    for (hm::index m = 0; m < genes; ++m) {
      const double mean = made.states.mean(s, m), variance = mean + mean * mean / 3;
      CHECK(std::abs(seen.mean[m] - mean) < 5 * std::sqrt(variance / n));
      // Excess kurtosis of a negative binomial: 6 / theta + 1 / variance.
      const double error = variance * std::sqrt((2 + 6 / 3.0 + 1 / variance) / n);
      CHECK(std::abs(seen.variance[m] - variance) < 5 * error);
    }
    const auto correlation = [&](hm::index a, hm::index b) {
      const auto x = dense.col(a).array() - seen.mean[a], y = dense.col(b).array() - seen.mean[b];
      return (x * y).mean() / std::sqrt(seen.variance[a] * seen.variance[b]);
    };
    CHECK(std::abs(correlation(7, 8)) < 5 / std::sqrt(static_cast<double>(n)));
  }
}

TEST_CASE("residual correlation correlates the counts and leaves their marginals") {
  const auto made = simulated(4, 400);
  const auto model = fitted<low_rank_cells>(made, hm::low_rank_copula{.exact_marginals = true});
  constexpr hm::index n = 6000;
  const auto cells = of_state(model, 0, n, 5);
  const auto seen = support::moments(cells);
  const auto dense = hm::to_dense(cells);
  for (hm::index m = 0; m < genes; ++m) {
    const double mean = made.states.mean(0, m);
    CHECK(std::abs(seen.mean[m] - mean) < 5 * std::sqrt((mean + mean * mean / 3) / n));
  }
  const auto x = dense.col(7).array() - seen.mean[7], y = dense.col(8).array() - seen.mean[8];
  const double correlation = (x * y).mean() / std::sqrt(seen.variance[7] * seen.variance[8]);
  CHECK(correlation > 0.3);  // of the scores 0.49
  CHECK(correlation < 0.6);
}

TEST_CASE("the generator's laws: executors, use of the engine, equal engines") {
  const auto made = simulated(6);
  const auto check = [&](const auto& model) {
    hm::random_engine a(7), b(7), none(7), stopped(7);
    const auto one = model.generate(300, a);
    const auto two = model.generate(hm::thread_executor(2), 300, b);
    CHECK(hm::to_dense(one) == hm::to_dense(two));
    CHECK(model.generate(0, none).cells() == 0);
    CHECK(a == b);
    CHECK(a == none);
    const auto part = model.generate_with_states(
        serial, 300, [](const hm::progress&) { return hm::flow::stop; }, stopped);
    CHECK(a == stopped);
    CHECK(part.cells.cells() < 300);
    CHECK(std::ssize(part.state) == part.cells.cells());
    CHECK(hm::to_dense(part.cells) == hm::to_dense(one).topRows(part.cells.cells()));
    tiny::check_generator(model);
  };
  check(fitted<plain_cells>(made, hm::independent_residuals{}));
  check(fitted<low_rank_cells>(made, hm::low_rank_copula{.iterations = 2}));
  check(fitted<full_cells>(made, hm::full_copula{}));
  hm::random_engine one(8), two(8);
  const auto a =
      hm::fit_correlated_cells(serial, made.counts, made.states, hm::low_rank_copula{}, {}, one);
  const auto b = hm::fit_correlated_cells(hm::thread_executor(2), made.counts, made.states,
                                          hm::low_rank_copula{}, {}, two);
  CHECK(one == two);
  CHECK(one.position() == 1);
  CHECK(a.residual().loadings() == b.residual().loadings());
  hm::random_engine first(9), second(9);
  CHECK(hm::to_dense(a.generate(50, first)) == hm::to_dense(b.generate(50, second)));
}

TEST_CASE_TEMPLATE("depths are drawn like the state's pilot cells", Sizes, hm::scaled_dispersion,
                   hm::scaled_mean) {
  auto made = simulated(10, 300);
  for (hm::index i = 0; i < 300; ++i) made.states.sizes[i] = i / 3 % 2 == 0 ? 0.5 : 1.6;
  // State 0 is deep, state 1 shallow, whatever the counts say.
  for (hm::index i = 0; i < 300; ++i) {
    if (i % 3 == 0) made.states.sizes[i] *= 2;
    if (i % 3 == 1) made.states.sizes[i] *= 0.5;
  }
  const auto model = fitted<sized_cells<Sizes>>(made, hm::independent_residuals{});
  constexpr hm::index n = 6000;
  // log size: +-h about the middle, moved to sqrt(1 - 0.3^2) h and jittered with 0.3 h.
  const double h = std::log(1.6 / 0.5) / 2, middle = std::sqrt(0.5 * 1.6), spread = h * h;
  const double pulled = std::sqrt(0.91) * h;
  const double first = middle * std::cosh(pulled) * std::exp(0.09 * spread / 2);
  const double second = middle * middle * std::cosh(2 * pulled) * std::exp(4 * 0.09 * spread / 2);
  for (hm::index s = 0; s < 3; ++s) {
    const double depth = s == 0 ? 2 : s == 1 ? 0.5 : 1;
    const auto seen = support::moments(of_state(model, s, n, 11));
    for (hm::index m = 0; m < genes; ++m) {
      // Given the size k: mean k mu, variance k mu + (k mu)^2 / (theta or k theta).
      const double mu = depth * made.states.mean(s, m);
      const double within = std::is_same_v<Sizes, hm::scaled_mean>
                                ? first * mu + second * mu * mu / 3
                                : first * (mu + mu * made.states.mean(s, m) / 3);
      const double variance = within + (second - first * first) * mu * mu;
      CHECK(std::abs(seen.mean[m] - first * mu) < 5 * std::sqrt(variance / n));
      CHECK(std::abs(seen.variance[m] / variance - 1) < 0.25);
    }
  }
}

TEST_CASE("no count far beyond the pilot's, none in genes that the pilot never counted") {
  auto made = simulated(12, 60);
  hm::count_matrix<> counts(genes);
  for (hm::index i = 0; i < 60; ++i) {
    for (hm::index m = 1; m < genes; ++m)
      counts.push_back(m, i % 2 == 0 ? 1.0 + static_cast<double>(m % 3) : 1.0);
    counts.finish_cell();
  }
  made.counts = counts;
  made.states.mean.setConstant(50);
  made.states.sizes.setOnes(60);
  const auto check = [&](const auto& model) {
    const auto seen = hm::to_dense(of_state(model, 0, 200, 13));
    CHECK(seen.col(0).maxCoeff() == 0);
    for (hm::index m = 1; m < genes; ++m)
      CHECK(seen.col(m).maxCoeff() == 3 * (1 + static_cast<double>(m % 3)) + 3);
  };
  check(fitted<plain_cells>(made, hm::independent_residuals{}));  // by tables
  check(
      fitted<sized_cells<hm::scaled_dispersion>>(made, hm::independent_residuals{}));  // one by one
}

TEST_CASE("a state without pilot cells can be asked for") {
  auto made = simulated(14, 90);
  for (hm::index& s : made.states.cell) s = s == 2 ? 1 : s;
  const auto check = [&](const auto& model) {
    const auto seen = support::moments(of_state(model, 2, 500, 15));
    for (hm::index m = 0; m < genes; ++m) CHECK(seen.mean[m] > 0.2 * made.states.mean(2, m));
  };
  check(fitted<low_rank_cells>(made, hm::low_rank_copula{.exact_marginals = true}));
  check(fitted<full_cells>(made, hm::full_copula{}));
  const auto model = fitted<plain_cells>(made, hm::independent_residuals{});
  hm::random_engine rng(1);
  const std::vector<hm::index> two{1, 2}, negative{1, 2, -1};
  CHECK_THROWS_AS(model.generate_states(serial, two, hm::silent{}, rng), std::invalid_argument);
  CHECK_THROWS_AS(model.generate_states(serial, negative, hm::silent{}, rng),
                  std::invalid_argument);
  CHECK_THROWS_AS(model.generate(-1, rng), std::invalid_argument);
  made.states.cell.pop_back();
  CHECK_THROWS_AS(fitted<plain_cells>(made, hm::independent_residuals{}), std::invalid_argument);
}

TEST_CASE("composes with a Boltzmann machine of several layers") {
  auto model = tiny::deep_of<hm::negative_binomial>(3);
  using model_type = decltype(model);
  const hm::hidden_enumeration<model_type> hidden(model);
  const auto counts = tiny::toy_counts(80, 3, 16);
  auto states = hm::states_of(serial, model, hidden, counts);
  const hm::vector<double> weights = states.weights;
  hm::vector<double> want = hm::vector<double>::Zero(3), variance = want;
  for (hm::index m = 0; m < 3; ++m) {
    for (hm::index s = 0; s < states.states(); ++s) {
      const double mean = states.mean(s, m);
      want[m] += weights[s] * mean;
      variance[m] += weights[s] * (mean + mean * mean / states.theta(s, m) + mean * mean);
    }
    variance[m] -= want[m] * want[m];
  }
  hm::random_engine rng(17);
  const auto cells =
      hm::fit_correlated_cells(serial, counts, states, hm::independent_residuals{}, {}, rng);
  const auto seen = support::moments(cells.generate(10000, rng));
  for (hm::index m = 0; m < 3; ++m)
    CHECK(std::abs(seen.mean[m] - want[m]) < 5 * std::sqrt(variance[m] / 10000) + 1e-3);
  const auto correlated =
      hm::fit_correlated_cells(serial, counts, std::move(states), hm::low_rank_copula{}, {}, rng);
  CHECK(correlated.generate(20, rng).cells() == 20);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/residuals/scored_pilot.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "support/factor_cells.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
constexpr hm::index cells = 150, genes = 40;

/// Two states with means from 0.05 to 5000, cells of different sizes.
template <class Sizes>
support::factor_cells simulated(std::uint64_t seed) {
  support::factor_cells made{hm::count_matrix<>(genes), {}};
  auto& states = made.states;
  states.weights = hm::vector<double>::Constant(2, 0.5);
  states.mean.resize(2, genes);
  states.theta = hm::matrix<double>::Constant(2, genes, 0.6);
  states.theta.row(1).setConstant(30);
  states.sizes = hm::vector<double>::Ones(cells);
  hm::random_engine rng(seed);
  for (hm::index m = 0; m < genes; ++m)
    for (hm::index s = 0; s < 2; ++s)
      states.mean(s, m) = std::exp(-3 + 11.5 * static_cast<double>((m + 7 * s) % genes) / genes);
  for (hm::index i = 0; i < cells; ++i) {
    const hm::index s = i % 3 == 0 ? 1 : 0;
    states.cell.push_back(s);
    if (Sizes::uses_sizes) states.sizes[i] = 0.4 + hm::draw::uniform(rng) * 1.2;
    for (hm::index m = 0; m < genes; ++m)
      made.counts.push_back(m, hm::draw::negative_binomial(
                                   Sizes::mean(states.sizes[i], states.mean(s, m)),
                                   Sizes::dispersion(states.sizes[i], states.theta(s, m)), rng));
    made.counts.finish_cell();
  }
  return made;
}

}  // namespace

TEST_CASE_TEMPLATE("randomised scores of a model's own cells are standard normal", Sizes,
                   hm::no_size_factors, hm::scaled_dispersion, hm::scaled_mean) {
  const auto made = simulated<Sizes>(1);
  const auto pilot = hm::scored_pilot::make<Sizes>(serial, made.counts, made.states);
  CHECK(pilot.cells() == cells);
  CHECK(pilot.genes() == genes);
  CHECK(pilot.states() == 2);
  CHECK(pilot.state() == made.states.cell);
  const auto dense = hm::to_dense(made.counts);
  hm::random_engine rng(2);
  std::vector<hm::score_interval> intervals(cells);
  std::vector<double> low, high, all;
  for (hm::index m = 0; m < genes; ++m) {
    pilot.intervals(m, intervals);
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      const auto [lower, upper] = intervals[i];
      const auto cell = static_cast<hm::index>(i);
      CHECK(lower <= upper);
      // What the table says, against the distribution function; between its nodes it is linear.
      const hm::index s = made.states.cell[i];
      const auto exact = hm::nb_score_interval(
          dense(cell, m), Sizes::mean(made.states.sizes[cell], made.states.mean(s, m)),
          Sizes::dispersion(made.states.sizes[cell], made.states.theta(s, m)));
      CHECK(std::abs(lower - exact.lower) < 5e-3);
      CHECK(std::abs(upper - exact.upper) < 5e-3);
      const double a = hm::math::normal_cdf(lower), b = hm::math::normal_cdf(upper);
      const double z = hm::math::normal_quantile(a + hm::draw::uniform(rng) * (b - a));
      all.push_back(z);
      if (m < 12) low.push_back(z);
      if (m >= 28) high.push_back(z);
    }
  }
  for (const auto& scores : {low, high, all})
    CHECK(statistics::kolmogorov_p(scores, hm::math::normal_cdf) > statistics::implausible);
}

TEST_CASE("zeros of a state share one interval, from the lower limit") {
  const auto made = simulated<hm::no_size_factors>(3);
  const auto pilot = hm::scored_pilot::make<hm::no_size_factors>(serial, made.counts, made.states);
  const auto dense = hm::to_dense(made.counts);
  std::vector<hm::score_interval> intervals(cells);
  int zeros = 0;
  for (hm::index m = 0; m < genes; ++m) {
    pilot.intervals(m, intervals);
    double upper[2] = {-100, -100};
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      if (dense(static_cast<hm::index>(i), m) > 0) continue;
      ++zeros;
      CHECK(intervals[i].lower == -hm::score_limit);
      double& shared = upper[made.states.cell[i]];
      if (shared > -100) CHECK(intervals[i].upper == shared);
      shared = intervals[i].upper;
    }
  }
  CHECK(zeros > 100);
}

TEST_CASE_TEMPLATE("the same for any number of threads", Sizes, hm::no_size_factors,
                   hm::scaled_mean) {
  const auto made = simulated<Sizes>(4);
  const auto one = hm::scored_pilot::make<Sizes>(serial, made.counts, made.states);
  const auto two = hm::scored_pilot::make<Sizes>(hm::thread_executor(2), made.counts, made.states);
  std::vector<hm::score_interval> a(cells), b(cells);
  for (hm::index m = 0; m < genes; ++m) {
    one.intervals(m, a);
    two.intervals(m, b);
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].lower == b[i].lower);
      CHECK(a[i].upper == b[i].upper);
    }
  }
}

TEST_CASE("states of other cells or genes are refused") {
  auto made = simulated<hm::no_size_factors>(5);
  const auto make = [&] {
    return hm::scored_pilot::make<hm::no_size_factors>(serial, made.counts, made.states);
  };
  CHECK_NOTHROW(make());
  made.states.cell.pop_back();
  CHECK_THROWS_AS(make(), std::invalid_argument);
  made.states.sizes.conservativeResize(cells - 1);
  CHECK_THROWS_AS(make(), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/groups/random_effects.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <stdexcept>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

struct drawn_totals {
  hm::matrix<double> totals, expected, dispersion, effect;
};

/// Totals about `mean` counts with effects of one deviation, or of two by turns.
drawn_totals draw_totals(hm::index groups, hm::index genes, double mean, double first,
                         double second, std::uint64_t seed) {
  hm::random_engine rng(seed);
  drawn_totals made{
      hm::matrix<double>(groups, genes), hm::matrix<double>::Constant(groups, genes, mean),
      hm::matrix<double>::Constant(groups, genes, 100), hm::matrix<double>(groups, genes)};
  for (hm::index g = 0; g < groups; ++g)
    for (hm::index m = 0; m < genes; ++m) {
      made.effect(g, m) = (m % 2 == 0 ? first : second) * hm::draw::normal(rng);
      made.totals(g, m) = static_cast<double>(
          hm::draw::negative_binomial(mean * std::exp(made.effect(g, m)), 100.0, rng));
    }
  return made;
}

double root_mean_square(const hm::vector<double>& x, hm::index from, hm::index step) {
  double sum = 0;
  hm::index n = 0;
  for (hm::index m = from; m < x.size(); m += step, ++n) sum += x[m] * x[m];
  return std::sqrt(sum / static_cast<double>(n));
}

}  // namespace

TEST_CASE("the deviation between groups is found, and none where there is none") {
  for (const double truth : {0.0, 0.2, 0.5}) {
    CAPTURE(truth);
    const auto made = draw_totals(10, 800, 200, truth, truth, 1);
    const auto found = hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion);
    // The expectations are the true ones, but the variances are enlarged by 10 / 9. 8000 effects:
    // their deviation has a standard error of below one per cent, the grid is the larger part.
    const double deviation = root_mean_square(found.deviation, 0, 1) * std::sqrt(0.9);
    CHECK(std::abs(deviation - truth) < (truth > 0 ? 0.08 * truth : 0.03));
  }
}

TEST_CASE("genes that differ are told from genes that do not, and effects are what they were") {
  const auto made = draw_totals(8, 1000, 500, 0.6, 0, 2);
  const auto found = hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion);
  CHECK(root_mean_square(found.deviation, 0, 2) > 0.5);
  // Eight totals that are known to 0.11 do not tell a deviation of 0.1 from none.
  CHECK(root_mean_square(found.deviation, 1, 2) < 0.15);
  double error = 0, size = 0;
  for (hm::index g = 0; g < 8; ++g)
    for (hm::index m = 0; m < 1000; m += 2) {
      const double d = found.effect(g, m) - made.effect(g, m);
      error += d * d;
      size += 1;
    }
  // A total of 500 with inverse dispersion 100 leaves sqrt(1 / 500 + 1 / 100) = 0.11 of its
  // logarithm.
  CHECK(std::sqrt(error / size) < 0.12);
}

TEST_CASE("the depth of a group is no effect of its genes") {
  auto made = draw_totals(4, 600, 300, 0, 0, 3);
  made.totals.row(2) *= 2;
  const auto found = hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion);
  CHECK(found.depth[2] - found.depth[1] == doctest::Approx(std::log(2.0)).epsilon(0.02));
  CHECK(root_mean_square(found.deviation, 0, 1) < 0.1);
  hm::random_effect_options without;
  without.with_depth = false;
  const auto all =
      hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion, without);
  CHECK(all.depth[2] == 0);
  CHECK(root_mean_square(all.deviation, 0, 1) > 0.2);
}

TEST_CASE("a group of more cells is no deeper") {
  auto made = draw_totals(3, 600, 300, 0, 0, 6);
  made.totals.row(1) *= 4;
  made.expected.row(1) *= 4;
  const auto found = hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion);
  for (hm::index g = 0; g < 3; ++g) {
    CAPTURE(g);
    const double total = made.totals.row(g).sum(), expected = made.expected.row(g).sum();
    CHECK(found.depth[g] == doctest::Approx(std::log((total + 1) / (expected + 1))).epsilon(1e-9));
    // 600 genes of 300 counts with inverse dispersion 100: known to 0.12 / sqrt(600).
    CHECK(std::abs(found.depth[g]) < 0.025);
  }
}

TEST_CASE("where nothing was counted nothing is learned") {
  auto made = draw_totals(3, 50, 100, 0.3, 0.3, 4);
  made.totals.row(1).setZero();
  made.expected.row(1).setZero();
  const auto found = hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion);
  CHECK(found.depth[1] == 0);
  for (hm::index m = 0; m < 50; ++m) CHECK(found.effect(1, m) == 0);
  CHECK_THROWS_AS(
      hm::fit_random_effects(serial, made.totals, hm::matrix<double>(3, 49), made.dispersion),
      std::invalid_argument);
}

TEST_CASE("any number of threads finds the same effects") {
  const auto made = draw_totals(5, 333, 50, 0.4, 0.1, 5);
  const auto one = hm::fit_random_effects(serial, made.totals, made.expected, made.dispersion);
  const auto two =
      hm::fit_random_effects(hm::thread_executor(3), made.totals, made.expected, made.dispersion);
  CHECK(one.effect == two.effect);
  CHECK(one.deviation == two.deviation);
}

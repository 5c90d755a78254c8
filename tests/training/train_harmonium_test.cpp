// SPDX-License-Identifier: MIT
#include "harmonium/training/train_harmonium.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/simulate/tissue.hpp"
#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "support/donor_cells.hpp"
#include "support/moments.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;

const hm::tissue& pilot() {
  static const hm::tissue made = [] {
    hm::random_engine rng(1);
    return hm::simulate_tissue({.cells = 240,
                                .genes = 120,
                                .types = {{"a", 0.5}, {"b", 0.3}, {"c", 0.2}},
                                .markers_per_type = 20,
                                .log_library_spread = 0.6},
                               rng);
  }();
  return made;
}

double log_error(const hm::vector<double>& got, const hm::vector<double>& want) {
  double sum = 0;
  for (hm::index m = 0; m < got.size(); ++m) {
    const double d = std::log((got[m] + 0.1) / (want[m] + 0.1));
    sum += d * d;
  }
  return std::sqrt(sum / static_cast<double>(got.size()));
}

double correlation_of_depth(const hm::count_matrix<>& counts) {
  // Variance of the library sizes over the sum of the genes' variances: 1 if genes are independent.
  const auto sizes = hm::library_sizes(counts);
  const double mean = sizes.mean();
  return (sizes.array() - mean).square().mean() / support::moments(counts).variance.sum();
}

}  // namespace

TEST_CASE("from a simulated tissue to cells like it") {
  const auto& tissue = pilot();
  hm::random_engine rng(2);
  hm::harmonium_options<> correlated{.em = {.components = 3}, .fits = 1};
  const auto trained = hm::train_harmonium(serial, tissue.counts, correlated, rng);
  CHECK(trained.group.genes() == 120);
  CHECK(trained.group.components() == 3);
  const auto cells = trained.generator.generate(2000, rng);
  const auto seen = support::moments(cells), real = support::moments(tissue.counts);
  CHECK(log_error(seen.mean, real.mean) < 0.12);
  CHECK(log_error(seen.variance, real.variance) < 0.45);
  // Depth varies as in the pilot, which independent genes within components would not do.
  const double depth = correlation_of_depth(cells),
               real_depth = correlation_of_depth(tissue.counts);
  CHECK(depth / real_depth > 0.75);
  CHECK(depth / real_depth < 1.35);
  hm::random_engine again(2);
  hm::harmonium_options<hm::independent_residuals> options{.em = {.components = 3}, .fits = 1};
  const auto independent = hm::train_harmonium(serial, tissue.counts, options, again);
  CHECK(correlation_of_depth(independent.generator.generate(2000, again)) < 0.8 * depth);
  CHECK(independent.group.mean == trained.group.mean);
}

TEST_CASE("labels give components of their type, and cells by type can be asked for") {
  const auto& tissue = pilot();
  hm::random_engine rng(3);
  hm::harmonium_options<> options{.em = {.components = 3}, .labels = tissue.types};
  const auto trained = hm::train_harmonium(serial, tissue.counts, options, rng);
  const auto found = trained.group.assignments();
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(trained.group.type[static_cast<std::size_t>(found[i])] == tissue.types[i]);
  std::vector<hm::index> number(static_cast<std::size_t>(trained.group.components()));
  for (std::size_t c = 0; c < number.size(); ++c) number[c] = trained.group.type[c] == 2 ? 200 : 0;
  const auto made = trained.generator.generate_states(serial, number, hm::silent{}, rng);
  const auto seen = support::moments(made.cells);
  // The markers of type 2 are higher than in type 0's pilot cells.
  hm::vector<double> own = hm::vector<double>::Zero(120);
  double count = 0;
  const auto dense = hm::to_dense(tissue.counts);
  for (std::size_t i = 0; i < tissue.types.size(); ++i) {
    if (tissue.types[i] != 2) continue;
    own += dense.row(static_cast<hm::index>(i)).transpose();
    count += 1;
  }
  CHECK(log_error(seen.mean, own / count) < 0.3);
}

TEST_CASE("plain maximum likelihood is a choice, and so is every part") {
  const auto& tissue = pilot();
  hm::random_engine rng(4);
  hm::harmonium_options<hm::full_copula> options;
  options.shrink_means = false;
  options.dispersion.per_component = false;
  options.fits = 1;
  const auto trained =
      hm::train_harmonium<hm::scaled_dispersion>(serial, tissue.counts, options, rng);
  CHECK(trained.generator.states().mean == trained.group.mean);
  for (hm::index c = 0; c < trained.group.components(); ++c)
    CHECK(trained.generator.states().theta.row(c).transpose() == trained.dispersion.gene);
  const auto seen = support::moments(trained.generator.generate(1000, rng));
  CHECK(log_error(seen.mean, support::moments(tissue.counts).mean) < 0.15);
}

TEST_CASE("the same harmonium and the same cells for any number of threads") {
  const auto& tissue = pilot();
  hm::random_engine a(5), b(5);
  const auto one = hm::train_harmonium(serial, tissue.counts, {}, a);
  const auto two = hm::train_harmonium(hm::thread_executor(2), tissue.counts, {}, b);
  CHECK(a == b);
  CHECK(one.generator.states().mean == two.generator.states().mean);
  CHECK(one.generator.states().theta == two.generator.states().theta);
  CHECK(hm::to_dense(one.generator.generate(40, a)) ==
        hm::to_dense(two.generator.generate(hm::thread_executor(2), 40, b)));
}

TEST_CASE("a trained Boltzmann machine takes a residual correlation all the same") {
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  const auto& tissue = pilot();
  hm::random_engine rng(8);
  const auto model = hm::train<scdbm>(serial, tissue.counts, {.hidden = {3, 2}},
                                      hm::exact_em{.iterations = 8}, rng);
  const hm::hidden_enumeration<scdbm> hidden(model);
  const auto states = hm::states_of(serial, model, hidden, tissue.counts);
  CHECK(states.states() <= 8);
  const auto independent =
      hm::fit_correlated_cells(serial, tissue.counts, states, hm::independent_residuals{}, {}, rng)
          .generate(2000, rng);
  const auto related =
      hm::fit_correlated_cells(serial, tissue.counts, states, hm::low_rank_copula{}, {}, rng)
          .generate(2000, rng);
  const auto real = support::moments(tissue.counts);
  CHECK(log_error(support::moments(independent).mean, real.mean) < 0.3);
  CHECK(log_error(support::moments(related).mean, real.mean) < 0.2);
  CHECK(correlation_of_depth(related) > 1.2 * correlation_of_depth(independent));
}

TEST_CASE("tiny pilots train, and nothing at all is refused") {
  for (const hm::index cells : {1, 2, 5, 20}) {
    const auto counts = tiny::toy_counts(cells, 8, 6);
    hm::random_engine rng(6);
    const auto trained = hm::train_harmonium(serial, counts, {}, rng);
    const auto made = trained.generator.generate(30, rng);
    CHECK(made.cells() == 30);
    CHECK(made.nonzeros() > 0);
  }
  hm::random_engine rng(7);
  const hm::count_matrix<> none(3);
  CHECK_THROWS_AS(hm::train_harmonium(serial, none, {}, rng), std::invalid_argument);
}

TEST_CASE("batches: cells of one of them, and cells of none without what tells them apart") {
  const auto pilot = support::make_donors(
      {.donors = 2, .cells_each = 150, .genes = 80, .depth = 0.3, .common = 0.6}, 1);
  hm::random_engine rng(2);
  const auto trained = hm::train_harmonium(
      serial, pilot.counts,
      {.em = {.components = 2}, .labels = pilot.states.cell, .groups = pilot.donor}, rng);
  REQUIRE(trained.effects.has_value());
  CHECK(trained.effects->groups() == 2);
  std::vector<hm::vector<double>> real(2, hm::vector<double>::Zero(80));
  for (hm::index i = 0; i < 300; ++i)
    hm::row::for_each_nonzero(pilot.counts.cell(i), [&](hm::index m, auto value) {
      real[static_cast<std::size_t>(pilot.donor[static_cast<std::size_t>(i)])][m] +=
          static_cast<double>(value) / 150;
    });
  const double apart = log_error(real[0], real[1]);
  CHECK(apart > 0.6);
  for (hm::index b : {0, 1}) {
    const auto cells = trained.of_group(serial, b).generate(1500, rng);
    // Means of 1 to 10 of 1500 cells: log errors of 0.03; those of 150 pilot cells, which are what
    // the shrinkage works on, 0.07.
    CHECK(log_error(support::moments(cells).mean, real[static_cast<std::size_t>(b)]) < 0.1);
    CHECK(log_error(support::moments(cells).mean, real[static_cast<std::size_t>(1 - b)]) >
          0.8 * apart);
  }
  // Without batches their difference widens every gene's counts; with them it is gone.
  const auto free = support::moments(trained.generator.generate(3000, rng));
  hm::random_engine again(2);
  const auto blind = hm::train_harmonium(
      serial, pilot.counts, {.em = {.components = 2}, .labels = pilot.states.cell}, again);
  const auto wide = support::moments(blind.generator.generate(3000, again));
  CHECK(log_error(free.mean, wide.mean) < 0.2);
  hm::index narrower = 0;
  for (hm::index m = 0; m < 80; ++m) narrower += free.variance[m] < wide.variance[m] ? 1 : 0;
  CHECK(narrower > 56);
}

TEST_CASE("donors: as many new ones as wanted, unlike each other as the pilot's are") {
  const auto pilot =
      support::make_donors({.donors = 6, .cells_each = 80, .genes = 100, .common = 0.5}, 3);
  hm::random_engine rng(4);
  const auto trained = hm::train_harmonium(serial, pilot.counts,
                                           {.em = {.components = 2},
                                            .labels = pilot.states.cell,
                                            .groups = pilot.donor,
                                            .group_effects = {.by_state = true, .effects = {}}},
                                           rng);
  double spread = 0;
  const auto base = support::moments(trained.generator.generate(4000, rng)).mean;
  for (int d = 0; d < 12; ++d) {
    const auto donor = trained.new_group(serial, rng);
    spread += log_error(support::moments(donor.generate(400, rng)).mean, base) / 12;
  }
  // 0.5, and what 400 cells leave open.
  CHECK(spread == doctest::Approx(0.5).epsilon(0.15));
  CHECK_THROWS_AS(trained.of_group(serial, 6), std::invalid_argument);
  hm::random_engine other(5);
  const std::vector<hm::index> few(3, 0);
  CHECK_THROWS_WITH_AS(hm::train_harmonium(serial, pilot.counts, {.groups = few}, other),
                       "train: groups must have one entry per cell (480), got 3",
                       std::invalid_argument);
  const auto without = hm::train_harmonium(serial, pilot.counts,
                                           {.em = {.components = 2, .max_iterations = 2}}, other);
  CHECK_THROWS_WITH_AS(without.new_group(serial, other),
                       "new_group: the model was trained without groups of cells",
                       std::invalid_argument);
}

TEST_CASE("components are types and not donors, also where donors are more unlike") {
  const auto pilot = support::make_donors(
      {.donors = 3, .cells_each = 100, .genes = 120, .states = 2, .common = 0.8}, 6);
  hm::random_engine rng(7);
  const auto trained = hm::train_harmonium(serial, pilot.counts,
                                           {.em = {.components = 2}, .groups = pilot.donor}, rng);
  const auto found = trained.group.assignments();
  hm::index same = 0;
  for (std::size_t i = 0; i < found.size(); ++i) same += found[i] == pilot.states.cell[i] ? 1 : 0;
  const auto right = std::max(same, 300 - same);
  CHECK(right >= 294);
  hm::random_engine again(7);
  const auto blind = hm::train_harmonium(serial, pilot.counts, {.em = {.components = 2}}, again)
                         .group.assignments();
  hm::index blind_same = 0;
  for (std::size_t i = 0; i < blind.size(); ++i)
    blind_same += blind[i] == pilot.states.cell[i] ? 1 : 0;
  CHECK(std::max(blind_same, 300 - blind_same) < 240);
}

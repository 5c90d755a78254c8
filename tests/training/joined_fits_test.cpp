// SPDX-License-Identifier: MIT
#include "harmonium/training/joined_fits.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/select_counts.hpp"
#include "harmonium/training/harmonium_trainer.hpp"
#include "harmonium/training/prior/atlas.hpp"
#include "harmonium/training/residuals/factor_centre.hpp"
#include "harmonium/training/residuals/residual_trainer.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/atlas_cells.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::serial_executor serial;
using sizes = hm::no_size_factors;

hm::fitted_states fit_of(const hm::count_matrix<>& counts, hm::index components,
                         std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::categorical_trainer<hm::count_matrix<>> trainer(
      counts, {}, {.components = components, .max_iterations = 20}, rng);
  trainer.run(serial, hm::silent{});
  return hm::states_of_fit<sizes>(serial, *trainer.by_gene(), trainer.model(),
                                  hm::harmonium_options<>{});
}

/// log p(cell) of every cell.
std::vector<double> log_likelihoods(const hm::categorical_fit& fit,
                                    const hm::count_matrix<>& counts) {
  std::vector<double> all;
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const std::vector<hm::index> row{i};
    all.push_back(hm::mean_log_likelihood<sizes>(
        serial, fit, hm::select_cells(counts, std::span<const hm::index>(row)),
        hm::vector<double>::Ones(1)));
  }
  return all;
}

}  // namespace

TEST_CASE("fits are joined in equal parts") {
  const auto counts = tiny::toy_counts(120, 12, 1);
  auto first = fit_of(counts, 2, 1), second = fit_of(counts, 3, 2);
  second.group.theta = first.group.theta;  // so that the joined group is their mixture exactly
  const auto joined = hm::join_fits<sizes>(serial, counts, {first, second});

  CHECK(joined.states.states() == 5);
  CHECK(joined.states.cells() == 240);
  CHECK_NOTHROW(check(joined.states, "test"));
  CHECK(joined.group.weights.sum() == doctest::Approx(1));
  CHECK(joined.group.weights[4] == doctest::Approx(second.group.weights[2] / 2));
  CHECK(joined.states.mean.row(3) == second.states.mean.row(1));
  CHECK(joined.states.theta.row(1) == first.states.theta.row(1));
  CHECK(joined.dispersion.component.row(2) == second.dispersion.component.row(0));
  for (hm::index i = 0; i < counts.cells(); ++i) {
    CHECK(joined.group.responsibilities.row(i).sum() == doctest::Approx(1));
    CHECK(joined.states.cell[static_cast<std::size_t>(i)] ==
          first.states.cell[static_cast<std::size_t>(i)]);
    CHECK(joined.states.cell[static_cast<std::size_t>(120 + i)] ==
          2 + second.states.cell[static_cast<std::size_t>(i)]);
  }
  const auto a = log_likelihoods(first.group, counts), b = log_likelihoods(second.group, counts);
  double mixture = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    mixture += std::log(0.5 * std::exp(a[i]) + 0.5 * std::exp(b[i])) / 120;
  CHECK(joined.group.log_likelihood == doctest::Approx(mixture).epsilon(1e-9));

  CHECK(hm::join_fits<sizes>(serial, counts, {first}).states.mean == first.states.mean);
  CHECK_THROWS_AS(hm::join_fits<sizes>(serial, counts, {}), std::invalid_argument);
  const auto others = tiny::toy_counts(100, 12, 1);
  CHECK_THROWS_AS(hm::join_fits<sizes>(serial, others, {first, second}), std::invalid_argument);
}

TEST_CASE("four fits by default, where the pilot is small but has the cells") {
  CHECK(hm::default_fits(384, 8, 12) == 4);
  CHECK(hm::default_fits(2000, 8, 12) == 4);
  CHECK(hm::default_fits(2001, 8, 12) == 1);
  CHECK(hm::default_fits(192, 8, 12) == 3);  // 8, 11 and 14 components
  CHECK(hm::default_fits(72, 8, 12) == 1);
  CHECK(hm::default_fits(0, 8, 12) == 1);
  CHECK(hm::components_of_fit(8, 3) == 17);
}

TEST_CASE("components of later fits go by the one of the first that shares their cells") {
  const auto counts = tiny::toy_counts(120, 12, 1);
  const auto first = fit_of(counts, 2, 1);
  auto swapped = first;
  swapped.group.responsibilities.col(0) = first.group.responsibilities.col(1);
  swapped.group.responsibilities.col(1) = first.group.responsibilities.col(0);
  const auto joined = hm::join_fits<sizes>(serial, counts, {first, swapped});
  CHECK(hm::components_of_first_fit(joined.group, 2) == std::vector<hm::index>{0, 1, 1, 0});
}

TEST_CASE("a fit joined with itself has the residual correlation of one") {
  const auto counts = tiny::toy_counts(150, 14, 3);
  const auto fit = fit_of(counts, 2, 1);
  hm::count_states twice = fit.states;
  twice.cell.insert(twice.cell.end(), fit.states.cell.begin(), fit.states.cell.end());
  twice.sizes.conservativeResize(300);
  twice.sizes.tail(150) = fit.states.sizes;
  const auto learn = [&](const hm::count_states& states) {
    hm::random_engine rng(5);
    hm::residual_trainer<hm::count_matrix<>, hm::low_rank_copula> training(
        counts, states, {.rank = 2, .iterations = 4}, {.calibration = {.calibrate = true}}, rng);
    CHECK(training.run(serial, hm::silent{}));
    CHECK(training.cells_used() == 150);
    return training.model();
  };
  const auto one = learn(fit.states), both = learn(twice);
  const auto& a = one.residual().parts();
  const auto& b = both.residual().parts();
  REQUIRE(a.loadings.cols() == b.loadings.cols());
  // Factors have no sign: what they say of pairs of genes is compared.
  CHECK((a.loadings * a.loadings.transpose() - b.loadings * b.loadings.transpose())
            .cwiseAbs()
            .maxCoeff() < 1e-6);
  CHECK((a.own_variances - b.own_variances).cwiseAbs().maxCoeff() < 1e-6);
  for (std::size_t k = 0; k < one.calibrations().size(); ++k)
    for (const double z : {-2.0, 0.0, 1.5})
      CHECK(one.calibrations()[k](z) == doctest::Approx(both.calibrations()[k](z)).epsilon(1e-9));
}

TEST_CASE("a harmonium of several fits") {
  const auto counts = tiny::toy_counts(90, 10, 1);
  const hm::harmonium_options<> options{.em = {.components = 2, .max_iterations = 8},
                                        .residual = {.rank = 2, .iterations = 2},
                                        .fits = 3};
  hm::random_engine rng(1);
  hm::harmonium_trainer training(counts, options, rng);
  std::vector<std::string> stages;
  while (!training.done()) {
    const auto ahead = training.ahead();
    const auto& line = training.step(hm::thread_executor(2));
    CHECK(line.stage == ahead.stage);
    CHECK(line.epoch <= ahead.total);
    if (stages.empty() || stages.back() != line.stage) stages.emplace_back(line.stage);
  }
  const std::vector<std::string> fit{"components", "expectation-maximisation", "dispersions"};
  std::vector<std::string> expected;
  for (int k = 0; k < 3; ++k) expected.insert(expected.end(), fit.begin(), fit.end());
  expected.insert(expected.end(), {"scores", "factors", "tables"});
  CHECK(stages == expected);
  const auto model = training.model();
  CHECK(model.group.components() == 2 + 5 + 7);  // of 8; one per 12 cells at most
  CHECK(model.generator.states().states() == 14);
  CHECK(training.residual_cells_used() == 90);

  SUBCASE("whatever stops between, and on one thread") {
    for (const hm::index stop : {3, 9, 12, 20}) {
      hm::random_engine own(1);
      hm::harmonium_trainer again(counts, options, own);
      hm::index steps = 0;
      again.run(serial, [&](const hm::progress&) {
        return ++steps == stop ? hm::flow::stop : hm::flow::proceed;
      });
      auto copy = again;
      CHECK(copy.run(serial, hm::silent{}));
      hm::random_engine a(2), b(2);
      CHECK(copy.model().generator.generate(30, a) == model.generator.generate(30, b));
    }
  }
  SUBCASE("every label has a component of its own, and the second fit three more") {
    auto clamped = options;
    std::vector<hm::index> label(90);
    for (std::size_t i = 0; i < label.size(); ++i) label[i] = static_cast<hm::index>(i % 3);
    clamped.labels = label;
    clamped.fits = 2;
    hm::harmonium_trainer typed(counts, clamped, rng);
    CHECK(typed.run(serial, hm::silent{}));
    CHECK(typed.model().group.components() == 3 + 6);
  }
  SUBCASE("groups of cells are for one") {
    auto grouped = options;
    grouped.em.components = 1;
    const std::vector<hm::index> group(90, 0);
    grouped.groups = group;
    CHECK_THROWS_AS(hm::harmonium_trainer(counts, grouped, rng), std::invalid_argument);
    grouped.fits = 0;
    hm::harmonium_trainer one(counts, grouped, rng);
    CHECK(one.run(serial, hm::silent{}));
    CHECK(one.model().group.components() == 1);
    CHECK(hm::default_fits(90, 1, 12) == 3);
  }
}

TEST_CASE("fits that lean on an atlas have its factors' covariances, each its own") {
  const auto truth = support::make_atlas(30, 1);
  const auto pilot = support::make_pilot(truth, 120, 2);
  hm::harmonium_options<> options{.em = {.components = 2, .max_iterations = 6}};
  options.residual.iterations = 2;
  options.fits = 2;
  options.prior = hm::prior_for(truth, truth.ids, truth.symbols);
  options.prior_weight = hm::prior_weighting::one;
  options.prior_components = 2;
  hm::random_engine rng(3);
  const auto trained = hm::train_harmonium(serial, pilot.counts, options, rng);
  REQUIRE(trained.prior.has_value());
  CHECK(trained.prior->used);
  CHECK(trained.prior->weight > 0);
  CHECK(trained.prior->weight <= 1);
  CHECK(trained.group.components() == 2 + 5);
  CHECK(trained.generator.residual().parts().roots.size() == 7);

  auto first = fit_of(pilot.counts, 2, 1), second = fit_of(pilot.counts, 3, 2);
  hm::factor_centre centre{hm::matrix<double>::Zero(30, 1), hm::vector<double>::Ones(30),
                           std::vector<char>(30, 1)};
  centre.covariances.assign(2, hm::matrix<double>::Constant(1, 1, 2.0));
  first.centre = std::make_shared<const hm::factor_centre>(centre);
  first.prior_weight = 0.5;
  CHECK_THROWS_AS(hm::join_fits<sizes>(serial, pilot.counts, {first, second}),
                  std::invalid_argument);
  centre.covariances.assign(3, hm::matrix<double>::Constant(1, 1, 3.0));
  second.centre = std::make_shared<const hm::factor_centre>(centre);
  second.prior_weight = 1;
  const auto joined = hm::join_fits<sizes>(serial, pilot.counts, {first, second});
  CHECK(joined.prior_weight == doctest::Approx(0.75));
  REQUIRE(joined.centre->covariances.size() == 5);
  CHECK(joined.centre->covariances[1](0, 0) == 2);
  CHECK(joined.centre->covariances[2](0, 0) == 3);
}

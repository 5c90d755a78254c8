// SPDX-License-Identifier: MIT
#include "harmonium/training/harmonium_trainer.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/atlas_cells.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

static_assert(hm::trainer<hm::harmonium_trainer<hm::count_matrix<>>>);
static_assert(hm::trainer<hm::harmonium_trainer<hm::count_matrix<>, hm::full_copula>>);
static_assert(hm::trainer<hm::residual_trainer<hm::count_matrix<>, hm::independent_residuals>>);

namespace {

constexpr hm::serial_executor serial;

hm::harmonium_options<> small() {
  return {.em = {.components = 2, .max_iterations = 14},
          .residual = {.rank = 3, .iterations = 2},
          .fits = 1};
}

}  // namespace

TEST_CASE("stages come in their order, each with its lines in the log") {
  const auto counts = tiny::toy_counts(90, 10, 1);
  hm::random_engine rng(1);
  hm::harmonium_trainer training(counts, small(), rng);
  CHECK(rng.position() == 2);
  CHECK_THROWS_AS(training.model(), std::invalid_argument);
  while (!training.done()) {
    const auto ahead = training.ahead();
    const auto& line = training.step(serial);
    CHECK(line.stage == ahead.stage);
    CHECK(line.epoch == ahead.done + 1);
    CHECK(line.epoch <= ahead.total);
  }
  std::vector<std::string> stages;
  for (const auto& line : training.log())
    if (stages.empty() || stages.back() != line.stage) stages.push_back(line.stage);
  CHECK(stages == std::vector<std::string>{"components", "expectation-maximisation", "dispersions",
                                           "scores", "factors", "tables"});
  CHECK(training.log()[1].figure("log_likelihood").has_value());
  CHECK(training.residual_cells_used() == 90);
  CHECK_THROWS_AS(training.step(serial), std::invalid_argument);
}

TEST_CASE("stopped anywhere and gone on, by copies and threads, it is the same harmonium") {
  const auto counts = tiny::toy_counts(90, 10, 2);
  hm::random_engine rng(3), again(3), cells_a(9);
  const auto straight = hm::train_harmonium(serial, counts, small(), rng);
  const auto want = straight.generator.generate(40, cells_a);
  for (const hm::index stop : {1, 2, 9, 15, 16, 17, 18, 19}) {
    hm::random_engine own(3), cells_b(9);
    hm::harmonium_trainer training(counts, small(), own);
    hm::index steps = 0;
    CHECK_FALSE(training.run(serial, [&](const hm::progress&) {
      return ++steps == stop ? hm::flow::stop : hm::flow::proceed;
    }));
    auto copy = training;
    CHECK(copy.run(hm::thread_executor(2), hm::silent{}));
    CHECK(copy.model().generator.generate(40, cells_b) == want);
  }
  const auto stopped = hm::train_harmonium(
      serial, counts, small(), [](const hm::progress&) { return hm::flow::stop; }, again);
  CHECK_FALSE(stopped.has_value());
  CHECK(again == rng);
}

TEST_CASE("the residual correlation takes so many cells of each component") {
  const auto counts = tiny::toy_counts(300, 10, 4);
  auto options = small();
  options.residual_cells = 40;
  hm::random_engine rng(5), other(5);
  hm::harmonium_trainer training(counts, options, rng);
  CHECK(training.run(serial, hm::silent{}));
  CHECK(training.residual_cells_used() == 80);
  hm::harmonium_trainer threads(counts, options, other);
  CHECK(threads.run(hm::thread_executor(2), hm::silent{}));
  hm::random_engine a(6), b(6);
  CHECK(training.model().generator.generate(50, a) == threads.model().generator.generate(50, b));
  options.residual_cells = 0;
  CHECK_THROWS_AS(hm::harmonium_trainer(counts, options, rng), std::invalid_argument);
  options.residual_cells = 10;
  options.residual.rank = 0;  // refused at once, not after half the work
  CHECK_THROWS_AS(hm::harmonium_trainer(counts, options, rng), std::invalid_argument);
}

TEST_CASE(
    "an atlas of the same law is used, and means come nearer the truth than the pilot's own") {
  const auto truth = support::make_atlas(150, 1);
  const auto pilot = support::make_pilot(truth, 120, 2);
  hm::harmonium_options<> options = small();
  options.em.components = 1;  // one of each label
  options.labels = pilot.component;
  options.prior_components = 1;
  hm::random_engine rng(3), same(3), threaded(3);
  const auto alone = hm::train_harmonium(serial, pilot.counts, options, rng);
  CHECK(!alone.prior);
  options.prior = hm::prior_for(truth, truth.ids, truth.symbols);
  const auto with = hm::train_harmonium(serial, pilot.counts, options, same);
  CHECK(rng == same);
  REQUIRE(with.prior);
  REQUIRE(with.group.components() == 3);
  REQUIRE(alone.group.components() == 3);
  CHECK(with.prior->used);
  CHECK(with.prior->weight > 0.9);
  CHECK(with.prior->by_id == 150);
  CHECK(with.prior->verdict.cells == 120);
  CHECK(support::log_error(with.generator.states().mean, truth.mean) <
        0.7 * support::log_error(alone.generator.states().mean, truth.mean));
  const auto two = hm::train_harmonium(hm::thread_executor(2), pilot.counts, options, threaded);
  CHECK(two.generator.states().mean == with.generator.states().mean);
  CHECK(two.generator.residual().loadings() == with.generator.residual().loadings());
}

TEST_CASE(
    "an atlas refused, by held-out cells or by the caller, leaves the pilot alone bit for bit") {
  const auto truth = support::make_atlas(150, 1);
  const auto pilot = support::make_pilot(truth, 120, 2);
  const auto wrong = support::with_wrong_genes(truth);
  auto options = small();
  hm::random_engine a(3), b(3), c(3), d(3);
  const auto alone = hm::train_harmonium(serial, pilot.counts, options, a);
  options.prior = hm::prior_for(wrong, truth.ids, truth.symbols);
  const auto refused = hm::train_harmonium(serial, pilot.counts, options, b);
  options.prior_weight = hm::prior_weighting::zero;
  const auto unasked = hm::train_harmonium(serial, pilot.counts, options, c);
  for (const auto* other : {&refused, &unasked}) {
    REQUIRE(other->prior);
    CHECK(!other->prior->used);
    CHECK(other->prior->weight == 0);
    CHECK(other->generator.states().mean == alone.generator.states().mean);
    CHECK(other->generator.residual().loadings() == alone.generator.residual().loadings());
  }
  CHECK(refused.prior->verdict.cells == 120);
  CHECK(unasked.prior->verdict.cells == 0);
  options.prior_weight = hm::prior_weighting::one;
  const auto forced = hm::train_harmonium(serial, pilot.counts, options, d);
  CHECK(forced.prior->used);
  CHECK(forced.prior->verdict.cells == 0);
  CHECK(forced.group.components() == 10);  // 14 wanted, one for 12 cells at most
  CHECK(forced.prior->weight < 0.7);
}

TEST_CASE("an atlas of fewer than half of the genes is used only by who insists") {
  const auto truth = support::make_atlas(150, 1);
  const auto pilot = support::make_pilot(truth, 120, 2);
  auto ids = truth.ids, symbols = truth.symbols;
  for (std::size_t m = 74; m < 150; ++m) ids[m] = symbols[m] = "other" + std::to_string(m);
  auto options = small();
  hm::random_engine a(3), b(3), c(3), d(3);
  const auto alone = hm::train_harmonium(serial, pilot.counts, options, a);
  options.prior = hm::prior_for(truth, ids, symbols);
  const auto refused = hm::train_harmonium(serial, pilot.counts, options, b);
  CHECK(!refused.prior->used);
  CHECK(refused.prior->verdict.cells == 0);
  CHECK(refused.generator.states().mean == alone.generator.states().mean);
  CHECK(refused.generator.residual().loadings() == alone.generator.residual().loadings());
  options.prior_weight = hm::prior_weighting::one;
  CHECK(hm::train_harmonium(serial, pilot.counts, options, c).prior->used);
  ids[74] = truth.ids[74];  // the half
  options.prior = hm::prior_for(truth, ids, symbols);
  options.prior_weight = hm::prior_weighting::automatic;
  CHECK(hm::train_harmonium(serial, pilot.counts, options, d).prior->used);
}

TEST_CASE("with a prior the guard's stage comes first; copies go on; other residuals take means") {
  const auto truth = support::make_atlas(60, 1);
  const auto pilot = support::make_pilot(truth, 60, 2);
  hm::harmonium_options<hm::independent_residuals> options{.em = {.components = 2}};
  options.prior = hm::prior_for(truth, truth.ids, truth.symbols);
  hm::random_engine rng(1);
  hm::harmonium_trainer training(pilot.counts, options, rng);
  CHECK(training.ahead().stage == "prior");
  CHECK(training.ahead().total == 3);
  training.step(serial);
  auto copy = training;
  while (!training.done()) training.step(serial);
  while (!copy.done()) copy.step(hm::thread_executor(2));
  CHECK(training.log().front().figure("gain").has_value());
  CHECK(training.model().generator.states().mean == copy.model().generator.states().mean);
  options.shrink_means = false;
  CHECK_THROWS_WITH_AS(hm::harmonium_trainer(pilot.counts, options, rng),
                       doctest::Contains("shrink_means"), std::invalid_argument);
  const auto other = support::make_pilot(support::make_atlas(50, 1), 60, 2);
  options.shrink_means = true;
  CHECK_THROWS_WITH_AS(hm::harmonium_trainer(other.counts, options, rng),
                       doctest::Contains("60 genes, the pilot has 50"), std::invalid_argument);
}

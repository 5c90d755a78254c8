// SPDX-License-Identifier: MIT
#include "harmonium/training/harmonium_trainer.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/training/residuals/full_copula.hpp"
#include "harmonium/training/residuals/independent_residuals.hpp"
#include "harmonium/training/train_harmonium.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

static_assert(hm::trainer<hm::harmonium_trainer<hm::count_matrix<>>>);
static_assert(hm::trainer<hm::harmonium_trainer<hm::count_matrix<>, hm::full_copula>>);
static_assert(hm::trainer<hm::residual_trainer<hm::count_matrix<>, hm::independent_residuals>>);

namespace {

constexpr hm::serial_executor serial;

hm::harmonium_options<> small() {
  return {.em = {.components = 2, .max_iterations = 14}, .residual = {.rank = 3, .iterations = 2}};
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

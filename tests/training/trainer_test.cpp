// SPDX-License-Identifier: MIT
#include "harmonium/training/trainer.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>
#include <vector>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using settings_type = hm::training_settings<scdbm>;
using quick_recipe =
    hm::then<hm::pretrain<hm::enumerated>, hm::joint<hm::enumerated>, hm::exact_em>;
using trainer_type = hm::recipe_trainer<scdbm, hm::count_matrix<>, quick_recipe>;
static_assert(hm::trainer<trainer_type>);

namespace {

const auto pilot = tiny::toy_counts(150, 12, 1);
const hm::serial_executor serial;
const settings_type small{.hidden = {3, 2}};

quick_recipe quick() {
  return quick_recipe({.epochs = {8, 5}}, {.epochs = 3}, {.iterations = 8, .tolerance = 0});
}

double likelihood(const scdbm& model, const hm::count_matrix<>& counts) {
  return hm::exact_fit(serial, model, hm::hidden_enumeration<scdbm>(model), counts).log_likelihood;
}

}  // namespace

TEST_CASE("learns what two kinds of cells are, also for new cells") {
  hm::random_engine rng(1);
  auto recipe = quick();
  std::get<2>(recipe.stages).iterations = 15;
  const auto model = hm::train<scdbm>(serial, pilot, small, recipe, rng);
  const auto fresh = tiny::toy_counts(300, 12, 99);
  // Independent genes: one state, the pilot's means and dispersions.
  quick_recipe none({.epochs = {5, 0}}, {.epochs = 0}, {.iterations = 0});
  std::get<0>(none.stages).learning_rate.initial = 1e-12;
  std::get<0>(none.stages).initial = {0, 0, false, false};
  const auto independent = hm::train<scdbm>(serial, pilot, {.hidden = {1, 1}}, none, rng);
  CHECK(likelihood(model, fresh) > likelihood(independent, fresh) + 1.5);

  const auto cells = hm::sampled(model, hm::exact{}).generate(4000, rng);
  const auto real = hm::gene_means(pilot), made = hm::gene_means(cells);
  const auto dense = hm::to_dense(cells);
  for (hm::index m = 0; m < real.size(); ++m) {
    const double sd = std::sqrt((dense.col(m).array() - made[m]).square().mean());
    CHECK(std::abs(made[m] - real[m]) < 5 * sd / std::sqrt(4000.0) + 1e-2 * real[m]);
  }
}

TEST_CASE("stop and resume is one straight run; watching and threads change nothing") {
  hm::random_engine a(5), b(5);
  trainer_type straight(pilot, small, quick(), a);
  CHECK(straight.run(serial, hm::silent{}));

  trainer_type stopped(pilot, small, quick(), b);
  int steps = 0;
  const bool finished = stopped.run(hm::thread_executor(3), [&](const hm::progress& now) {
    CHECK(now.done >= 1);
    CHECK(now.done <= now.total);
    return ++steps == 10 ? hm::flow::stop : hm::flow::proceed;
  });
  CHECK(!finished);
  CHECK(!stopped.done());
  CHECK(steps == 10);
  CHECK(stopped.log().size() == 10);
  trainer_type resumed = stopped;
  CHECK(resumed.run(hm::thread_executor(2), hm::silent{}));
  CHECK(resumed.model().parameters() == straight.model().parameters());
  CHECK(resumed.model().visible().inverse_dispersion() ==
        straight.model().visible().inverse_dispersion());
  CHECK(resumed.log().size() == 8 + 5 + 3 + 8);
  CHECK(resumed.log().back().stage == "exact maximum likelihood");
  CHECK(resumed.statuses().size() == 12);
  CHECK(resumed.particles().empty());
  CHECK_THROWS_AS(resumed.step(serial), std::invalid_argument);
}

TEST_CASE("held-out cells and the training log") {
  hm::random_engine rng(3);
  auto settings = small;
  settings.held_out = {0, 7, 149};
  trainer_type trainer(pilot, settings, quick(), rng);
  trainer.run(serial, hm::silent{});
  const auto& first = trainer.log().front();
  CHECK(first.stage == "pretraining layer 1");
  CHECK(first.figure("held_out_log_likelihood").has_value());
  CHECK(*trainer.log().back().figure("log_likelihood") > *first.figure("log_likelihood"));
  CHECK(trainer.log()[8].stage == "pretraining layer 2");
  CHECK(!trainer.log()[8].figure("log_likelihood").has_value());
  CHECK(trainer.log()[13].stage == "joint training");
  CHECK(trainer.log()[13].epoch == 1);
}

TEST_CASE("counts borrowed as floats give the same model as counts owned as integers") {
  std::vector<float> values;
  std::vector<std::int64_t> genes, pointers{0};
  for (hm::index i = 0; i < pilot.cells(); ++i) {
    const auto cell = pilot.cell(i);
    values.insert(values.end(), cell.values.begin(), cell.values.end());
    genes.insert(genes.end(), cell.genes.begin(), cell.genes.end());
    pointers.push_back(static_cast<std::int64_t>(values.size()));
  }
  const hm::count_view<float, std::int64_t, std::int64_t> view(values, genes, pointers, 12);
  hm::random_engine a(6), b(6);
  CHECK(hm::train<scdbm>(serial, view, small, quick(), a).parameters() ==
        hm::train<scdbm>(serial, pilot, small, quick(), b).parameters());
}

TEST_CASE("degenerate pilots") {
  hm::random_engine rng(7);
  const auto train = [&](const hm::count_matrix<>& counts) {
    return hm::train<scdbm>(serial, counts, small, quick(), rng);
  };
  CHECK_THROWS_WITH_AS((void)train(hm::count_matrix<>(5)), doctest::Contains("no rows"),
                       std::invalid_argument);
  hm::count_matrix<> empty(3);
  empty.finish_cell();
  CHECK_THROWS_WITH_AS((void)train(empty), doctest::Contains("no counts"), std::invalid_argument);
  // One cell; a gene that is zero everywhere; huge read counts.
  hm::count_matrix<> one(4);
  one.push_back(0, 3);
  one.push_back(2, 1);
  one.push_back(3, 2000000);
  one.finish_cell();
  const auto model = train(one);
  CHECK(model.parameters().allFinite());
  const auto cells = hm::sampled(model, hm::exact{}).generate(50, rng);
  CHECK(hm::gene_means(cells)[1] == 0);
}

TEST_CASE("settings out of range are named") {
  hm::random_engine rng(8);
  const auto with = [&](const settings_type& settings, const quick_recipe& recipe = quick()) {
    return trainer_type(pilot, settings, recipe, rng);
  };
  CHECK_THROWS_WITH_AS((void)with({.hidden = {3, 0}}),
                       doctest::Contains("hidden layer 2 needs at least one unit"),
                       std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)with({.hidden = {3, 2}, .held_out = {150}}), doctest::Contains("150"),
                       std::invalid_argument);
  CHECK_THROWS_AS((void)with(small, quick_recipe({.epochs = {-1}}, {}, {})), std::invalid_argument);
  CHECK_THROWS_AS((void)with(small, quick_recipe({.epochs = {0}}, {.epochs = -1}, {})),
                  std::invalid_argument);
  CHECK_THROWS_WITH_AS((void)with({.hidden = {3, 2}, .weights = {1, 2}}),
                       doctest::Contains("one entry per row (150), got 2"), std::invalid_argument);
  std::vector<double> weights(150, 1.0);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::infinity()}) {
    weights[4] = bad;
    CHECK_THROWS_WITH_AS((void)with({.hidden = {3, 2}, .weights = weights}),
                         doctest::Contains("row 4"), std::invalid_argument);
  }
  std::vector<hm::index> all;
  for (hm::index i = 0; i < 150; ++i) all.push_back(i);
  CHECK_THROWS_WITH_AS((void)with({.hidden = {3, 2}, .held_out = all}),
                       doctest::Contains("all rows are held out"), std::invalid_argument);
}

TEST_CASE("what visible units do not support is refused by row, gene and value") {
  using binary = hm::dbm<hm::bernoulli, hm::bernoulli>;
  hm::count_matrix<> counts(3);
  for (const int value : {1, 1, 2}) {
    counts.push_back(1, value);
    counts.finish_cell();
  }
  hm::random_engine rng(9);
  const auto message = [&] {
    try {
      (void)hm::recipe_trainer<binary, hm::count_matrix<>, hm::exact_em>(counts, {.hidden = {2}},
                                                                         {}, rng);
    } catch (const std::domain_error& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  }();
  CAPTURE(message);
  CHECK(message.find("2 in ") != std::string::npos);
  CHECK(message.find("row 2") != std::string::npos);
  CHECK(message.find("gene 1") != std::string::npos);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/paper_recipe.hpp"

#include <doctest/doctest.h>

#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/checkpoints.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

TEST_CASE("the paper's settings run, and hardly learn") {
  const auto pilot = tiny::toy_counts(150, 12, 1);
  hm::random_engine rng(2);
  const auto settings = hm::paper_settings<scdbm>();
  CHECK(settings.hidden == std::array<hm::layer_size, 2>{4, 2});
  CHECK(settings.refit.options.lower == 0.01);
  auto recipe = hm::paper_recipe();
  auto& [first, all] = recipe.stages;
  CHECK(first.epochs == std::vector<hm::index>{60, 40});
  CHECK(all.epochs == 10);
  CHECK(first.learning_rate.initial == 1e-11);
  CHECK(first.batch_size == 64);
  first.epochs = {10, 5};
  all.epochs = 2;
  hm::recipe_trainer<scdbm, hm::count_matrix<>, hm::paper_recipe_type> trainer(pilot, settings,
                                                                               recipe, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto& model = trainer.model();
  CHECK(model.weights(0).maxCoeff() <= 0);
  CHECK(model.weights(0).minCoeff() > -0.02);
  CHECK(trainer.log().back().stage == "joint training");
  CHECK(trainer.statuses().size() == 12);
}

TEST_CASE("copies of the paper's recipe go on alike") {
  auto recipe = hm::paper_recipe();
  auto& [first, all] = recipe.stages;
  first.epochs = {3, 2};
  all.epochs = 2;
  first.learning_rate.initial = all.learning_rate.initial = 1e-4;
  support::check_checkpoints<scdbm>(tiny::toy_counts(48, 6, 1), hm::paper_settings<scdbm>(), recipe,
                                    7, 2);
}

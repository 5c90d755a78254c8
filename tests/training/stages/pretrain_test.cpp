// SPDX-License-Identifier: MIT
#include "harmonium/training/stages/pretrain.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "support/checkpoints.hpp"
#include "support/toy_counts.hpp"
#include "support/weighted_copies.hpp"

namespace hm = harmonium;

namespace {

const auto pilot = tiny::toy_counts(150, 12, 1);

template <class Model>
using stages_for = std::conditional_t<
    (Model::hidden_layers > 1),
    hm::then<hm::pretrain<hm::enumerated>, hm::joint<hm::enumerated>, hm::exact_em>,
    hm::then<hm::pretrain<hm::enumerated>, hm::exact_em>>;

/// Two units, or two categories, in every hidden layer.
template <class Model, std::size_t... L>
hm::training_settings<Model> pairs(std::index_sequence<L...>) {
  return {.hidden = {hm::layer_size(L < Model::hidden_layers ? 2 : 0)...}};
}

}  // namespace

TEST_CASE_TEMPLATE("all stages after one another train other stacks too", Model,
                   hm::dbm<hm::negative_binomial, hm::bernoulli>,
                   hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli, hm::bernoulli>,
                   hm::dbm<hm::poisson, hm::bernoulli, hm::bernoulli>,
                   hm::dbm<hm::negative_binomial, hm::categorical>,
                   hm::dbm<hm::basic_negative_binomial<float>, hm::basic_bernoulli<float>>) {
  hm::random_engine rng(4);
  const auto settings = pairs<Model>(std::make_index_sequence<Model::hidden_layers>{});
  stages_for<Model> recipe;
  std::get<0>(recipe.stages).epochs = {10};
  std::get<std::tuple_size_v<decltype(recipe.stages)> - 1>(recipe.stages).iterations = 6;
  hm::recipe_trainer<Model, hm::count_matrix<>, stages_for<Model>> trainer(pilot, settings, recipe,
                                                                           rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  CHECK(*trainer.log().back().figure("log_likelihood") >
        *trainer.log().front().figure("log_likelihood"));
  CHECK(trainer.model().parameters().allFinite());
}

TEST_CASE("the last number of epochs goes on; layers of none are passed") {
  using deep = hm::dbm<hm::poisson, hm::bernoulli, hm::bernoulli>;
  using stage = hm::pretrain<hm::enumerated>;
  const auto stages = [](std::vector<hm::index> epochs) {
    hm::random_engine rng(4);
    hm::recipe_trainer<deep, hm::count_matrix<>, stage> trainer(pilot, {.hidden = {2, 1}},
                                                                {.epochs = std::move(epochs)}, rng);
    trainer.run(hm::serial_executor{}, hm::silent{});
    std::vector<std::string> names;
    for (const auto& line : trainer.log()) names.push_back(line.stage.substr(12));
    return names;
  };
  using names = std::vector<std::string>;
  CHECK(stages({2}) == names{"layer 1", "layer 1", "layer 2", "layer 2"});
  CHECK(stages({1, 0}) == names{"layer 1"});
  CHECK(stages({0, 1}) == names{"layer 2"});
  CHECK(stages({0}).empty());
  CHECK_THROWS_AS((void)stages({}), std::invalid_argument);
  CHECK_THROWS_AS((void)stages({-1}), std::invalid_argument);
}

TEST_CASE("copies of pretraining on real-valued rows go on alike") {
  using model_type = hm::dbm<hm::gaussian, hm::bernoulli>;
  hm::matrix<double> rows(60, 3);
  hm::random_engine draws(6);
  for (hm::index i = 0; i < rows.size(); ++i)
    rows.data()[i] = (i / 3 % 2 == 0 ? 1.0 : -1.0) + hm::draw::normal(draws);
  const hm::dense_rows<double> data(rows);
  support::check_checkpoints<model_type>(
      data, {.hidden = {2}},
      hm::pretrain<hm::block_particles>{
          .epochs = {5}, .batch_size = 16, .negative = {.particles = 16}, .refit_every = 2},
      5, 1);
}

TEST_CASE("full-batch steps count a row of weight w as w copies of it") {
  using machine = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  using recipe =
      hm::then<hm::pretrain<hm::enumerated, hm::plain_gradient>, hm::joint<hm::enumerated>>;
  const auto [weights, copied] = tiny::copied_by_weight(pilot);
  const auto trained = [](const hm::count_matrix<>& rows, std::vector<double> of_rows) {
    hm::random_engine rng(4);
    recipe stages;
    auto& [layers, all] = stages.stages;
    layers.epochs = {5};
    layers.batch_size = all.batch_size = rows.cells();
    layers.learning_rate = {1e-4};
    all.epochs = 5;
    return hm::train<machine>(hm::serial_executor{}, rows,
                              {.hidden = {2, 2}, .weights = std::move(of_rows)}, stages, rng);
  };
  const hm::vector<double> from_copies = trained(copied, {}).parameters(),
                           from_weights = trained(pilot, weights).parameters(),
                           unweighted = trained(pilot, {}).parameters();
  const double apart = (from_copies - unweighted).cwiseAbs().maxCoeff();
  CHECK(apart > 1e-3);
  CHECK((from_copies - from_weights).cwiseAbs().maxCoeff() < 1e-6 * apart);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/stage_concept.hpp"

#include <doctest/doctest.h>

#include <cstdint>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/negative/restarted_particles.hpp"
#include "harmonium/training/paper_recipe.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/stages/sampled_em.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

namespace {

const auto pilot = tiny::toy_counts(48, 6, 1);

/// What the visible units hold of their own.
template <class Model>
hm::vector<double> own_parameters(const Model& model) {
  if constexpr (requires { model.visible().inverse_dispersion(); })
    return model.visible().inverse_dispersion();
  else
    return model.visible().standard_deviation();
}

/// The law of a stage: a copy made after any epoch goes on bit for bit like the original, whatever
/// the threads. Every `every`-th epoch has a copy.
template <class Model, class Data, class Recipe>
void check_checkpoints(const Data& data, const hm::training_settings<Model>& settings,
                       const Recipe& recipe, std::size_t epochs, std::size_t every) {
  using trainer_type = hm::recipe_trainer<Model, Data, Recipe>;
  hm::random_engine rng(5);
  const trainer_type start(data, settings, recipe, rng);
  auto straight = start;
  straight.run(hm::serial_executor{}, hm::silent{});
  CHECK(straight.log().size() == epochs);
  auto stepped = start;
  for (std::size_t epoch = 1; epoch < epochs; ++epoch) {
    stepped.step(hm::thread_executor(3));
    if (epoch % every != 0) continue;
    auto copy = stepped;
    CHECK(copy.run(hm::thread_executor(2), hm::silent{}));
    CHECK(copy.model().parameters() == straight.model().parameters());
    CHECK(own_parameters(copy.model()) == own_parameters(straight.model()));
    CHECK(copy.log().size() == epochs);
    CHECK(copy.particles() == straight.particles());
  }
  // Stopped by an observer, then resumed.
  auto stopped = start;
  int seen = 0;
  CHECK(!stopped.run(hm::thread_executor(3), [&](const hm::progress&) {
    return ++seen == 2 ? hm::flow::stop : hm::flow::proceed;
  }));
  CHECK(stopped.log().size() == 2);
  CHECK(stopped.run(hm::serial_executor{}, hm::silent{}));
  CHECK(stopped.model().parameters() == straight.model().parameters());
}

template <class Negative>
void check_steps(const Negative& negative) {
  using recipe = hm::then<hm::pretrain<Negative>, hm::joint<Negative>>;
  check_checkpoints<scdbm>(
      pilot, {.hidden = {3, 2}, .held_out = {3, 4}},
      recipe({.epochs = {3, 2}, .batch_size = 16, .negative = negative, .refit_every = 2},
             {.epochs = 3, .batch_size = 16, .negative = negative, .refit_every = 2}),
      8, 2);
}

}  // namespace

TEST_CASE("copies of exact EM go on alike") {
  check_checkpoints<scdbm>(pilot, {.hidden = {2, 1}}, hm::exact_em{.iterations = 7, .tolerance = 0},
                           7, 1);
}

TEST_CASE("copies of sampled EM go on alike") {
  check_checkpoints<rbm>(
      pilot, {.hidden = {3}},
      hm::sampled_em{.iterations = 8, .refit_every = 2, .sampling = {.particles = 30}}, 8, 1);
}

TEST_CASE("copies of pretraining and of joint training go on alike") {
  check_steps(hm::block_particles{.particles = 16});
  check_steps(hm::restarted_particles{});
  check_steps(hm::collapsed_particles{.particles = 16});
}

TEST_CASE("copies of the paper's recipe go on alike") {
  auto recipe = hm::paper_recipe();
  auto& [first, all] = recipe.stages;
  first.epochs = {3, 2};
  all.epochs = 2;
  first.learning_rate.initial = all.learning_rate.initial = 1e-4;
  check_checkpoints<scdbm>(pilot, hm::paper_settings<scdbm>(), recipe, 7, 2);
}

TEST_CASE("copies of training on real-valued rows go on alike") {
  using model_type = hm::dbm<hm::gaussian, hm::bernoulli>;
  hm::matrix<double> rows(60, 3);
  hm::random_engine draws(6);
  for (hm::index i = 0; i < rows.size(); ++i)
    rows.data()[i] = (i / 3 % 2 == 0 ? 1.0 : -1.0) + hm::draw::normal(draws);
  const hm::dense_rows<double> data(rows);
  check_checkpoints<model_type>(
      data, {.hidden = {2}}, hm::exact_em{.iterations = 6, .tolerance = 0, .refit_every = 2}, 6, 1);
  check_checkpoints<model_type>(
      data, {.hidden = {2}},
      hm::pretrain<hm::block_particles>{
          .epochs = {5}, .batch_size = 16, .negative = {.particles = 16}, .refit_every = 2},
      5, 1);
}

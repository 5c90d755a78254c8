// SPDX-License-Identifier: MIT
#include "harmonium/training/stages/joint.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "harmonium/training/negative/collapsed_particles.hpp"
#include "harmonium/training/negative/restarted_particles.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/checkpoints.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using phase = hm::collapsed_particles;
using recipe_type = hm::then<hm::pretrain<phase>, hm::joint<phase>>;
using trainer_type = hm::recipe_trainer<scdbm, hm::count_matrix<>, recipe_type>;
static_assert(hm::training_stage<hm::joint<phase>, scdbm, hm::count_matrix<>>);
static_assert(!hm::training_stage<hm::joint<phase>, hm::dbm<hm::negative_binomial, hm::bernoulli>,
                                  hm::count_matrix<>>);

TEST_CASE("particles learn in pretraining and in all layers at once") {
  const auto pilot = tiny::toy_counts(150, 12, 1);
  hm::random_engine rng(3);
  trainer_type trainer(pilot, {.hidden = {3, 2}, .held_out = {0, 7, 149}},
                       recipe_type({.epochs = {8, 5}}, {.epochs = 3}), rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto& first = trainer.log().front();
  const auto& last = trainer.log().back();
  CHECK(first.figure("held_out_log_likelihood").has_value());
  CHECK(last.stage == "joint training");
  CHECK(last.epoch == 3);
  CHECK(last.figure("mean_field_unconverged").has_value());
  CHECK(*last.figure("log_likelihood") > *first.figure("log_likelihood"));
  CHECK(trainer.log()[8].stage == "pretraining layer 2");
  CHECK(!trainer.log()[8].figure("log_likelihood").has_value());
}

namespace {

const auto checkpoint_pilot = tiny::toy_counts(48, 6, 1);

template <class Negative>
void check_steps(const Negative& negative) {
  using recipe = hm::then<hm::pretrain<Negative>, hm::joint<Negative>>;
  support::check_checkpoints<scdbm>(
      checkpoint_pilot, {.hidden = {3, 2}, .held_out = {3, 4}},
      recipe({.epochs = {3, 2}, .batch_size = 16, .negative = negative, .refit_every = 2},
             {.epochs = 3, .batch_size = 16, .negative = negative, .refit_every = 2}),
      8, 2);
}

}  // namespace

TEST_CASE("copies of pretraining and of joint training go on alike") {
  check_steps(hm::restarted_particles{});
  check_steps(hm::collapsed_particles{.particles = 16});
}

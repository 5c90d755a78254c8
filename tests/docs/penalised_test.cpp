// SPDX-License-Identifier: MIT
// The program of docs/training.md about units that switch off, which quotes this file.
#include <doctest/doctest.h>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/contrastive/pseudo_likelihood_monitor.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/steps/penalised_step.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"

namespace hm = harmonium;

using binary = hm::dbm<hm::bernoulli, hm::bernoulli>;

TEST_CASE("units switch off") {
  hm::random_engine rng(5);
  hm::matrix<double> values(200, 8);
  for (hm::index i = 0; i < 200; ++i)
    for (hm::index m = 0; m < 8; ++m)
      values(i, m) = hm::draw::uniform(rng) < ((m < 4) == (i % 2 == 0) ? 0.9 : 0.1) ? 1 : 0;
  const hm::dense_rows<double> rows(values);

  using step = hm::penalised_step<hm::centred_step, hm::group_penalty>;
  using stage = hm::pretrain<hm::enumerated, step, hm::constant_rate, hm::admissible_sum,
                             hm::pseudo_likelihood_monitor>;
  const stage recipe{.epochs = {400},
                     .batch_size = 200,  // all rows: no noise that keeps units on
                     .step = {.penalty = {.strength = 0.2}},
                     .learning_rate = {.initial = 0.1},
                     .initial = {.low = -1, .high = 1},  // larger than the penalty is strong
                     .monitor = {.sites = 4}};
  hm::recipe_trainer<binary, hm::dense_rows<double>, stage> trainer(rows, {.hidden = {6}}, recipe,
                                                                    rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const hm::index left = hm::units_in_use(trainer.model());
  const double shown = *trainer.log().back().figure("pseudo_likelihood");  // nats per row

  CHECK(left < 6);
  CHECK(left >= 1);
  CHECK(shown > -8 * 0.6931);
}

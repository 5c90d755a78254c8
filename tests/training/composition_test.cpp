// SPDX-License-Identifier: MIT
// What a user may write: one verb for every model, and algorithms as types. A study in one line is
// in study/dbm_model_test.cpp.
#include <doctest/doctest.h>

#include <cstdint>

#include "harmonium/compiled.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/training/negative/block_particles.hpp"
#include "harmonium/training/paper_recipe.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/stages/joint.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
#include "harmonium/training/train.hpp"
#include "harmonium/training/train_variational.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using paper = hm::then<hm::pretrain<hm::block_particles, hm::plain_gradient>,
                       hm::joint<hm::block_particles, hm::plain_gradient>>;

}  // namespace

TEST_CASE("what a user writes") {
  const auto counts = tiny::toy_counts(60, 8, 1);
  const hm::thread_executor run(2);
  hm::random_engine rng(7);

  auto a = hm::train<scdbm>(run, counts, {.hidden = {4, 2}}, rng);
  auto b = hm::train<scdbm>(run, counts, {.hidden = {4, 2}}, hm::exact_em{.iterations = 8}, rng);
  auto c = hm::train<scdbm>(run, counts, {.hidden = {4, 2}},
                            paper{{.epochs = {2, 1}}, {.epochs = 1}}, rng);
  CHECK(a.size(1) == 4);
  CHECK(b.size(2) == 2);
  CHECK(c.parameters().allFinite());
  const hm::matrix<double> rows = hm::matrix<double>::Random(40, 6);
  auto d = hm::train<hm::dbm<hm::gaussian, hm::bernoulli>>(run, rows, {.hidden = {3}}, rng);
  CHECK(d.size(0) == 6);
  auto settings = hm::paper_notebook();
  settings.epochs = 2;
  auto e = hm::train<hm::variational_autoencoder<>>(run, counts, settings, rng);
  CHECK(e.parameters().allFinite());
  auto cells = hm::sampled(a, hm::exact{}).generate(run, 38, rng);
  CHECK(cells.cells() == 38);
  CHECK(cells.genes() == 8);
}

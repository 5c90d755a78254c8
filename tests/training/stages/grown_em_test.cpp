// SPDX-License-Identifier: MIT
#include "harmonium/training/stages/grown_em.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/spin.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
using trainer_type = hm::recipe_trainer<rbm, hm::count_matrix<>, hm::grown_em>;
static_assert(hm::training_stage<hm::grown_em, rbm, hm::count_matrix<>>);
static_assert(hm::growable<hm::dbm<hm::negative_binomial, hm::spin>>);
static_assert(!hm::growable<hm::dbm<hm::negative_binomial, hm::categorical>>);
static_assert(!hm::growable<hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>>);

namespace {

hm::grown_em few_steps(hm::index iterations) {
  return {.units = 3,
          .first = {.iterations = 12},
          .iterations = iterations,
          .explore_every = 2,
          .explorers = {.count = 32, .temperatures = 20},
          .sampling = {.particles = 300}};
}

double log_likelihood(const rbm& model, const hm::count_matrix<>& counts) {
  const hm::serial_executor run;
  return hm::exact_fit(run, model, hm::hidden_enumeration<rbm>(run, model, 1 << 10), counts)
      .log_likelihood;
}

}  // namespace

TEST_CASE("a machine of nine units is no worse than the one of three that it grew from") {
  const auto pilot = tiny::toy_counts(150, 12, 1);
  hm::random_engine rng(15);
  trainer_type trainer(pilot, {.hidden = {9}}, few_steps(6), rng);
  double exact = 0;
  hm::index by_particles = 0;
  while (!trainer.done()) {
    const auto& line = trainer.step(hm::serial_executor{});
    if (const auto figure = line.figure("log_likelihood")) exact = *figure;
    if (line.stage == "sampled maximum likelihood") {
      ++by_particles;
      CHECK(line.figure("unseen_nats").has_value());
    }
  }
  CHECK(by_particles == 6);
  CHECK(trainer.particles().size() == 300);
  CHECK(trainer.model().size(1) == 9);
  // 300 particles tell log Z, and with it the likelihood, to some hundredths of a nat.
  CHECK(log_likelihood(trainer.model(), pilot) > exact - 0.3);
}

TEST_CASE("a copy goes on alike, and threads do not matter") {
  const auto pilot = tiny::toy_counts(90, 8, 2);
  hm::random_engine rng(16);
  trainer_type one(pilot, {.hidden = {5}}, few_steps(2), rng);
  for (int i = 0; i < 5; ++i) one.step(hm::serial_executor{});
  trainer_type other = one;
  one.run(hm::serial_executor{}, hm::silent{});
  other.run(hm::thread_executor(2), hm::silent{});
  CHECK(one.model().parameters() == other.model().parameters());
}

TEST_CASE("joining spins take no more of the room than they may, whichever way they turn") {
  using machine = hm::dbm<hm::negative_binomial, hm::spin>;
  const auto pilot = tiny::toy_counts(80, 8, 4);
  hm::random_engine rng(18);
  hm::recipe_trainer<machine, hm::count_matrix<>, hm::grown_em> trainer(pilot, {.hidden = {24}},
                                                                        few_steps(2), rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto& model = trainer.model();
  for (hm::index m = 0; m < model.size(0); ++m)
    CHECK(model.bias(0)[static_cast<std::size_t>(m)] + model.weights(0).row(m).cwiseAbs().sum() <
          0);
  // The column means are the data's as far as 300 particles tell them.
  const auto& particles = trainer.particles();
  const hm::vector<double> mean = hm::gene_means(pilot);
  hm::vector<double> own = hm::vector<double>::Zero(8), eta(8), expected(8);
  for (const auto& particle : particles) {
    model.visible_input(hm::as_span(particle[1]), hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(expected));
    own += expected / static_cast<double>(particles.size());
  }
  for (hm::index m = 0; m < 8; ++m) CHECK(own[m] == doctest::Approx(mean[m]).epsilon(0.1));
}

TEST_CASE("suits layers of more than one unit; settings out of range") {
  const auto pilot = tiny::toy_counts(60, 6, 3);
  hm::random_engine rng(17);
  const auto refused = [&](const hm::grown_em& stage) {
    CHECK_THROWS_AS(trainer_type(pilot, {.hidden = {5}}, stage, rng), std::invalid_argument);
  };
  refused({.units = 0});
  refused({.spread = 0});
  refused({.share_of_room = 0});
  refused({.iterations = -1});
  refused({.explore_every = -1});
  using recipe = hm::first_that_suits<hm::grown_em, hm::exact_em>;
  hm::recipe_trainer<rbm, hm::count_matrix<>, recipe> small(
      pilot, {.hidden = {1}}, recipe(few_steps(2), hm::exact_em{.iterations = 3}), rng);
  small.run(hm::serial_executor{}, hm::silent{});
  CHECK(small.log().back().stage == "exact maximum likelihood");
  CHECK(small.particles().empty());
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/stages/exact_em.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/select_counts.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "support/toy_counts.hpp"
#include "support/weighted_copies.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using trainer_type = hm::recipe_trainer<scdbm, hm::count_matrix<>, hm::exact_em>;
static_assert(hm::training_stage<hm::exact_em, scdbm, hm::count_matrix<>>);

namespace {

const auto pilot = tiny::toy_counts(150, 12, 1);
const hm::serial_executor serial;

template <class Model, class Data>
double likelihood(const Model& model, const Data& data) {
  return hm::exact_fit(serial, model, hm::hidden_enumeration<Model>(model), data).log_likelihood;
}

}  // namespace

TEST_CASE("what the log says of exact EM is the model's likelihood, upper layers fixed or not") {
  for (const hm::index steps : {0, 5}) {
    hm::random_engine rng(6);
    trainer_type trainer(pilot, {.hidden = {3, 2}},
                         {.iterations = 6, .m_step = {.newton = {}, .upper = {.steps = steps}}},
                         rng);
    trainer.run(serial, hm::silent{});
    CHECK(*trainer.log().back().figure("log_likelihood") ==
          doctest::Approx(likelihood(trainer.model(), pilot)).epsilon(1e-9));
  }
}

TEST_CASE("from principal components, stops by itself, the same for any number of threads") {
  hm::random_engine a(12), b(12);
  trainer_type trainer(pilot, {.hidden = {3, 2}}, {}, a), watched(pilot, {.hidden = {3, 2}}, {}, b);
  trainer.run(serial, hm::silent{});
  watched.run(hm::thread_executor(3), [](const hm::progress& now) {
    CHECK(now.stage == "exact maximum likelihood");
    return hm::flow::proceed;
  });
  CHECK(trainer.model().parameters() == watched.model().parameters());
  CHECK(trainer.log().size() < 60);
  CHECK(*trainer.log().back().figure("log_likelihood") ==
        doctest::Approx(likelihood(trainer.model(), pilot)).epsilon(1e-10));
}

TEST_CASE("patience ends exact EM where held-out cells no longer gain, at the best model") {
  hm::training_settings<scdbm> settings{.hidden = {5, 2}};
  for (hm::index i = 30; i < 150; ++i) settings.held_out.push_back(i);
  hm::exact_em stage{.iterations = 30, .tolerance = 0, .patience = 3, .refit_every = 0};
  stage.m_step.newton.ridge = 1e-3;  // fits noise to the end
  hm::random_engine rng(3), again(3);
  trainer_type patient(pilot, settings, stage, rng);
  patient.run(serial, hm::silent{});
  stage.patience = 0;
  trainer_type thorough(pilot, settings, stage, again);
  thorough.run(serial, hm::silent{});
  const auto held_out = [](const trainer_type& trainer, std::size_t line) {
    return *trainer.log()[line].figure("held_out_log_likelihood");
  };
  std::size_t best = 0;
  for (std::size_t line = 0; line < patient.log().size(); ++line)
    if (held_out(patient, line) > held_out(patient, best)) best = line;
  REQUIRE(patient.log().size() < thorough.log().size());
  CHECK(patient.log().size() == best + 1 + 3);
  CHECK(held_out(patient, best) == held_out(thorough, best));  // the same until then
  const auto fresh = hm::select_cells(pilot, std::span<const hm::index>(settings.held_out));
  // The visible biases are adjusted once more, to the means of the training cells.
  CHECK(likelihood(patient.model(), fresh) ==
        doctest::Approx(held_out(patient, best)).epsilon(0.003));

  stage.patience = 3;
  CHECK_THROWS_AS(trainer_type(pilot, {.hidden = {5, 2}}, stage, rng), std::invalid_argument);
}

TEST_CASE_TEMPLATE("a group of six categories keeps finite biases and the pilot's means", Scalar,
                   float, double) {
  using model_type = hm::dbm<hm::basic_negative_binomial<Scalar>, hm::basic_categorical<Scalar>>;
  hm::random_engine rng(9);
  const auto model = hm::train<model_type>(serial, pilot, {.hidden = {6}}, hm::exact_em{}, rng);
  for (const Scalar b : model.bias(1)) CHECK(std::abs(b) < 1000);
  const hm::hidden_enumeration<model_type> hidden(model);
  double total = 0;
  for (hm::index s = 0; s < hidden.states(); ++s)
    total += static_cast<double>(hidden.probability(s));
  CHECK(total == doctest::Approx(1).epsilon(1e-4));
  const auto own = hm::exact_model_statistics(model, hidden);
  const auto real = hm::gene_means(pilot);
  for (hm::index m = 0; m < real.size(); ++m)
    CHECK(static_cast<double>(model.bias_of(own, 0)[static_cast<std::size_t>(m)]) ==
          doctest::Approx(real[m]).epsilon(0.02));
}

TEST_CASE("a layer too large to enumerate does not suit") {
  hm::random_engine rng(14);
  CHECK_THROWS_WITH_AS((void)hm::train<scdbm>(serial, pilot, {.hidden = {3, 2}},
                                              hm::exact_em{.iterations = 2, .max_states = 4}, rng),
                       doctest::Contains("4"), std::invalid_argument);
}

namespace {

/// Trains on rows of which some count more than once, and on as many copies of them.
template <class Model>
void check_weights(const hm::count_matrix<>& counts, hm::training_settings<Model> settings,
                   const hm::exact_em& stage) {
  const auto [weights, copied] = tiny::copied_by_weight(counts);
  hm::random_engine a(4), b(4);
  const auto from_copies = hm::train<Model>(serial, copied, settings, stage, a);
  settings.weights = weights;
  const auto from_weights = hm::train<Model>(serial, counts, settings, stage, b);
  CHECK(likelihood(from_weights, copied) ==
        doctest::Approx(likelihood(from_copies, copied)).epsilon(1e-8));
}

hm::count_matrix<> binary_rows(hm::index rows) {
  hm::count_matrix<> counts(8);
  hm::random_engine rng(5);
  for (hm::index i = 0; i < rows; ++i) {
    for (hm::index m = 0; m < 8; ++m)
      if (hm::draw::uniform(rng) < ((m < 4) == (i % 2 == 0) ? 0.8 : 0.2)) counts.push_back(m, 1);
    counts.finish_cell();
  }
  return counts;
}

}  // namespace

TEST_CASE("a row of weight w is w copies of it") {
  check_weights<hm::dbm<hm::bernoulli, hm::bernoulli>>(binary_rows(60), {.hidden = {2}},
                                                       {.iterations = 12});
  // One refit of the dispersions, at the start.
  check_weights<hm::dbm<hm::negative_binomial, hm::bernoulli>>(
      tiny::toy_counts(60, 9, 3), {.hidden = {2}}, {.iterations = 10, .refit_every = 100});
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/train.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/watched_executor.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

namespace {

const hm::serial_executor serial;

template <class Model, class Data>
double likelihood(const Model& model, const Data& data) {
  return hm::exact_fit(serial, model, hm::hidden_enumeration<Model>(model), data).log_likelihood;
}

}  // namespace

TEST_CASE("several layers by default: exact EM, or steps where the first is too large for it") {
  using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
  using trainer_type = hm::recipe_trainer<scdbm, hm::count_matrix<>, hm::default_recipe<scdbm>>;
  const auto pilot = tiny::toy_counts(150, 12, 1);
  hm::random_engine a(14), b(14), c(14);
  trainer_type trainer(pilot, {.hidden = {3, 2}}, {}, a);
  CHECK(trainer.step(serial).stage == "exact maximum likelihood");
  trainer.run(serial, hm::silent{});
  const auto model = hm::train<scdbm>(hm::thread_executor(2), pilot, {.hidden = {3, 2}}, b);
  CHECK(model.parameters() == trainer.model().parameters());

  hm::default_recipe<scdbm> recipe;
  std::get<0>(recipe.stages).max_states = 4;
  trainer_type other(pilot, {.hidden = {3, 2}}, recipe, c);
  CHECK(other.step(serial).stage == "pretraining layer 1");
  // Not behind what pretraining leads to.
  auto& steps = std::get<1>(recipe.stages).stages;
  std::get<0>(steps).epochs = {8, 5};
  std::get<1>(steps).epochs = 3;
  hm::random_engine d(13);
  CHECK(likelihood(model, pilot) >
        likelihood(hm::train<scdbm>(serial, pilot, {.hidden = {3, 2}}, recipe, d), pilot) - 0.1);
}

TEST_CASE("one layer by default: exact EM, or by particles where it is too large for that") {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  const auto pilot = tiny::toy_counts(60, 12, 1);
  hm::default_recipe<rbm> recipe;
  std::get<0>(recipe.stages).max_states = 4;
  hm::grown_em& grown = std::get<1>(recipe.stages);
  grown.units = 2;
  grown.first.iterations = 1;
  grown.iterations = 1;
  grown.sampling.particles = 60;
  hm::random_engine rng(15);
  using trainer_type = hm::recipe_trainer<rbm, hm::count_matrix<>, hm::default_recipe<rbm>>;
  trainer_type trainer(pilot, {.hidden = {3}}, recipe, rng);
  trainer.run(serial, hm::silent{});
  CHECK(trainer.log().front().stage == "exact maximum likelihood");
  CHECK(trainer.log().back().stage == "sampled maximum likelihood");
  // All but one of the units are trained exactly where that is fewer than asked for.
  grown.units = 8;
  trainer_type again(pilot, {.hidden = {3}}, recipe, rng);
  again.run(serial, hm::silent{});
  CHECK(again.log().back().stage == "sampled maximum likelihood");
  CHECK(again.particles().size() == 60);
}

TEST_CASE("several one-hot groups, each of which tells two kinds of cells apart") {
  using grouped = hm::dbm<hm::negative_binomial, hm::categorical>;
  // Genes of the first half follow one bit of a cell, the others another.
  hm::count_matrix<> counts(8);
  hm::random_engine draws(3);
  for (hm::index i = 0; i < 240; ++i) {
    for (hm::index m = 0; m < 8; ++m) {
      const bool on = m < 4 ? i % 2 == 0 : i % 4 < 2;
      counts.push_back(m, hm::draw::negative_binomial(on ? 12.0 : 1.0, 4.0, draws));
    }
    counts.finish_cell();
  }
  hm::random_engine rng(1);
  const auto fit = [&](hm::layer_size hidden) {
    return hm::train<grouped>(serial, counts, {.hidden = {hidden}}, hm::exact_em{}, rng);
  };
  const auto model = fit(hm::one_hot{.groups = 2, .categories = 2});
  CHECK(model.units<1>().states() == 4);
  // One group of two explains one of the bits only: 1.68 nats per cell less.
  CHECK(likelihood(model, counts) > likelihood(fit(2), counts) + 1.5);
  // Four kinds of cells, equally often.
  const hm::hidden_enumeration<grouped> hidden(model);
  for (hm::index s = 0; s < 4; ++s)
    CHECK(hidden.probability(s) == doctest::Approx(0.25).epsilon(0.2));
}

TEST_CASE("categorical visible units") {
  using model_type = hm::dbm<hm::categorical, hm::bernoulli>;
  // Four groups of three categories; one bit of a row favours the first or the last of each.
  hm::count_matrix<> rows(12);
  hm::random_engine draws(4);
  for (hm::index i = 0; i < 300; ++i) {
    for (hm::index g = 0; g < 4; ++g) {
      const double u = hm::draw::uniform(draws);
      const hm::index far = i % 2 == 0 ? 0 : 2;
      rows.push_back(3 * g + (u < 0.8 ? far : u < 0.9 ? 1 : 2 - far), 1);
    }
    rows.finish_cell();
  }
  hm::random_engine rng(2);
  const auto fit = [&](hm::index iterations) {
    return hm::train<model_type>(serial, rows, {.hidden = {1}, .visible = {.categories = 3}},
                                 hm::exact_em{.iterations = iterations}, rng);
  };
  const auto model = fit(40);
  // What the truth reaches: four groups given the bit, which has to be coded.
  const double given = 0.8 * std::log(0.8) + 0.2 * std::log(0.1);
  CHECK(likelihood(model, rows) > 4 * given - std::log(2.0));
  CHECK(likelihood(model, rows) < 4 * given + 0.3);
  const auto cells = hm::sampled(model, hm::exact{}).generate(4000, rng);
  const auto want = hm::gene_means(rows), got = hm::gene_means(cells);
  for (hm::index m = 0; m < 12; ++m)  // 5 standard errors of a share
    CHECK(std::abs(got[m] - want[m]) < 5 * 0.5 / std::sqrt(4000.0));

  rows.push_back(0, 1);  // one category of the first group only
  rows.finish_cell();
  CHECK_THROWS_AS((void)fit(1), std::domain_error);
}

TEST_CASE("real-valued rows: sigma is learned, rows come out") {
  using model_type = hm::dbm<hm::gaussian, hm::bernoulli>;
  constexpr hm::index rows = 2000, columns = 5;
  const double sigma[columns] = {0.5, 1, 2, 0.7, 1.5};
  hm::matrix<double> data(rows, columns);
  hm::random_engine draws(6);
  for (hm::index i = 0; i < rows; ++i)
    for (hm::index m = 0; m < columns; ++m) {
      const double mean = static_cast<double>(m) + (i % 2 == 0 ? 2.0 : -2.0) * sigma[m];
      data(i, m) = mean + sigma[m] * hm::draw::normal(draws);
    }
  hm::random_engine a(7), b(7), c(8);
  const auto model = hm::train<model_type>(serial, data, {.hidden = {1}}, a);
  const hm::dense_rows<double> view(data);
  hm::recipe_trainer<model_type, hm::dense_rows<double>, hm::default_recipe<model_type>> trainer(
      view, {.hidden = {1}}, {}, b);
  trainer.run(hm::thread_executor(3), hm::silent{});
  CHECK(trainer.model().parameters() == model.parameters());
  CHECK(*trainer.log().back().figure("log_likelihood") >
        *trainer.log().front().figure("log_likelihood"));
  CHECK(*trainer.log().back().figure("log_likelihood") ==
        doctest::Approx(likelihood(model, view)).epsilon(1e-9));
  // One standard error of log sigma is 1 / sqrt(2 n) = 1.6 %; a margin for rows of uncertain kind.
  for (hm::index m = 0; m < columns; ++m)
    CHECK(model.visible().standard_deviation()[m] == doctest::Approx(sigma[m]).epsilon(0.08));

  const hm::matrix<double> made = hm::sampled(model, hm::exact{}).generate(serial, 4000, c);
  REQUIRE(made.rows() == 4000);
  for (hm::index m = 0; m < columns; ++m) {
    const double want = data.col(m).mean();
    const double deviation = std::sqrt((data.col(m).array() - want).square().mean());
    CHECK(std::abs(made.col(m).mean() - want) < 5 * deviation / std::sqrt(4000.0));
    const double got = std::sqrt((made.col(m).array() - made.col(m).mean()).square().mean());
    CHECK(got == doctest::Approx(deviation).epsilon(0.08));
  }
}

TEST_CASE("a stop by the executor that training was given comes out of train") {
  const auto pilot = tiny::toy_counts(60, 8, 1);
  hm::random_engine rng(3);
  const auto stop = [](const hm::progress&) { return hm::flow::stop; };
  const hm::watched_executor within(serial, stop, hm::progress{"all", 0, 1, {}});
  std::this_thread::sleep_for(std::chrono::milliseconds(150));  // it looks ten times a second
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  CHECK_THROWS_AS(
      static_cast<void>(hm::train<rbm>(within, pilot, {.hidden = {2}}, hm::exact_em{}, rng)),
      hm::stopped_by_observer);
}

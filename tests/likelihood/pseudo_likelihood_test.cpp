// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/pseudo_likelihood.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/training/contrastive/pseudo_likelihood_monitor.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/spin.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using binary = hm::dbm<hm::bernoulli, hm::bernoulli>;
static_assert(hm::finite_visible_sites<binary> &&
              hm::finite_visible_sites<hm::dbm<hm::categorical, hm::bernoulli>> &&
              !hm::finite_visible_sites<hm::dbm<hm::negative_binomial, hm::bernoulli>> &&
              !hm::finite_visible_sites<hm::dbm<hm::bernoulli, hm::bernoulli, hm::bernoulli>>);

namespace {

/// All states of the visible layer, one per row.
template <class Model>
hm::matrix<double> all_states(const Model& model) {
  hm::matrix<double> states(model.visible().states(), model.size(0));
  for (hm::index s = 0; s < states.rows(); ++s)
    model.visible().write_state(
        s, {states.data() + s * states.cols(), static_cast<std::size_t>(states.cols())});
  return states;
}

template <class Model>
double log_weight(const Model& model, const hm::matrix<double>& states, hm::index s) {
  const std::span<const double> x(states.data() + s * states.cols(),
                                  static_cast<std::size_t>(states.cols()));
  return -hm::free_energy(model, x, model.visible().log_base_measure(x));
}

/// Sum over sites of log p(x) - log of the sum of p over states that agree elsewhere.
template <class Model>
double by_enumeration(const Model& model, const hm::matrix<double>& states, hm::index s) {
  const hm::index width = model.visible().site().size();
  double sum = 0;
  for (hm::index begin = 0; begin < states.cols(); begin += width) {
    double total = 0;
    for (hm::index t = 0; t < states.rows(); ++t) {
      bool elsewhere = true;
      for (hm::index m = 0; m < states.cols(); ++m)
        elsewhere &= (m >= begin && m < begin + width) || states(t, m) == states(s, m);
      if (elsewhere) total += std::exp(log_weight(model, states, t));
    }
    sum += log_weight(model, states, s) - std::log(total);
  }
  return sum;
}

}  // namespace

TEST_CASE_TEMPLATE("conditionals are those of the enumerated machine", Model, binary,
                   hm::dbm<hm::spin, hm::bernoulli>, hm::dbm<hm::categorical, hm::bernoulli>,
                   hm::dbm<hm::bernoulli, hm::gaussian>) {
  const auto model = [] {
    using visible = hm::units_of<Model, 0>;
    if constexpr (std::same_as<visible, hm::categorical>)
      return tiny::with_random_parameters(Model(hm::categorical(2, 3), hm::bernoulli(3)), 5);
    else if constexpr (std::same_as<hm::units_of<Model, 1>, hm::gaussian>)
      return tiny::with_random_parameters(Model(visible(4), hm::gaussian(2)), 5);
    else
      return tiny::with_random_parameters(Model(visible(4), hm::bernoulli(3)), 5);
  }();
  const auto states = all_states(model);
  double expected = 0;
  for (hm::index s = 0; s < states.rows(); ++s) {
    const hm::matrix<double> one = states.row(s);
    const double exact = by_enumeration(model, states, s);
    CHECK(hm::pseudo_likelihood(hm::serial_executor{}, model, hm::dense_rows<double>(one)) ==
          doctest::Approx(exact).epsilon(1e-12));
    expected += exact / static_cast<double>(states.rows());
  }
  CHECK(hm::pseudo_likelihood(hm::serial_executor{}, model, hm::dense_rows<double>(states)) ==
        doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE("scikit-learn's formula: units x log sigmoid of the flipped unit's free energy") {
  const auto model = tiny::with_random_parameters(binary(hm::bernoulli(6), hm::bernoulli(4)), 9);
  hm::matrix<double> rows(1, 6);
  rows << 1, 0, 0, 1, 1, 0;
  hm::site_conditionals<binary> conditionals(model);
  conditionals.look_at(hm::row_of(hm::dense_rows<double>(rows), 0));
  const std::span<const double> x(rows.data(), 6);
  for (hm::index m = 0; m < 6; ++m) {
    auto flipped = rows;
    flipped(0, m) = 1 - flipped(0, m);
    const double gap = hm::free_energy(model, std::span<const double>(flipped.data(), 6), 0.0) -
                       hm::free_energy(model, x, 0.0);
    CHECK(conditionals.log_conditional(m) ==
          doctest::Approx(-std::log1p(std::exp(-gap))).epsilon(1e-12));
  }
}

TEST_CASE("the estimate averages to the sum, for any number of threads; all sites are the sum") {
  const auto model = tiny::with_random_parameters(binary(hm::bernoulli(6), hm::bernoulli(4)), 9);
  const auto states = all_states(model);
  const hm::dense_rows<double> data(states);
  const double exact = hm::pseudo_likelihood(hm::serial_executor{}, model, data);
  CHECK(hm::pseudo_likelihood(hm::thread_executor(3), model, data) == exact);
  for (const hm::index sites : {hm::index{1}, hm::index{3}, hm::index{6}}) {
    double mean = 0, squares = 0;
    constexpr int repeats = 200;
    hm::random_engine rng(3), again(3);
    for (int n = 0; n < repeats; ++n) {
      const double value =
          hm::estimated_pseudo_likelihood(hm::serial_executor{}, model, data, sites, rng);
      if (n == 0)
        CHECK(value ==
              hm::estimated_pseudo_likelihood(hm::thread_executor(3), model, data, sites, again));
      mean += value / repeats;
      squares += value * value / repeats;
    }
    const double error = std::sqrt(std::max(0.0, squares - mean * mean) / repeats);
    CHECK(std::abs(mean - exact) < 4 * error + 1e-9);
    if (sites == 6) CHECK(error < 1e-6);
    if (sites == 1) CHECK(error > 1e-3);
  }
}

TEST_CASE("weights of rows, no rows, sizes out of range") {
  const auto model = tiny::with_random_parameters(binary(hm::bernoulli(3), hm::bernoulli(2)), 9);
  hm::matrix<double> rows(2, 3);
  rows << 1, 0, 0, 1, 1, 1;
  hm::matrix<double> wrong = hm::matrix<double>::Zero(1, 4), none(0, 3);
  const hm::serial_executor run;
  hm::random_engine rng(1);
  const hm::dense_rows<double> data(rows);
  CHECK(hm::pseudo_likelihood(run, model, hm::dense_rows<double>(none)) == 0);
  CHECK_THROWS_AS((void)hm::pseudo_likelihood(run, model, hm::dense_rows<double>(wrong)),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::estimated_pseudo_likelihood(run, model, data, 0, rng),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::estimated_pseudo_likelihood(run, model, data, 4, rng),
                  std::invalid_argument);
}

TEST_CASE("the log of pretraining has it where a monitor is asked for, and then rises") {
  hm::matrix<double> rows(120, 5);
  hm::random_engine draws(6);
  for (hm::index i = 0; i < 120; ++i)
    for (hm::index m = 0; m < 5; ++m)
      rows(i, m) = hm::draw::uniform(draws) < (i % 2 == 0 ? 0.9 : 0.1) ? 1 : 0;
  const hm::dense_rows<double> data(rows);
  using watched = hm::pretrain<hm::enumerated, hm::centred_step, hm::harmonic_decay,
                               hm::unconstrained, hm::pseudo_likelihood_monitor>;
  const auto log_with = [&](hm::pseudo_likelihood_monitor monitor, std::vector<hm::index> held) {
    hm::random_engine rng(4);
    hm::recipe_trainer<binary, hm::dense_rows<double>, watched> trainer(
        data, {.hidden = {2}, .held_out = std::move(held)},
        watched{.epochs = {20}, .batch_size = 20, .monitor = monitor}, rng);
    trainer.run(hm::serial_executor{}, hm::silent{});
    const auto log = trainer.log();
    if (monitor.sites == 0 && !log.back().figure("held_out_pseudo_likelihood"))
      CHECK(*log.back().figure("pseudo_likelihood") ==
            hm::pseudo_likelihood(hm::serial_executor{}, trainer.model(), data));
    return log;
  };
  const auto all = log_with({}, {}), some = log_with({.sites = 2}, {0, 1, 2, 3});
  CHECK(*all.back().figure("pseudo_likelihood") > *all.front().figure("pseudo_likelihood") + 0.1);
  CHECK(some.back().figure("held_out_pseudo_likelihood"));
  CHECK(!all.back().figure("held_out_pseudo_likelihood"));
  for (std::size_t n = 0; n < all.size(); ++n) CHECK(all[n].figure("pseudo_likelihood"));

  hm::random_engine rng(4);
  using plain =
      hm::pretrain<hm::enumerated, hm::centred_step, hm::harmonic_decay, hm::unconstrained>;
  hm::recipe_trainer<binary, hm::dense_rows<double>, plain> unwatched(
      data, {.hidden = {2}}, plain{.epochs = {20}, .batch_size = 20}, rng);
  unwatched.run(hm::serial_executor{}, hm::silent{});
  CHECK(!unwatched.log().back().figure("pseudo_likelihood"));
  CHECK(*unwatched.log().back().figure("log_likelihood") ==
        *all.back().figure("log_likelihood"));  // watching changes nothing
}

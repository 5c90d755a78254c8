// SPDX-License-Identifier: MIT
#include "harmonium/training/steps/penalised_step.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/negative/enumerated.hpp"
#include "harmonium/training/recipe.hpp"
#include "harmonium/training/stages/pretrain.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/poisson.hpp"

namespace hm = harmonium;

using machine = hm::dbm<hm::poisson, hm::bernoulli>;
using binary = hm::dbm<hm::bernoulli, hm::bernoulli>;
static_assert(hm::step_for<hm::penalised_step<hm::plain_gradient, hm::l1_penalty>, machine> &&
              hm::step_for<hm::penalised_step<hm::centred_step, hm::group_penalty>, machine> &&
              hm::penalty_for<hm::l1_penalty, float> && hm::penalty_for<hm::group_penalty, double>);

namespace {

hm::matrix<double> some_weights(hm::index rows, hm::index columns, std::uint64_t seed) {
  hm::random_engine rng(seed);
  hm::matrix<double> weights(rows, columns);
  for (hm::index i = 0; i < weights.size(); ++i)
    weights.data()[i] = hm::draw::uniform(-1.0, 1.0, rng);
  return weights;
}

hm::weight_span<double> span_of(hm::matrix<double>& weights) {
  return {weights.data(), weights.rows(), weights.cols()};
}
hm::weight_view<double> view_of(const hm::matrix<double>& weights) {
  return {weights.data(), weights.rows(), weights.cols()};
}

/// 0.5 |v - w|^2 + rate x value(v), which a proximal operator makes as small as can be.
template <class Penalty>
double objective(const Penalty& penalty, const hm::matrix<double>& v, const hm::matrix<double>& w,
                 double rate) {
  return 0.5 * (v - w).squaredNorm() + rate * penalty.value(view_of(v));
}

/// Smallest by pattern search: coordinates and whole columns, also along w's, which leads out of
/// the kink at zero; steps halved until they are tiny.
template <class Penalty>
hm::matrix<double> minimiser(const Penalty& penalty, const hm::matrix<double>& w, double rate) {
  hm::matrix<double> v = w;
  double best = objective(penalty, v, w, rate);
  for (double step = 0.5; step > 1e-9; step /= 2) {
    for (bool moved = true; moved;) {
      moved = false;
      const auto accept = [&](const hm::matrix<double>& trial) {
        const double value = objective(penalty, trial, w, rate);
        if (value < best - 1e-15) {
          best = value;
          v = trial;
          moved = true;
        }
      };
      for (hm::index i = 0; i < v.size(); ++i)
        for (const double sign : {-1.0, 1.0}) {
          auto trial = v;
          trial.data()[i] += sign * step;
          accept(trial);
        }
      for (hm::index k = 0; k < v.cols(); ++k) {
        auto trial = v;
        trial.col(k) *= 1 - step;
        accept(trial);
        for (const double sign : {-1.0, 1.0}) {
          trial = v;
          trial.col(k) += sign * step * w.col(k);
          accept(trial);
        }
        trial = v;
        trial.col(k).setZero();
        accept(trial);
      }
    }
  }
  return v;
}

template <class Penalty>
void check_minimises(const Penalty& penalty, double rate) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto w = some_weights(4, 3, seed);
    auto v = w;
    penalty.shrink(span_of(v), rate);
    const auto found = minimiser(penalty, w, rate);
    CHECK((v - found).cwiseAbs().maxCoeff() < 1e-4);
    CHECK(objective(penalty, v, w, rate) <= objective(penalty, found, w, rate) + 1e-12);
    for (hm::index i = 0; i < w.size(); ++i) CHECK(v.data()[i] * w.data()[i] >= 0);
    auto same = w;
    penalty.shrink(span_of(same), 0.0);
    CHECK((same - w).cwiseAbs().maxCoeff() < 1e-15);
    hm::matrix<double> zero = hm::matrix<double>::Zero(4, 3);
    penalty.shrink(span_of(zero), rate);
    CHECK(zero.isZero(0));
  }
}

}  // namespace

TEST_CASE("a penalty shrinks to the minimiser that a search finds") {
  check_minimises(hm::l1_penalty{.strength = 0.6}, 0.5);
  check_minimises(hm::group_penalty{.strength = 0.3}, 0.5);
  check_minimises(hm::group_penalty{.strength = 0.55}, 1.0);
}

TEST_CASE("thresholds by hand, and strengths out of range") {
  hm::matrix<double> w(2, 2);
  w << 3, 0.1, 4, -0.1;
  auto v = w;
  hm::l1_penalty{.strength = 2}.shrink(span_of(v), 0.5);
  CHECK(v(0, 0) == 2);
  CHECK(v(1, 0) == 3);
  CHECK(v.col(1).isZero(0));
  v = w;
  hm::group_penalty{.strength = std::sqrt(0.5)}.shrink(span_of(v), 1.0);  // threshold 1, norm 5
  CHECK(v(0, 0) == doctest::Approx(2.4));
  CHECK(v(1, 0) == doctest::Approx(3.2));
  CHECK(v.col(1).isZero(0));
  CHECK_THROWS_AS(hm::l1_penalty{.strength = -1}.shrink(span_of(v), 1.0), std::invalid_argument);
  CHECK_THROWS_AS(hm::group_penalty{.strength = -1}.shrink(span_of(v), 1.0), std::invalid_argument);
}

TEST_CASE("plain steps with L1 end at the lasso's solution") {
  // -0.5 w'Qw + c'w - s |w|_1 with a known Q: statistics whose difference is the gradient.
  binary model(hm::bernoulli(3), hm::bernoulli(2));
  const double strength = 0.4;
  const hm::matrix<double> root = some_weights(6, 6, 3);
  const hm::matrix<double> q = root * root.transpose() + hm::matrix<double>::Identity(6, 6);
  const hm::vector<double> c = some_weights(6, 1, 4) * 2.0;
  const hm::penalised_step<hm::plain_gradient, hm::l1_penalty> step{
      .penalty = {.strength = strength}};
  const auto gradient = [&] {
    const Eigen::Map<const hm::vector<double>> w(model.weights(0).data(), 6);
    return hm::vector<double>(c - q * w);
  };
  for (int n = 0; n < 4000; ++n) {
    hm::vector<double> data = hm::vector<double>::Zero(model.parameters().size());
    const hm::vector<double> own = data, g = gradient();
    for (hm::index i = 0; i < 6; ++i) model.weights_of(data, 0).data()[i] = g[i];
    step.update(hm::serial_executor{}, model, {data, own}, 0.05);
  }
  int zeros = 0;
  const auto g = gradient();
  for (hm::index i = 0; i < 6; ++i) {  // the conditions of Karush, Kuhn and Tucker
    const double w = model.weights(0).data()[i];
    zeros += w == 0 ? 1 : 0;
    if (w == 0)
      CHECK(std::abs(g[i]) <= strength + 1e-9);
    else
      CHECK(g[i] == doctest::Approx(std::copysign(strength, w)).epsilon(1e-8));
  }
  CHECK(zeros >= 1);
  CHECK(zeros < 6);
}

TEST_CASE_TEMPLATE("at rest biases are unbiased and weights meet their condition", Step,
                   hm::plain_gradient, hm::centred_step) {
  hm::random_engine rng(2);
  hm::matrix<double> rows(60, 4);
  for (hm::index i = 0; i < 60; ++i)
    for (hm::index m = 0; m < 4; ++m)
      rows(i, m) = hm::draw::uniform(rng) < ((m < 2) == (i % 2 == 0) ? 0.9 : 0.2) ? 1 : 0;
  binary model(hm::bernoulli(4), hm::bernoulli(2));
  for (double& p : model.parameters()) p = hm::draw::uniform(-0.3, 0.3, rng);
  const double strength = 0.03;
  hm::penalised_step<Step, hm::l1_penalty> step{.penalty = {.strength = strength}};
  if constexpr (hm::moves_centred_parameters<Step>) step.step.weight_decay = 0;
  hm::vector<double> data, own;
  for (int n = 0; n < 8000; ++n) {
    const hm::hidden_enumeration<binary> hidden(model);
    data = hm::vector<double>::Zero(model.parameters().size());
    own = hm::exact_model_statistics(model, hidden);
    for (hm::index i = 0; i < 60; ++i)
      hm::add_exact_data_statistics(model, hidden, std::span<const double>(rows.data() + 4 * i, 4),
                                    1.0 / 60, data);
    step.update(hm::serial_executor{}, model, {data, own}, 0.2);
  }
  for (std::size_t l = 0; l < 2; ++l)
    for (std::size_t k = 0; k < model.bias_of(data, l).size(); ++k)
      CHECK(std::abs(model.bias_of(data, l)[k] - model.bias_of(own, l)[k]) < 1e-5);
  // What the step would do alone is what the penalty takes back.
  auto moved = model;
  step.step.update(hm::serial_executor{}, moved, {data, own}, 0.2);
  for (hm::index i = 0; i < 8; ++i) {
    const double w = model.weights(0).data()[i], change = moved.weights(0).data()[i] - w;
    if (w == 0)
      CHECK(std::abs(change) <= 0.2 * strength + 1e-6);
    else
      CHECK(change == doctest::Approx(std::copysign(0.2 * strength, w)).epsilon(1e-3));
  }
}

TEST_CASE("units that the data do not need switch off, and fresh rows lose nothing by it") {
  using step = hm::penalised_step<hm::centred_step, hm::group_penalty>;
  using stage = hm::pretrain<hm::enumerated, step, hm::constant_rate>;
  constexpr hm::index genes = 20;
  std::vector<double> gains;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    hm::random_engine rng(seed);
    machine truth(hm::poisson(genes), hm::bernoulli(3));
    for (hm::index m = 0; m < genes; ++m) {
      const auto u = static_cast<std::size_t>(m);
      truth.bias(0)[u] = hm::draw::uniform(-0.5, 1.0, rng);
      truth.weights(0)(m, m % 3) = 1.2;
      // Hidden biases at which every unit is on in half of the rows.
      truth.bias(1)[u % 3] -= hm::math::exp(truth.bias(0)[u]) * (hm::math::exp(1.2) - 1);
    }
    const auto maker = hm::sampled(truth, hm::exact{});
    const auto rows = maker.generate(hm::serial_executor{}, 500, rng);
    const auto fresh = maker.generate(hm::serial_executor{}, 4000, rng);
    std::vector<hm::index> used;
    std::vector<double> fits;
    for (const double strength : {0.0, 0.05, 0.15, 0.4}) {
      if (strength > 0.2 && seed > 1) continue;  // one seed tells that all switch off
      hm::random_engine start(7);
      hm::recipe_trainer<machine, hm::count_matrix<>, stage> trainer(
          rows, {.hidden = {8}},
          stage{.epochs = {600},
                .batch_size = 500,
                .step = {.step = {.weight_decay = 0}, .penalty = {.strength = strength}},
                .learning_rate = {.initial = 0.1}},
          start);
      trainer.run(hm::serial_executor{}, hm::silent{});
      used.push_back(hm::units_in_use(trainer.model()));
      fits.push_back(hm::exact_fit(hm::serial_executor{}, trainer.model(),
                                   hm::hidden_enumeration<machine>(trainer.model()), fresh)
                         .log_likelihood);
    }
    CHECK(used[0] == 8);
    CHECK(used[1] <= 6);
    CHECK(used[1] >= 3);
    CHECK(used[2] < used[1]);
    CHECK(used[2] >= 3);
    if (seed == 1) CHECK(used[3] == 0);
    gains.push_back(fits[1] - fits[0]);
  }
  // Mean over seeds against its own standard error.
  double mean = 0, squares = 0;
  for (const double gain : gains) mean += gain / 3;
  for (const double gain : gains) squares += (gain - mean) * (gain - mean) / 2;
  CHECK(mean > -2 * std::sqrt(squares / 3));
}

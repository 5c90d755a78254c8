// SPDX-License-Identifier: MIT
#include "harmonium/training/steps/centred_step.hpp"

#include <doctest/doctest.h>

#include "harmonium/core/executor.hpp"
#include "harmonium/likelihood/exact_fit.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/steps/plain_gradient.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
static_assert(hm::step_for<hm::plain_gradient, scdbm> && hm::step_for<hm::centred_step, scdbm>);

namespace {

struct statistics {
  hm::vector<double> data, own;
};

statistics exact_statistics(const scdbm& model, const hm::count_matrix<>& counts) {
  const hm::hidden_enumeration<scdbm> hidden(model);
  statistics result{hm::vector<double>::Zero(model.parameters().size()),
                    hm::exact_model_statistics(model, hidden)};
  for (hm::index i = 0; i < counts.cells(); ++i)
    hm::add_exact_data_statistics(model, hidden, counts.cell(i),
                                  1.0 / static_cast<double>(counts.cells()), result.data);
  return result;
}

double likelihood(const scdbm& model, const hm::count_matrix<>& counts) {
  return hm::exact_fit(hm::serial_executor{}, model, hm::hidden_enumeration<scdbm>(model), counts)
      .log_likelihood;
}

scdbm start() {
  return tiny::with_random_parameters(
      scdbm(hm::negative_binomial(6, 2.0), hm::bernoulli(3), hm::bernoulli(2)), 4);
}

}  // namespace

TEST_CASE("small steps of either kind go uphill") {
  const auto counts = tiny::toy_counts(40, 6, 5);
  const auto check = [&](const auto& step, double rate) {
    auto model = start();
    for (int n = 0; n < 5; ++n) {
      const double before = likelihood(model, counts);
      const auto [data, own] = exact_statistics(model, counts);
      step.update(hm::serial_executor{}, model, {data, own}, rate);
      CHECK(likelihood(model, counts) > before);
    }
  };
  check(hm::plain_gradient{}, 1e-5);
  check(hm::centred_step{.weight_decay = 0}, 1e-3);
}

TEST_CASE("no difference, no step; weights decay") {
  auto model = start();
  const auto before = model;
  const hm::vector<double> same = exact_statistics(model, tiny::toy_counts(40, 6, 5)).data;
  hm::centred_step{.weight_decay = 0}.update(hm::serial_executor{}, model, {same, same}, 0.5);
  CHECK(model.parameters() == before.parameters());
  hm::centred_step{.weight_decay = 0.1}.update(hm::serial_executor{}, model, {same, same}, 0.5);
  CHECK(model.weights(0)(2, 1) == doctest::Approx(0.95 * before.weights(0)(2, 1)));
}

TEST_CASE("a step is bounded however large the difference") {
  auto model = start();
  const auto before = model;
  auto [data, own] = exact_statistics(model, tiny::toy_counts(40, 6, 5));
  own = -1e6 * data;
  hm::centred_step{.max_change = 0.5, .weight_decay = 0}.update(hm::serial_executor{}, model,
                                                                {data, own}, 1);
  for (hm::index i = 0; i < model.weights(0).size(); ++i)
    CHECK(std::abs(model.weights(0).data()[i] - before.weights(0).data()[i]) <= 0.5 + 1e-12);
}

TEST_CASE("with a hidden covariance: uncorrelated units make the plain step, twins share one") {
  const auto counts = tiny::toy_counts(40, 6, 5);
  const auto both = exact_statistics(start(), counts);
  const auto &data = both.data, &own = both.own;
  const hm::centred_step step{.max_divergence = 1e9};
  auto plain = start(), white = start();
  const auto c = plain.bias_of(data, 1);
  hm::matrix<double> covariance = hm::matrix<double>::Zero(3, 3);
  for (hm::index k = 0; k < 3; ++k) {
    const double mean = c[static_cast<std::size_t>(k)];
    covariance(k, k) = mean * (1 - mean);
  }
  step.update(hm::serial_executor{}, plain, {data, own}, 1e-3);
  step.update(hm::serial_executor{}, white, {data, own, &covariance}, 1e-3);
  CHECK((white.parameters() - plain.parameters()).cwiseAbs().maxCoeff() < 1e-12);

  // Units 0 and 1 that always agree, with equal gradients: each makes half the step.
  auto twin_data = data;
  auto twin_own = own;
  for (auto* flat : {&twin_data, &twin_own}) {
    plain.bias_of(*flat, 1)[1] = plain.bias_of(*flat, 1)[0];
    for (hm::index m = 0; m < 6; ++m)
      plain.weights_of(*flat, 0)(m, 1) = plain.weights_of(*flat, 0)(m, 0);
  }
  const double v = c[0] * (1 - c[0]);
  covariance(0, 0) = covariance(1, 1) = covariance(0, 1) = covariance(1, 0) = v;
  plain = white = start();
  const hm::centred_step bare{.weight_decay = 0, .max_divergence = 1e9};
  bare.update(hm::serial_executor{}, plain, {twin_data, twin_own}, 1e-3);
  bare.update(hm::serial_executor{}, white, {twin_data, twin_own, &covariance}, 1e-3);
  const double damping = 0.05 * 0.25;
  for (hm::index m = 0; m < 6; ++m)
    CHECK(white.weights(0)(m, 0) - start().weights(0)(m, 0) ==
          doctest::Approx((plain.weights(0)(m, 0) - start().weights(0)(m, 0)) * (v + damping) /
                          (2 * v + damping))
              .epsilon(1e-9));

  // A shorter leash: all weights of the first layer by the same factor, the root of the ratio.
  const auto moved = [&](double leash) {
    auto model = start();
    hm::centred_step{.weight_decay = 0, .max_divergence = leash}.update(
        hm::serial_executor{}, model, {data, own, &covariance}, 1e-3);
    return hm::matrix<double>(model.weights(0) - start().weights(0));
  };
  CHECK((moved(1e-9) - 10 * moved(1e-11)).norm() < 1e-6 * moved(1e-9).norm());
}

TEST_CASE("biases follow what a weight that must not be positive really does") {
  using machine = hm::dbm<hm::poisson, hm::relu>;
  machine model(hm::poisson(2), hm::relu(1));
  model.weights(0)(0, 0) = -0.01;
  model.weights(0)(1, 0) = -0.5;
  const auto before = model;
  // Means agree; the first pair of units wants a larger weight than it may have.
  hm::vector<double> data = hm::vector<double>::Zero(model.parameters().size());
  for (const std::size_t m : {0u, 1u}) model.bias_of(data, 0)[m] = 2;
  model.bias_of(data, 1)[0] = 0.8;
  hm::vector<double> own = data;
  model.weights_of(data, 0)(0, 0) = 3;
  hm::centred_step{.weight_decay = 0}.update(hm::serial_executor{}, model, {data, own}, 1.0);
  CHECK(model.weights(0)(0, 0) == 0);
  CHECK(model.weights(0)(1, 0) == -0.5);
  CHECK(model.bias(0)[0] - before.bias(0)[0] == doctest::Approx(-0.01 * 0.8));
  CHECK(model.bias(0)[1] == before.bias(0)[1]);
  CHECK(model.bias(1)[0] - before.bias(1)[0] == doctest::Approx(-0.01 * 2));
}

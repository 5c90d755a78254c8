// SPDX-License-Identifier: MIT
#include "harmonium/training/newton/upper_m_step.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

constexpr hm::index cells = 200;
const hm::serial_executor serial;

/// Data of which only the distribution of h_1 is known.
template <class Model>
hm::posterior_statistics<double> data_of(const Model& model, const std::vector<double>& mass) {
  const hm::enumerated_states<double> states(model.template units<1>());
  hm::posterior_statistics<double> data;
  data.state_mass = mass;
  data.hidden_means = hm::vector<double>::Zero(states.units());
  for (hm::index s = 0; s < states.size(); ++s)
    for (hm::index k = 0; k < states.units(); ++k)
      data.hidden_means[k] +=
          mass[static_cast<std::size_t>(s)] * states[s][static_cast<std::size_t>(k)];
  return data;
}

template <class Model>
hm::posterior_statistics<double> random_posterior(const Model& model) {
  hm::random_engine rng(11);
  std::vector<double> mass(static_cast<std::size_t>(model.template units<1>().states()));
  double total = 0;
  for (double& q : mass) total += q = hm::draw::uniform(0.0, 1.0, rng);
  for (double& q : mass) q /= total;
  return data_of(model, mass);
}

template <class Model>
void check_gradient(Model model) {
  const auto data = random_posterior(model);
  hm::hidden_enumeration<Model> hidden(model);
  hm::upper_m_step<Model> step(model, hidden, data, cells, {.ridge = 30});
  const auto gradient = step.gradient(serial);
  hm::index parameters = 0;
  for (std::size_t l = 1; l < Model::layers; ++l)
    parameters += model.size(l) * (1 + (l + 1 < Model::layers ? model.size(l + 1) : 0));
  REQUIRE(step.size() == parameters);
  for (hm::index i = 0; i < step.size(); ++i) {
    double& p = step.parameter(model, i);
    const double at = p, h = 1e-5;
    p = at + h;
    const double up = step.objective(serial);
    p = at - h;
    const double down = step.objective(serial);
    p = at;
    CHECK(gradient[i] == doctest::Approx((up - down) / (2 * h)).epsilon(1e-6));
  }
}

template <class Model>
void check_maximum(Model model) {
  const auto data = random_posterior(model);
  hm::hidden_enumeration<Model> hidden(model);
  double before = 0;
  for (int round = 0; round < 20; ++round) {
    hm::upper_m_step<Model> step(model, hidden, data, cells, {});
    const auto result = step.run(hm::thread_executor(round % 3 + 1));
    if (round == 0) CHECK(result.accepted_steps > 0);
    CHECK(result.objective_after >= result.objective_before);
    // What one call leaves is where the next begins: model and enumeration agree.
    if (round > 0) CHECK(result.objective_before == doctest::Approx(before).epsilon(1e-12));
    before = result.objective_after;
  }
  const hm::upper_m_step<Model> at_end(model, hidden, data, cells, {});
  CHECK(at_end.gradient(serial).cwiseAbs().maxCoeff() < 1e-3);
  const hm::hidden_enumeration<Model> fresh(model);
  for (hm::index s = 0; s < fresh.states(); ++s)
    CHECK(hidden.log_probability(s) == fresh.log_probability(s));
}

using two_one = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;

two_one two_bits() {
  two_one model(hm::negative_binomial(3, 2.0), hm::bernoulli(2), hm::bernoulli(1));
  for (double& a : model.bias(0)) a = -1;
  hm::random_engine rng(1);
  hm::start_upper_layers(model, 1, rng);
  return model;
}

}  // namespace

TEST_CASE("the gradient is that of the objective") {
  check_gradient(tiny::deep_of<hm::negative_binomial>(1));
  check_gradient(tiny::grouped_of<hm::poisson>(2));
  check_gradient(tiny::deepest_of<hm::negative_binomial>(3));
}

TEST_CASE("every step gains, up to a point without gradient; threads change nothing") {
  check_maximum(tiny::deep_of<hm::negative_binomial>(4));
  check_maximum(tiny::grouped_of<hm::poisson>(5));
  check_maximum(tiny::deepest_of<hm::negative_binomial>(6));

  auto one = tiny::deepest_of<hm::bernoulli>(7), two = one;
  using model_type = decltype(one);
  const auto data = random_posterior(one);
  hm::hidden_enumeration<model_type> first(one), second(two);
  hm::upper_m_step<model_type>(one, first, data, cells, {}).run(serial);
  hm::upper_m_step<model_type>(two, second, data, cells, {}).run(hm::thread_executor(3));
  CHECK(one.parameters() == two.parameters());
}

TEST_CASE("a unit above two bits learns that they agree, or that they do not") {
  for (const double agree : {0.9, 0.1}) {
    auto model = two_bits();
    const auto data = data_of(model, {agree / 2, (1 - agree) / 2, (1 - agree) / 2, agree / 2});
    hm::hidden_enumeration<two_one> hidden(model);
    hm::upper_m_step<two_one>(model, hidden, data, cells, {.steps = 60, .ridge = 1e-6}).run(serial);
    for (hm::index s = 0; s < 4; ++s)
      CHECK(hidden.probability(s) ==
            doctest::Approx(data.state_mass[static_cast<std::size_t>(s)]).epsilon(1e-3));
  }
}

TEST_CASE("the start tells units apart and leaves them undecided; genes and b_1 stay") {
  auto model = tiny::grouped_of<hm::negative_binomial>(8);
  const auto before = model;
  hm::random_engine rng(2);
  hm::start_upper_layers(model, 1, rng);
  CHECK(model.weights(1)(0, 0) != model.weights(1)(0, 1));
  for (std::size_t k = 0; k < 2; ++k) {
    double input = model.bias(2)[k];
    for (hm::index j = 0; j < 3; ++j) input += model.weights(1)(j, static_cast<hm::index>(k)) / 3;
    CHECK(std::abs(input) < 1e-12);
  }
  CHECK(std::ranges::equal(model.bias(0), before.bias(0)));
  CHECK(std::ranges::equal(model.bias(1), before.bias(1)));
}

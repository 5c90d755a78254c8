// SPDX-License-Identifier: MIT
#include "harmonium/training/constraints.hpp"

#include <doctest/doctest.h>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using nb_rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
static_assert(hm::constraint_for<hm::non_positive_weights, nb_rbm>);
static_assert(hm::constraint_for<hm::admissible_sum, nb_rbm>);
static_assert(!hm::constraint_for<hm::unconstrained, nb_rbm>);  // its input has a bound

// With spins negative weights raise a gene too; a stack that needs a condition is not left alone.
using on_spins = hm::dbm<hm::negative_binomial, hm::spin>;
using on_relu = hm::dbm<hm::negative_binomial, hm::relu>;
static_assert(hm::constraint_for<hm::admissible_sum, on_spins> &&
              !hm::constraint_for<hm::non_positive_weights, on_spins>);
static_assert(hm::constraint_for<hm::non_positive_weights, on_relu>);
static_assert(hm::constraint_for<hm::unconstrained, hm::dbm<hm::gaussian, hm::bernoulli>>);
static_assert(hm::constraint_for<hm::unconstrained, hm::dbm<hm::bernoulli, hm::gaussian>>);
static_assert(!hm::constraint_for<hm::unconstrained, hm::dbm<hm::gaussian, hm::gaussian>>);
static_assert(!hm::constraint_for<hm::unconstrained, hm::dbm<hm::poisson, hm::relu>>);

namespace {

nb_rbm wild_model(std::uint64_t seed) {
  nb_rbm model(hm::negative_binomial(20, 0.7), hm::bernoulli(4));
  hm::random_engine rng(seed);
  for (auto& p : model.parameters()) p = hm::draw::uniform(-2.0, 2.0, rng);
  return model;
}

double largest_input(const nb_rbm& model, hm::index m) {
  double sum = model.bias(0)[static_cast<std::size_t>(m)];
  for (hm::index k = 0; k < 4; ++k) sum += std::max(0.0, model.weights(0)(m, k));
  return sum;
}

}  // namespace

TEST_CASE("the paper's constraint clips weights and biases") {
  auto model = wild_model(1);
  hm::non_positive_weights{}.apply(hm::serial_executor{}, model);
  CHECK(model.weights(0).maxCoeff() <= 0);
  for (const double a : model.bias(0)) CHECK(a <= -1e-10);
  CHECK(hm::non_positive_weights{}.limits(model)[3] == -1e-10);
}

TEST_CASE("admissible_sum bounds every state and moves no further than needed") {
  const auto before = wild_model(2);
  auto model = before;
  hm::admissible_sum constraint;
  constraint.max_mean = hm::vector<double>::Constant(20, 50.0);
  constraint.apply(hm::serial_executor{}, model);
  const auto limit = constraint.limits(model);
  int moved = 0;
  for (hm::index m = 0; m < 20; ++m) {
    CHECK(limit[m] == doctest::Approx(std::log(50.0 / 50.7)).epsilon(1e-12));
    CHECK(largest_input(model, m) <= limit[m]);
    const bool was_fine = largest_input(before, m) <= limit[m];
    const auto u = static_cast<std::size_t>(m);
    if (was_fine) {
      CHECK(model.bias(0)[u] == before.bias(0)[u]);
    } else {
      ++moved;
      CHECK(largest_input(model, m) == doctest::Approx(limit[m]).epsilon(1e-9));
      // Nearest point: what moved, moved by the same amount, unless it stopped at zero.
      const double share = before.bias(0)[u] - model.bias(0)[u];
      for (hm::index k = 0; k < 4; ++k) {
        const double w = before.weights(0)(m, k);
        CHECK(model.weights(0)(m, k) ==
              doctest::Approx(w > 0 ? std::max(0.0, w - share) : w).epsilon(1e-9));
      }
    }
  }
  CHECK(moved > 5);
  auto again = model;
  constraint.apply(hm::serial_executor{}, again);
  CHECK(again.parameters() == model.parameters());
}

TEST_CASE("families without a bound are left alone") {
  auto model = tiny::rbm_of<hm::gaussian>(3);
  const auto before = model.parameters();
  hm::admissible_sum{}.apply(hm::serial_executor{}, model);
  hm::non_positive_weights{}.apply(hm::serial_executor{}, model);
  hm::unconstrained{}.apply(hm::serial_executor{}, model);
  CHECK(model.parameters() == before);
}

TEST_CASE("in single precision no state's input reaches the bound either") {
  using model_type = hm::dbm<hm::basic_negative_binomial<float>, hm::basic_bernoulli<float>>;
  hm::random_engine rng(5);
  for (int repeat = 0; repeat < 50; ++repeat) {
    model_type model(hm::basic_negative_binomial<float>(20, 1.0f), hm::basic_bernoulli<float>(6));
    for (float& p : model.parameters()) p = static_cast<float>(hm::draw::uniform(-2.0, 2.0, rng));
    hm::admissible_sum{}.apply(hm::serial_executor{}, model);
    hm::vector<float> h(6), eta(20);
    for (hm::index s = 0; s < 64; ++s) {
      model.units<1>().write_state(s, hm::as_span(h));
      model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
      CHECK(eta.maxCoeff() < 0);
    }
  }
}

TEST_CASE("of spins, both signs of a weight count") {
  hm::random_engine rng(6);
  for (int repeat = 0; repeat < 20; ++repeat) {
    on_spins model(hm::negative_binomial(5, 0.7), hm::spin(4));
    for (double& p : model.parameters()) p = hm::draw::uniform(-2.0, 2.0, rng);
    const auto before = model.parameters();
    hm::admissible_sum{}.apply(hm::serial_executor{}, model);
    hm::vector<double> h(4), eta(5), highest = hm::vector<double>::Constant(5, -1e9);
    for (hm::index s = 0; s < 16; ++s) {
      model.units<1>().write_state(s, hm::as_span(h));
      model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
      highest = highest.cwiseMax(eta);
    }
    for (hm::index m = 0; m < 5; ++m) {
      CAPTURE(m);
      CHECK(highest[m] < 0);
      const double old = before[m] + before.segment(5 + 4 + 4 * m, 4).cwiseAbs().sum();
      if (old > -1e-9) CHECK(highest[m] > -1e-8);  // no further than needed
      // Nearest point: every weight that is not at zero moved towards it by what the bias moved.
      const double share = before[m] - model.bias(0)[static_cast<std::size_t>(m)];
      for (hm::index k = 0; k < 4; ++k) {
        const double w = before[5 + 4 + 4 * m + k];
        const double want = std::copysign(std::max(0.0, std::abs(w) - share), w);
        CHECK(model.weights(0)(m, k) == doctest::Approx(want).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("hidden states without an upper bound may only lower a count") {
  hm::random_engine rng(7);
  on_relu model(hm::negative_binomial(6, 0.7), hm::relu(3));
  for (double& p : model.parameters()) p = hm::draw::uniform(-2.0, 2.0, rng);
  const auto before = model.parameters();
  hm::admissible_sum constraint;
  constraint.max_mean = hm::vector<double>::Constant(6, 50.0);
  constraint.apply(hm::serial_executor{}, model);
  const auto limit = constraint.limits(model);
  for (hm::index m = 0; m < 6; ++m) {
    CHECK(model.bias(0)[static_cast<std::size_t>(m)] ==
          doctest::Approx(std::min(before[m], limit[m])).epsilon(1e-12));
    for (hm::index k = 0; k < 3; ++k)
      CHECK(model.weights(0)(m, k) == std::min(0.0, before[6 + 3 + 3 * m + k]));
  }
  // Also where the visible family has no bound of its own that matters.
  hm::dbm<hm::poisson, hm::relu> rates(hm::poisson(1), hm::relu(1));
  rates.weights(0)(0, 0) = 0.5;
  hm::admissible_sum{}.apply(hm::serial_executor{}, rates);
  CHECK(rates.weights(0)(0, 0) == 0);
}

TEST_CASE("Gaussian layers on each other are kept from diverging") {
  hm::dbm<hm::gaussian, hm::gaussian> model(hm::gaussian(3), hm::gaussian(2));
  model.weights(0).setConstant(2);
  hm::admissible_sum{}.apply(hm::serial_executor{}, model);
  CHECK(hm::is_normalisable(model));
  CHECK(model.weights(0)(0, 0) == doctest::Approx(1 / std::sqrt(6.0)).epsilon(2e-3));
}

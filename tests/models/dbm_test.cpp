// SPDX-License-Identifier: MIT
#include "harmonium/models/dbm.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/minimal_units.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// log sum of exp(-E) over all hidden states above layer 0, by brute force.
template <std::size_t Layer = 1, class Model>
void for_each_hidden(const Model& model, typename Model::state_type& state, auto&& body) {
  if constexpr (Layer == Model::layers) {
    body(state);
  } else {
    for (hm::index s = 0; s < model.template units<Layer>().states(); ++s) {
      model.template units<Layer>().write_state(s, hm::as_span(state[Layer]));
      for_each_hidden<Layer + 1>(model, state, body);
    }
  }
}

}  // namespace

TEST_CASE("parameters are one flat vector with views") {
  hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli> model(
      hm::negative_binomial(5, 1.0), hm::bernoulli(3), hm::bernoulli(2));
  CHECK(model.parameters().size() == 5 + 3 + 2 + 5 * 3 + 3 * 2);
  CHECK(model.parameters().isZero());
  for (hm::index i = 0; i < model.parameters().size(); ++i)
    model.parameters()[i] = static_cast<double>(i);
  CHECK(model.bias(0)[4] == 4);
  CHECK(model.bias(1)[0] == 5);
  CHECK(model.bias(2)[1] == 9);
  CHECK(model.weights(0)(0, 0) == 10);
  CHECK(model.weights(0)(1, 2) == 15);
  CHECK(model.weights(1)(2, 1) == 30);
  model.weights(1)(2, 1) = -1;
  CHECK(model.parameters()[30] == -1);
  CHECK_THROWS_AS((hm::dbm<hm::poisson, hm::bernoulli>(hm::poisson(2), hm::bernoulli(0))),
                  std::invalid_argument);
}

TEST_CASE("the energy is the formula") {
  auto model = tiny::deep_of<hm::negative_binomial>(1);
  auto state = model.make_state();
  state[0] << 3, 0, 11;
  state[1] << 1, 0, 1;
  state[2] << 0, 1;
  double expected = 0;
  for (hm::index m = 0; m < 3; ++m) {
    const double theta = model.visible().inverse_dispersion()[m];
    const double x = state[0][m];
    expected -= model.bias(0)[static_cast<std::size_t>(m)] * x + std::lgamma(x + theta) -
                std::lgamma(theta) - std::lgamma(x + 1);
    for (hm::index k = 0; k < 3; ++k) expected -= x * model.weights(0)(m, k) * state[1][k];
  }
  for (hm::index k = 0; k < 3; ++k) {
    expected -= model.bias(1)[static_cast<std::size_t>(k)] * state[1][k];
    for (hm::index j = 0; j < 2; ++j)
      expected -= state[1][k] * model.weights(1)(k, j) * state[2][j];
  }
  for (hm::index j = 0; j < 2; ++j)
    expected -= model.bias(2)[static_cast<std::size_t>(j)] * state[2][j];
  CHECK(model.energy(state) == doctest::Approx(expected).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("layer inputs are minus the energy's derivative", Visible, hm::negative_binomial,
                   hm::bernoulli, hm::gaussian, hm::poisson, hm::categorical) {
  // The energy is linear in each layer but for the base measure, so one unit more of s_l changes
  // -E by its input plus the change of the log base measure.
  const auto model = tiny::deepest_of<Visible>(2);
  auto state = model.make_state();
  hm::random_engine rng(3);
  for (auto& layer : state)
    for (auto& x : layer) x = static_cast<double>(rng() % 2);
  for (std::size_t l = 1; l < model.layers; ++l) {
    hm::vector<double> input(model.size(l));
    model.layer_input(state, l, hm::as_span(input));
    for (hm::index k = 0; k < model.size(l); ++k) {
      auto more = state;
      more[l][k] += 1;
      CHECK(model.energy(state) - model.energy(more) == doctest::Approx(input[k]).epsilon(1e-10));
    }
  }
  hm::vector<double> input(model.size(0)), same(model.size(0));
  model.layer_input(state, 0, hm::as_span(input));
  model.visible_input(hm::as_span(std::as_const(state[1])), hm::as_span(same));
  CHECK(input == same);
}

TEST_CASE_TEMPLATE("log_sum_above and log_marginal sum the layers out", Visible,
                   hm::negative_binomial, hm::bernoulli, hm::gaussian) {
  const auto check = [](const auto& model) {
    // Terms of the energy that involve the visible layer, at x = 0, leave the hidden part.
    auto state = model.make_state();
    for (hm::index s = 0; s < model.template units<1>().states(); ++s) {
      std::vector<double> terms;
      auto at = model.make_state();
      for_each_hidden(model, at, [&](const auto& full) {
        auto first = model.make_state();
        model.template units<1>().write_state(s, hm::as_span(first[1]));
        if (full[1] == first[1])
          terms.push_back(-model.energy(full) -
                          model.visible().log_base_measure(hm::as_span(std::as_const(full[0]))));
      });
      model.template units<1>().write_state(s, hm::as_span(state[1]));
      const auto h = hm::as_span(std::as_const(state[1]));
      const double above = hm::math::log_sum_exp(std::span<const double>(terms));
      CHECK(hm::row::dot<double>(h, model.bias(1)) + model.template log_sum_above<1>(h) ==
            doctest::Approx(above).epsilon(1e-12));
      hm::vector<double> eta(model.size(0));
      model.visible_input(h, hm::as_span(eta));
      CHECK(model.log_marginal(h) ==
            doctest::Approx(above + model.visible().log_partition(hm::as_span(std::as_const(eta))))
                .epsilon(1e-12));
    }
  };
  check(tiny::rbm_of<Visible>(4));
  check(tiny::deep_of<Visible>(5));
  check(tiny::grouped_of<Visible>(6));
  check(tiny::deepest_of<Visible>(7));
}

TEST_CASE("sparse and dense rows give the same hidden input") {
  const auto model = tiny::deep_of<hm::negative_binomial>(8);
  hm::count_matrix<> counts(3);
  counts.push_back(0, 7);
  counts.push_back(2, 2);
  counts.finish_cell();
  hm::vector<double> x(3), sparse(3), dense(3);
  x << 7, 0, 2;
  model.first_hidden_input(counts.cell(0), hm::as_span(sparse));
  model.first_hidden_input(hm::as_span(std::as_const(x)), hm::as_span(dense));
  CHECK(sparse == dense);
}

// A family with nothing but what the contract grants is enough, in single precision too.
template class hm::dbm<support::minimal_units, support::minimal_hidden_units>;
template class hm::dbm<hm::basic_negative_binomial<float>, hm::basic_bernoulli<float>,
                       hm::basic_bernoulli<float>>;

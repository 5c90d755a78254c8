// SPDX-License-Identifier: MIT
#include "harmonium/models/count_states.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <type_traits>

#include "support/tiny_models.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("states of a tiny machine are those of its enumeration") {
  const auto model = tiny::deep_of<hm::negative_binomial>(3);
  using model_type = std::remove_cvref_t<decltype(model)>;
  const hm::hidden_enumeration<model_type> hidden(model);
  const auto counts = tiny::toy_counts(40, 3, 1);
  const auto states = hm::states_of(hm::serial_executor{}, model, hidden, counts);
  check(states, "test");
  REQUIRE(states.states() == 8);  // all of them are probable
  CHECK(states.weights.sum() == doctest::Approx(1).epsilon(1e-12));
  CHECK(states.sizes == hm::vector<double>::Ones(40));
  for (hm::index s = 0; s < 8; ++s) {
    CHECK(states.weights[s] == hidden.probability(s));
    for (hm::index m = 0; m < 3; ++m) {
      double eta = model.bias(0)[static_cast<std::size_t>(m)];
      for (hm::index k = 0; k < 3; ++k)
        eta += model.weights(0)(m, k) * hidden.state(s)[static_cast<std::size_t>(k)];
      const double theta = model.visible().inverse_dispersion()[m];
      CHECK(states.mean(s, m) == doctest::Approx(hm::nb_mean(eta, theta)).epsilon(1e-12));
      CHECK(states.theta(s, m) == theta);
    }
  }
  // The state of a cell is the one with the largest p(h) p(x | h).
  const auto dense = hm::to_dense(counts);
  for (hm::index i = 0; i < 40; ++i) {
    const auto joint = [&](hm::index s) {
      double sum = std::log(states.weights[s]);
      for (hm::index m = 0; m < 3; ++m)
        sum += hm::nb_log_pmf(dense(i, m),
                              hm::nb_natural_from_mean(states.mean(s, m), states.theta(s, m)),
                              states.theta(s, m));
      return sum;
    };
    const double own = joint(states.cell[static_cast<std::size_t>(i)]);
    for (hm::index s = 0; s < 8; ++s) CHECK(own >= joint(s) - 1e-9);
  }
}

TEST_CASE("improbable states are left out unless a cell is in them") {
  hm::dbm<hm::negative_binomial, hm::bernoulli> model(hm::negative_binomial(2, 2.0),
                                                      hm::bernoulli(2));
  for (double& a : model.bias(0)) a = -1;
  model.bias(1)[0] = -40;  // the first unit is never on ...
  model.weights(0)(0, 0) = 0.5;
  model.weights(0)(1, 1) = 0.3;
  const hm::hidden_enumeration<decltype(model)> hidden(model);
  hm::count_matrix<> counts(2);
  counts.push_back(0, 1);
  counts.finish_cell();
  const auto run = hm::thread_executor(2);
  CHECK(hm::states_of(run, model, hidden, counts).states() == 2);
  counts.push_back(0, 500);  // ... but in this cell
  counts.finish_cell();
  const auto states = hm::states_of(run, model, hidden, counts);
  CHECK(states.states() == 3);
  const hm::index rare = states.cell[1];
  CHECK(states.weights[rare] < 1e-6);
  CHECK(states.mean(rare, 0) > states.mean(states.cell[0], 0));
}

TEST_CASE("parts that do not fit together are refused") {
  const auto valid = [] {
    hm::count_states states;
    states.weights = hm::vector<double>::Ones(2);
    states.mean = states.theta = hm::matrix<double>::Ones(2, 3);
    states.cell = {0, 1, 1};
    states.sizes = hm::vector<double>::Ones(3);
    return states;
  };
  CHECK_NOTHROW(check(valid(), "test"));
  auto states = valid();
  states.cell[1] = 2;
  CHECK_THROWS_AS(check(states, "test"), std::invalid_argument);
  states = valid();
  states.sizes.resize(2);
  CHECK_THROWS_AS(check(states, "test"), std::invalid_argument);
  states = valid();
  states.theta.resize(2, 2);
  CHECK_THROWS_AS(check(states, "test"), std::invalid_argument);
  states = valid();
  states.weights.resize(1);
  CHECK_THROWS_AS(check(states, "test"), std::invalid_argument);
  CHECK_THROWS_AS(check(hm::count_states{}, "test"), std::invalid_argument);
}

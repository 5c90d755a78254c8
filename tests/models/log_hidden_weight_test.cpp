// SPDX-License-Identifier: MIT
#include "harmonium/models/log_hidden_weight.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

TEST_CASE("one hidden layer: log p*(h_1)") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  auto state = model.make_state();
  for (hm::index s = 0; s < model.units<1>().states(); ++s) {
    model.units<1>().write_state(s, hm::as_span(state[1]));
    CHECK(hm::log_hidden_weight(model, state) ==
          doctest::Approx(model.log_marginal(hm::as_span(std::as_const(state[1])))));
  }
}

TEST_CASE("two hidden layers: summed over the second it is log p*(h_1)") {
  const auto model = tiny::deep_of<hm::poisson>(2);
  auto state = model.make_state();
  for (hm::index s = 0; s < model.units<1>().states(); ++s) {
    model.units<1>().write_state(s, hm::as_span(state[1]));
    double sum = 0;
    for (hm::index t = 0; t < model.units<2>().states(); ++t) {
      model.units<2>().write_state(t, hm::as_span(state[2]));
      sum += std::exp(hm::log_hidden_weight(model, state));
    }
    CHECK(std::log(sum) ==
          doctest::Approx(model.log_marginal(hm::as_span(std::as_const(state[1])))));
  }
}

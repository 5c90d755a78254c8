// SPDX-License-Identifier: MIT
#include "harmonium/models/rbm.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

TEST_CASE_TEMPLATE("energy minus free energy is minus log p(h given x)", Visible,
                   hm::negative_binomial, hm::bernoulli, hm::gaussian, hm::poisson,
                   hm::categorical) {
  const auto model = tiny::rbm_of<Visible>(1);
  static_assert(
      std::same_as<std::remove_cvref_t<decltype(model)>, hm::rbm<Visible, hm::bernoulli>>);
  auto state = model.make_state();
  for (hm::index m = 0; m < model.size(0); ++m) state[0][m] = m % 2 == 0 ? 1 : 0;
  const auto x = hm::as_span(std::as_const(state[0]));
  hm::vector<double> input(model.size(1));
  model.first_hidden_input(x, hm::as_span(input));
  const double free = hm::free_energy(model, x, model.visible().log_base_measure(x));
  double total = 0;
  for (hm::index s = 0; s < model.template units<1>().states(); ++s) {
    model.template units<1>().write_state(s, hm::as_span(state[1]));
    double log_p = 0;  // of independent Bernoulli units
    for (hm::index k = 0; k < input.size(); ++k)
      log_p += state[1][k] * input[k] - std::log1p(std::exp(input[k]));
    CHECK(model.energy(state) - free == doctest::Approx(-log_p).epsilon(1e-11));
    total += std::exp(free - model.energy(state));
  }
  CHECK(total == doctest::Approx(1).epsilon(1e-12));
}

// SPDX-License-Identifier: MIT
#include "harmonium/testing/check_model.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

using machine = hm::dbm<hm::bernoulli, hm::bernoulli>;

struct without_bias : machine {
  using machine::machine;
  double energy(const state_type& state) const { return machine::energy(state) + state[1][0]; }
};

}  // namespace

TEST_CASE_TEMPLATE("machines obey the laws of a model", Visible, hm::negative_binomial,
                   hm::bernoulli, hm::gaussian, hm::poisson, hm::categorical) {
  CHECK(hm::testing::check_model(tiny::rbm_of<Visible>(1)).text() == "");
  CHECK(hm::testing::check_model(tiny::deep_of<Visible>(2)).text() == "");
  CHECK(hm::testing::check_model(tiny::spins_of<Visible>(3)).text() == "");
}

TEST_CASE("unbounded layers obey them as well") {
  CHECK(hm::testing::check_model(tiny::topped_of<hm::negative_binomial>(4)).text() == "");
}

TEST_CASE("the suite of models names what is wrong") {
  without_bias model{hm::bernoulli(3), hm::bernoulli(2)};
  model.parameters().setConstant(0.3);
  const std::string text = hm::testing::check_model(model).text();
  CHECK(text.find("layer 1: energy changes by") != std::string::npos);
  hm::dbm<hm::negative_binomial, hm::bernoulli> at_the_pole(hm::negative_binomial(2),
                                                            hm::bernoulli(1));
  CHECK(hm::testing::check_model(at_the_pole).text().find("not admissible") != std::string::npos);
}

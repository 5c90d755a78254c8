// SPDX-License-Identifier: MIT
#include "harmonium/testing/check_sampler.hpp"

#include <doctest/doctest.h>

#include <string>

#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

// A chain that goes on instead of beginning anew.
struct goes_on {
  template <class Model>
  struct source {
    const Model& model;
    struct chain {
      hm::gibbs_chain<Model> own;
      bool begun = false;
      void draw(hm::random_engine& rng) {
        if (!begun) own.start(rng);
        begun = true;
        own.sweep(rng);
      }
      const typename Model::state_type& state() const { return own.state(); }
    };
    chain make_chain() const { return {hm::gibbs_chain<Model>(model)}; }
  };
  template <class Model>
  source<Model> prepare(const Model& model) const {
    return {model};
  }
};

}  // namespace

TEST_CASE("the suite of samplers passes what is right and names what is wrong") {
  const auto model = tiny::rbm_of<hm::bernoulli>(1);
  CHECK(hm::testing::check_sampler(hm::exact{}, model).text() == "");
  CHECK(hm::testing::check_sampler(hm::gibbs{.burn_in = 40}, model, {.draws = 5000}).text() == "");
  const auto early = hm::testing::check_sampler(hm::gibbs{.burn_in = 1}, model).text();
  CHECK(early.find("averages to") != std::string::npos);
  const auto late = hm::testing::check_sampler(goes_on{}, model, {.draws = 10}).text();
  CHECK(late.find("depends on what the chain held before") != std::string::npos);
}

// SPDX-License-Identifier: MIT
// The sampler of docs/add-a-sampler.md, which quotes this file.
#include <doctest/doctest.h>

#include <algorithm>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/testing/check_generator.hpp"
#include "harmonium/testing/check_sampler.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

/// Machines of one hidden layer: h by inversion, x given h.
struct by_inversion {
  template <class Model>
  struct source {
    const Model& model;
    hm::hidden_enumeration<Model> hidden;

    struct chain {
      const source& of;
      typename Model::state_type layers;
      hm::vector<double> eta;

      void draw(hm::random_engine& rng) {
        double u = hm::draw::uniform(rng);
        hm::index s = 0;
        while (s + 1 < of.hidden.states() && u >= of.hidden.probability(s))
          u -= of.hidden.probability(s++);
        std::ranges::copy(of.hidden.state(s), layers[1].data());
        of.model.visible_input(of.hidden.state(s), hm::as_span(eta));
        of.model.visible().sample(hm::as_span(eta), hm::as_span(layers[0]), rng);
      }
      const typename Model::state_type& state() const { return layers; }
    };
    chain make_chain() const {
      return {*this, model.make_state(), hm::vector<double>(model.size(0))};
    }
  };

  template <hm::enumerable_model Model>
  requires(Model::hidden_layers == 1) source<Model> prepare(const Model& model)
  const { return {model, hm::hidden_enumeration<Model>(model)}; }
};

TEST_CASE("a sampler of one's own") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  CHECK(hm::testing::check_sampler(by_inversion{}, model).text() == "");
  CHECK(hm::testing::check_generator(hm::sampled(model, by_inversion{})).text() == "");
}

// SPDX-License-Identifier: MIT
#include "harmonium/samplers/concepts.hpp"

#include <doctest/doctest.h>

#include "harmonium/core/counts.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// Only what the contract grants: a sampler that always gives the same state.
struct constant_sampler {
  template <class Model>
  struct source {
    const Model* model;
    struct chain {
      typename Model::state_type now;
      void draw(hm::random_engine&) { now[0].setConstant(2); }
      const typename Model::state_type& state() const { return now; }
    };
    chain make_chain() const { return {model->make_state()}; }
  };
  template <class Model>
  source<Model> prepare(const Model& model) const {
    return {&model};
  }
};

}  // namespace

TEST_CASE("the contract is enough for generate") {
  const auto model = tiny::rbm_of<hm::poisson>(1);
  static_assert(hm::sampler_for<constant_sampler, std::remove_cvref_t<decltype(model)>>);
  hm::random_engine rng(1);
  const auto cells = hm::sampled(model, constant_sampler{}).generate(3, rng);
  CHECK(cells.cells() == 3);
  CHECK(cells.nonzeros() == 3 * model.size(0));
  CHECK(cells.cell(2).values[1] == 2);
}

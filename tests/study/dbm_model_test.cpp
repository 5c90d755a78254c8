// SPDX-License-Identifier: MIT
#include "harmonium/study/scdbm_model.hpp"

#include <doctest/doctest.h>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("as trained by itself; the first layer by held-out likelihood") {
  const auto pilot = tiny::toy_counts(60, 6, 1);
  hm::scdbm_model model;
  model.options.hidden = {2, 1};
  model.options.exact_iterations = 15;
  hm::random_engine rng(3), same(3);
  const auto made = model.fit({pilot}, rng);
  const auto direct = hm::train<hm::scdbm_model::model_type>(pilot, model.options, same);
  CHECK(made.sources[0](20, rng) == hm::sampled(direct, hm::exact{}).generate(20, same));
  CHECK(made.facts[0].value == 2);

  model.candidates = {1, 3};
  model.folds = 2;
  const auto chosen = model.fit({pilot}, rng);
  CHECK((chosen.facts[0].value == 1 || chosen.facts[0].value == 3));
  CHECK(chosen.facts[1].value < 0);
}

// SPDX-License-Identifier: MIT
#include "harmonium/study/harmonium_model.hpp"

#include <doctest/doctest.h>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("as trained by itself; candidates are chosen by held-out likelihood") {
  const auto pilot = tiny::toy_counts(80, 9, 1);
  hm::harmonium_model model;
  model.options.em.components = 2;
  model.options.fits = 1;
  hm::random_engine rng(3), same(3);
  const auto made = model.fit({pilot}, rng);
  const auto direct = hm::train_harmonium(hm::serial_executor{}, pilot, model.options, same);
  CHECK(made.sources[0](20, rng) == direct.generator.generate(20, same));
  CHECK(made.facts[0].value == 2);
  CHECK(made.facts[1].value != made.facts[1].value);

  model.candidates = {1, 2};  // the toy has two kinds of cells, far apart
  const auto chosen = model.fit({pilot}, rng);
  CHECK(chosen.facts[0].value == 2);
  CHECK(chosen.facts[1].value < 0);
}

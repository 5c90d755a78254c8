// SPDX-License-Identifier: MIT
#include "harmonium/study/variational_model.hpp"

#include <doctest/doctest.h>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("prior and posterior share one fit; the latent space by the held-out bound") {
  const auto pilot = tiny::toy_counts(60, 6, 1);
  hm::variational_model model;
  model.options.shape.encoder = {8};
  model.options.shape.decoder = {8};
  model.options.shape.latent = 2;
  model.options.epochs = 5;
  hm::random_engine rng(3), same(3);
  const auto made = model.fit({pilot}, rng);
  REQUIRE(made.sources.size() == 2);
  hm::variational_trainer<> trainer(pilot, model.options, same);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto direct = std::make_shared<const hm::variational_autoencoder<>>(trainer.model());
  CHECK(made.sources[0](20, rng) == hm::variational_prior<>(direct).generate(20, same));
  CHECK(made.sources[1](20, rng) ==
        hm::variational_posterior<>(hm::serial_executor{}, direct, pilot).generate(20, same));
  CHECK(made.facts[0].value == 2);

  model.candidates = {1, 3};
  const auto chosen = model.fit({pilot}, rng);
  CHECK((chosen.facts[0].value == 1 || chosen.facts[0].value == 3));
  CHECK(chosen.facts[1].value < 0);
}

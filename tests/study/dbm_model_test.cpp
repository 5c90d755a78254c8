// SPDX-License-Identifier: MIT
#include "harmonium/study/dbm_model.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "harmonium/metrics/gene_marginals.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/study.hpp"
#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("as trained by itself; the first layer by held-out likelihood") {
  const auto pilot = tiny::toy_counts(60, 6, 1);
  hm::scdbm_model model;
  model.machine.settings.hidden = {2, 1};
  model.machine.recipe.iterations = 15;
  hm::random_engine rng(3), same(3);
  const auto made = model.fit(hm::pilot_cells{pilot}, rng);
  const auto direct = hm::train<hm::scdbm_model::stack>(
      hm::serial_executor{}, pilot, model.machine.settings, model.machine.recipe, same);
  CHECK(made.sources[0](20, rng) == hm::sampled(direct, hm::exact{}).generate(20, same));
  CHECK(made.facts[0].value == 2);

  model.machine.candidates = {1, 3};
  model.machine.folds = 2;
  const auto chosen = model.fit(hm::pilot_cells{pilot}, rng);
  CHECK((chosen.facts[0].value == 1 || chosen.facts[0].value == 3));
  CHECK(chosen.facts[1].value < 0);
}

TEST_CASE("a deeper machine, sampled by tempering, in a study beside a baseline") {
  using deeper = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli, hm::bernoulli>;
  using models = hm::generators<hm::dbm_model<deeper, hm::tempered>, hm::cluster_nb_model>;
  using study_type = hm::study<models, hm::metrics<hm::marginals>>;
  const auto counts = tiny::toy_counts(40, 6, 1);
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < 40; ++i) labels.push_back(i % 2);
  hm::dbm_model<deeper, hm::tempered> machine{.settings = {.hidden = {2, 2, 1}},
                                              .recipe = {.iterations = 3},
                                              .sampler = {},
                                              .name = "deeper"};
  const study_type study({.sizes = {16}, .repeats = 1, .seed = 3}, machine, hm::cluster_nb_model{});
  const auto table = study.run(hm::thread_dealer(1), counts, labels, hm::silent{});
  CHECK(table.over_repeats(16, "deeper", "marginals.cv").size() == 1);
  CHECK(table.over_repeats(16, "cluster-nb", "marginals.cv").size() == 1);
}

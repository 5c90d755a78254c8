// SPDX-License-Identifier: MIT
#include "harmonium/study/baseline_models.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "support/toy_counts.hpp"

namespace hm = harmonium;

TEST_CASE("the same cells as the baselines themselves") {
  const auto pilot = tiny::toy_counts(40, 6, 1);
  const auto from = [&](const hm::study_model auto& model, std::span<const hm::index> labels = {}) {
    hm::random_engine rng(3);
    const auto made = model.fit({pilot, labels}, rng);
    REQUIRE(made.sources.size() == 1);
    return made.sources[0](30, rng);
  };
  hm::random_engine rng(3);
  CHECK(from(hm::bootstrap_model{}) == hm::bootstrap::fit(pilot).generate(30, rng));
  rng = hm::random_engine(3);
  CHECK(from(hm::noisy_model{}) == hm::noisy_replicate::fit(pilot).generate(30, rng));
  rng = hm::random_engine(3);
  CHECK(from(hm::independent_nb_model{}) == hm::independent_nb::fit(pilot).generate(30, rng));
  rng = hm::random_engine(3);
  const auto clustered = hm::cluster_nb::fit(pilot, hm::cluster_nb_options{}, rng);
  CHECK(from(hm::cluster_nb_model{}) == clustered.generate(30, rng));
  std::vector<hm::index> labels;
  for (hm::index i = 0; i < 40; ++i) labels.push_back(i % 2);
  rng = hm::random_engine(3);
  CHECK(from(hm::cluster_nb_model{}, labels) ==
        hm::cluster_nb::fit(pilot, labels).generate(30, rng));
}

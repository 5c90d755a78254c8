// SPDX-License-Identifier: MIT
#include "harmonium/training/stages/sampled_em.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "harmonium/models/dbm.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/trainer.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "support/toy_counts.hpp"
#include "support/weighted_copies.hpp"

namespace hm = harmonium;

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
using trainer_type = hm::recipe_trainer<rbm, hm::count_matrix<>, hm::sampled_em>;
static_assert(hm::training_stage<hm::sampled_em, rbm, hm::count_matrix<>>);
static_assert(!hm::training_stage<hm::sampled_em,
                                  hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>,
                                  hm::count_matrix<>>);

TEST_CASE("leaves its particles, and gene means near the pilot's") {
  const auto pilot = tiny::toy_counts(150, 12, 1);
  hm::random_engine rng(15);
  trainer_type trainer(pilot, {.hidden = {3}}, {.iterations = 15, .sampling = {.particles = 300}},
                       rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  CHECK(trainer.log().size() == 15);
  CHECK(trainer.log().back().stage == "sampled maximum likelihood");
  CHECK(!trainer.log().back().figure("log_likelihood").has_value());
  CHECK(trainer.particles().size() == 300);
  // The model's mean count of all genes together, against the pilot's.
  const auto own =
      hm::exact_model_statistics(trainer.model(), hm::hidden_enumeration<rbm>(trainer.model()));
  double total = 0;
  for (const double mean : trainer.model().bias_of(own, 0)) total += mean;
  CHECK(total == doctest::Approx(hm::gene_means(pilot).sum()).epsilon(0.1));
  CHECK_THROWS_AS(trainer_type(pilot, {.hidden = {3}}, {.iterations = -1}, rng),
                  std::invalid_argument);
}

TEST_CASE("gene means follow the weights of rows") {
  const auto pilot = tiny::toy_counts(150, 12, 1);
  const auto [weights, copied] = tiny::copied_by_weight(pilot);
  hm::random_engine rng(15);
  trainer_type trainer(pilot, {.hidden = {3}, .weights = weights},
                       {.iterations = 15, .sampling = {.particles = 300}}, rng);
  trainer.run(hm::serial_executor{}, hm::silent{});
  const auto own =
      hm::exact_model_statistics(trainer.model(), hm::hidden_enumeration<rbm>(trainer.model()));
  const auto weighted = hm::gene_means(copied), plain = hm::gene_means(pilot);
  // Of the difference that weights make, nearly all is there; what is not is the particles' noise.
  double along = 0, squared = 0;
  for (hm::index m = 0; m < plain.size(); ++m) {
    const double gap = std::log(weighted[m] / plain[m]);
    along +=
        gap * std::log(trainer.model().bias_of(own, 0)[static_cast<std::size_t>(m)] / plain[m]);
    squared += gap * gap;
  }
  INFO("squared " << squared);
  CHECK(along / squared == doctest::Approx(1).epsilon(0.2));
}

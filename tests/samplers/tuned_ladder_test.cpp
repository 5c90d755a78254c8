// SPDX-License-Identifier: MIT
#include "harmonium/samplers/tuned_ladder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harmonium/samplers/tempered.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

namespace {

template <class Model>
std::vector<double> rejections(const Model& model, const std::vector<double>& ladder, int rounds,
                               hm::tempered_chain<Model>& chain, std::uint64_t seed) {
  hm::random_engine rng(seed);
  chain = hm::tempered_chain<Model>(model, ladder);
  chain.start(rng);
  for (int i = 0; i < rounds; ++i) chain.sweep(rng);
  std::vector<double> all;
  for (std::size_t i = 0; i + 1 < ladder.size(); ++i) all.push_back(chain.rejection(i));
  return all;
}

double largest_over_mean(const std::vector<double>& rates) {
  double sum = 0;
  for (const double r : rates) sum += r;
  return *std::max_element(rates.begin(), rates.end()) / sum * double(rates.size());
}

}  // namespace

TEST_CASE("tuning makes rejections equal and round trips frequent") {
  const auto model = tiny::two_modes();
  using rbm = std::remove_const_t<decltype(model)>;
  hm::random_engine rng(1);
  const auto tuned = hm::tuned_ladder(model, {.temperatures = 10}, rng);
  REQUIRE(tuned.ladder.size() == 10);
  CHECK(tuned.ladder.front() == 1);
  CHECK(tuned.ladder.back() == 0);
  CHECK(tuned.rounds == 512);
  CHECK(tuned.rejection.size() == 9);
  CHECK(tuned.round_trips > 0);

  hm::tempered_chain<rbm> chain(model, {1});
  const int rounds = 4000;
  const auto after = rejections(model, tuned.ladder, rounds, chain, 2);
  // Rates are known to about 0.02; the largest is near the mean.
  CHECK(largest_over_mean(after) < 1.35);
  CHECK(chain.barrier() == doctest::Approx(tuned.barrier).epsilon(0.15));
  double odds = 0;
  for (const double r : after) odds += r / (1 - r);
  const double limit = rounds / (2 + 2 * odds);
  CHECK(static_cast<double>(chain.round_trips()) < 1.2 * limit);
  CHECK(static_cast<double>(chain.round_trips()) > 0.6 * limit);

  const auto geometric = rejections(model, hm::geometric_ladder(10, 0.01), rounds, chain, 3);
  CHECK(largest_over_mean(geometric) > 1.5);
}

TEST_CASE("a tuned ladder serves the sampler") {
  const auto model = tiny::two_modes();
  hm::random_engine rng(3);
  const auto tuned = hm::tuned_ladder(model, {.temperatures = 6}, rng);
  const auto source = hm::tempered{.ladder = tuned.ladder}.prepare(model);
  auto chain = source.make_chain();
  const int draws = 1000;
  double on = 0;
  for (int i = 0; i < draws; ++i) {
    chain.draw(rng);
    on += chain.state()[1][0];
  }
  CHECK(std::abs(on / draws - 0.3) < 4 * std::sqrt(0.3 * 0.7 / draws));
}

TEST_CASE("options out of range") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(6);
  hm::random_engine rng(1);
  CHECK_THROWS_AS((void)hm::tuned_ladder(model, {.temperatures = 1}, rng), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tuned_ladder(model, {.stages = 0}, rng), std::invalid_argument);
}

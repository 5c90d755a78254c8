// SPDX-License-Identifier: MIT
#include "harmonium/samplers/tempered.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "support/invariance.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
static_assert(hm::sampler_for<hm::tempered, scdbm>);

namespace {

/// How often chains started at (0, 0) and at (1, 1) in turn end with the first unit on.
template <class Chain>
double share_on(const rbm& model, Chain chain, int starts, int sweeps, std::uint64_t seed) {
  hm::random_engine rng(seed);
  auto state = model.make_state();
  double on = 0;
  for (int i = 0; i < starts; ++i) {
    state[1].setConstant(i % 2);
    // Block Gibbs begins with x given h_1.
    chain.set_state(state);
    for (int k = 0; k < sweeps; ++k) chain.sweep(rng);
    on += chain.state()[1][0];
  }
  return on / starts;
}

}  // namespace

TEST_CASE("the replica at beta = 1 samples the model") {
  const auto check = [](const auto& model, std::uint64_t seed) {
    const auto source =
        hm::tempered{.temperatures = 4, .lowest = 0.1, .burn_in = 25}.prepare(model);
    auto chain = source.make_chain();
    tiny::check_statistics(
        model, seed, 6000, [&](hm::random_engine & rng) -> const auto& {
          chain.draw(rng);
          return chain.state();
        });
  };
  check(tiny::rbm_of<hm::negative_binomial>(1), 11);
  check(tiny::deep_of<hm::poisson>(2), 12);
  check(tiny::grouped_of<hm::negative_binomial>(3), 13);
  check(tiny::deepest_of<hm::bernoulli>(4), 14);
}

TEST_CASE("and where the ladder ends at the reference") {
  const auto model = tiny::deep_of<hm::negative_binomial>(2);
  const auto source = hm::tempered{.ladder = {1, 0.4, 0}, .burn_in = 25}.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, 15, 20000, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

TEST_CASE("two modes: block Gibbs and single flips keep their start, tempering finds the masses") {
  const auto model = tiny::two_modes();
  const hm::hidden_enumeration<rbm> hidden(model);
  REQUIRE(hidden.probability(0) == doctest::Approx(0.7).epsilon(1e-4));
  REQUIRE(hidden.probability(3) == doctest::Approx(0.3).epsilon(1e-4));
  REQUIRE(hidden.probability(1) < 1e-5);

  CHECK(share_on(model, hm::gibbs_chain<rbm>(model), 200, 50, 1) == 0.5);
  CHECK(share_on(model, hm::collapsed_chain<rbm>(model), 200, 50, 2) == 0.5);
  const int starts = 1000;
  const double seen =
      share_on(model, hm::tempered_chain<rbm>(model, hm::geometric_ladder(8, 0.02)), starts, 50, 3);
  // 0.5 is nine standard errors from the truth.
  CHECK(std::abs(seen - 0.3) < 4 * std::sqrt(0.3 * 0.7 / starts));
}

TEST_CASE("a draw depends on the engine alone") {
  const auto model = tiny::deep_of<hm::negative_binomial>(5);
  const auto source = hm::tempered{.temperatures = 3, .burn_in = 7}.prepare(model);
  auto used = source.make_chain(), fresh = source.make_chain();
  hm::random_engine other(1), a(2), b(2);
  for (int i = 0; i < 5; ++i) used.draw(other);
  for (int i = 0; i < 20; ++i) {
    used.draw(a);
    fresh.draw(b);
    for (std::size_t l = 0; l < 3; ++l) CHECK(used.state()[l] == fresh.state()[l]);
  }
}

TEST_CASE("settings out of range") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(6);
  CHECK_THROWS_AS((void)hm::tempered{.temperatures = 0}.prepare(model), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tempered{.lowest = 0}.prepare(model), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tempered{.burn_in = -1}.prepare(model), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tempered{.sweeps_between_swaps = 0}.prepare(model),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)(hm::tempered{.ladder = {0.5}}.prepare(model)), std::invalid_argument);
  CHECK_THROWS_AS((void)(hm::tempered{.ladder = {1, 0.5, 0.5}}.prepare(model)),
                  std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/samplers/tempered_blocks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "harmonium/samplers/concepts.hpp"
#include "support/invariance.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
static_assert(hm::sampler_for<hm::tempered_blocks, scdbm>);
static_assert(hm::sampler_for<hm::tempered_blocks,
                              hm::dbm<hm::gaussian, hm::gaussian>>);  // no collapsed chain

namespace {

template <class Model>
void check_draws(const Model& model, const hm::tempered_blocks& sampler, int draws,
                 std::uint64_t seed) {
  const auto source = sampler.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, seed, draws, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

}  // namespace

TEST_CASE("draws come from the model") {
  check_draws(tiny::deep_of<hm::negative_binomial>(1),
              {.temperatures = 4, .lowest = 0.1, .burn_in = 25}, 6000, 11);
}

TEST_CASE("two modes that block Gibbs does not leave") {
  hm::dbm<hm::bernoulli, hm::bernoulli> model(hm::bernoulli(8), hm::bernoulli(1));
  for (double& bias : model.bias(0)) bias = -2;
  model.weights(0).setConstant(4);
  // On with probability 0.3; given its mode a layer leaves it once in e^12 sweeps.
  model.bias(1)[0] = -16 + std::log(0.3 / 0.7);
  check_draws(model, {.temperatures = 8, .lowest = 0.05, .burn_in = 60}, 3000, 12);
}

TEST_CASE("a draw depends on the engine alone") {
  const auto model = tiny::deep_of<hm::negative_binomial>(5);
  const auto source = hm::tempered_blocks{.temperatures = 3, .burn_in = 7}.prepare(model);
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
  CHECK_THROWS_AS((void)hm::tempered_blocks{.temperatures = 0}.prepare(model),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tempered_blocks{.burn_in = -1}.prepare(model), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::tempered_blocks{.sweeps_between_swaps = 0}.prepare(model),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)(hm::tempered_blocks{.ladder = {0.5}}.prepare(model)),
                  std::invalid_argument);
}

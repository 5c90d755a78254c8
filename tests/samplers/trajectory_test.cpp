// SPDX-License-Identifier: MIT
#include "harmonium/samplers/trajectory.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/tuned_trajectory.hpp"
#include "support/invariance.hpp"
#include "support/paths.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
static_assert(hm::sampler_for<hm::trajectory<rbm>, rbm>);

TEST_CASE("draws come from the model") {
  const auto model = tiny::two_modes();
  hm::random_engine tuning(1);
  const hm::trajectory<rbm> sampler{
      hm::tuned_trajectory(tiny::balanced_path(model), {.rungs = 8}, tuning).rungs};
  const auto source = sampler.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, 31, 1500, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

TEST_CASE("settings out of range") {
  const auto model = tiny::two_modes();
  hm::trajectory<rbm> sampler;
  CHECK_THROWS_AS((void)sampler.prepare(model), std::invalid_argument);
  sampler.rungs = {tiny::two_modes()};
  CHECK_NOTHROW((void)sampler.prepare(model));
  sampler.burn_in = -1;
  CHECK_THROWS_AS((void)sampler.prepare(model), std::invalid_argument);
  sampler = {.rungs = {model}, .sweeps_between_swaps = 0};
  CHECK_THROWS_AS((void)sampler.prepare(model), std::invalid_argument);
  rbm other = model;
  other.bias(1)[0] += 1;
  sampler = {.rungs = {other}};
  CHECK_THROWS_AS((void)sampler.prepare(model), std::invalid_argument);
}

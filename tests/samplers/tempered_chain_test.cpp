// SPDX-License-Identifier: MIT
#include "harmonium/samplers/tempered_chain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/samplers/temperature_ladder.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

TEST_CASE("acceptance, rejection and barrier") {
  const auto model = tiny::two_modes();
  using rbm = std::remove_const_t<decltype(model)>;
  hm::tempered_chain<rbm> chain(model, {1, 0.9999, 0});
  hm::random_engine rng(4);
  chain.start(rng);
  const int rounds = 400;
  for (int i = 0; i < rounds; ++i) chain.sweep(rng);
  CHECK(chain.rounds() == rounds);
  CHECK(chain.acceptance(0) > 0.99);  // nearly the same distribution
  CHECK(chain.acceptance(1) < 0.7);
  CHECK(chain.acceptance(1) > 0.05);
  for (std::size_t i : {0u, 1u})  // each pair is tried every other round
    CHECK(std::abs(chain.rejection(i) - (1 - chain.acceptance(i))) <
          4 * std::sqrt(0.25 / (rounds / 2)));
  CHECK(chain.barrier() == doctest::Approx(chain.rejection(0) + chain.rejection(1)));
  chain.clear_counts();
  CHECK(chain.rounds() == 0);
  CHECK(chain.barrier() == 0);
  CHECK(chain.round_trips() == 0);
}

TEST_CASE("round trips: as many as the theory of even and odd swaps allows") {
  // Nearly equal temperatures: all swaps are accepted, and each replica goes up and down the ladder
  // in twice as many rounds as there are temperatures.
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  using rbm = std::remove_const_t<decltype(model)>;
  hm::tempered_chain<rbm> chain(model, {1, 1 - 1e-9, 1 - 2e-9, 1 - 3e-9, 1 - 4e-9});
  hm::random_engine rng(5);
  chain.start(rng);
  for (int i = 0; i < 1000; ++i) chain.sweep(rng);
  CHECK(chain.barrier() < 1e-6);
  CHECK(chain.round_trips() > 480);  // one every second round by all five
  CHECK(chain.round_trips() <= 500);

  // A gap that nothing crosses.
  const auto modes = tiny::two_modes();
  hm::tempered_chain<rbm> alone(modes, {1});
  alone.start(rng);
  for (int i = 0; i < 10; ++i) alone.sweep(rng);
  CHECK(alone.round_trips() == 0);
  CHECK(alone.barrier() == 0);
}

TEST_CASE("another ladder") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  using rbm = std::remove_const_t<decltype(model)>;
  hm::tempered_chain<rbm> chain(model, {1, 0.5, 0.1});
  hm::random_engine rng(6);
  chain.start(rng);
  for (int i = 0; i < 30; ++i) chain.sweep(rng);
  chain.set_ladder({1, 0.4, 0});
  CHECK(chain.ladder() == std::vector<double>{1, 0.4, 0});
  CHECK(chain.rounds() == 0);
  CHECK_THROWS_AS(chain.set_ladder({1, 0.5}), std::invalid_argument);
  CHECK_THROWS_AS(chain.set_ladder({1, 0.5, 0.6}), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/samplers/tempered_block_chains.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "support/invariance.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// States of the model after 25 rounds from independent units, of several ladders in turn.
template <class Model>
void check_states(const Model& model, std::uint64_t seed) {
  for (const auto summed : {hm::summed_layers::even, hm::summed_layers::odd}) {
    CAPTURE(seed);
    CAPTURE(int(summed));
    constexpr hm::index ladders = 100;
    hm::random_engine rng(seed);
    hm::tempered_block_chains<Model> chains(model, hm::central_reference(model), {1, 0.6, 0.3, 0},
                                            ladders, rng, summed);
    auto state = model.make_state();
    hm::index next = ladders;
    tiny::check_statistics(
        model, seed, 6000, [&](hm::random_engine & engine) -> const auto& {
          if (next == ladders) {
            chains.restart(engine);
            for (int round = 0; round < 25; ++round) chains.sweep(hm::serial_executor{});
            next = 0;
          }
          chains.draw_state(next++, state);
          return state;
        });
  }
}

}  // namespace

TEST_CASE("the replicas at beta = 1 sample the model") {
  check_states(tiny::rbm_of<hm::bernoulli>(1), 11);
  check_states(tiny::rbm_of<hm::negative_binomial>(2), 12);
  check_states(tiny::deep_of<hm::poisson>(3), 13);
  check_states(tiny::grouped_of<hm::negative_binomial>(4), 14);
  check_states(tiny::deepest_of<hm::bernoulli>(5), 15);
  check_states(tiny::spins_of<hm::poisson>(6), 16);
}

TEST_CASE("the same bits for any number of threads, and a ladder knows nothing of its neighbours") {
  const auto model = tiny::deep_of<hm::negative_binomial>(3);
  using model_type = std::remove_const_t<decltype(model)>;
  const auto states = [&](const auto& run, hm::index ladders) {
    hm::random_engine rng(7);
    hm::tempered_block_chains<model_type> chains(model, hm::central_reference(model), {1, 0.5, 0.1},
                                                 ladders, rng);
    chains.start();
    for (int round = 0; round < 30; ++round) chains.sweep(run, 2);
    std::vector<model_type::state_type> all;
    for (hm::index c = 0; c < ladders; ++c) {
      auto state = model.make_state();
      chains.draw_state(c, state);
      all.push_back(state);
    }
    return all;
  };
  const auto serial = states(hm::serial_executor{}, 9),
             threaded = states(hm::thread_executor(3), 9);
  CHECK(serial == threaded);
  const auto few = states(hm::serial_executor{}, 4);
  CHECK(std::equal(few.begin(), few.end(), serial.begin()));
}

TEST_CASE("swaps: nearly equal temperatures always, and every ladder keeps its own books") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(1);
  using model_type = std::remove_const_t<decltype(model)>;
  hm::random_engine rng(5);
  hm::tempered_block_chains<model_type> chains(model, hm::central_reference(model),
                                               {1, 1 - 1e-9, 1 - 2e-9, 0}, 3, rng);
  chains.start();
  for (int i = 0; i < 400; ++i) chains.sweep(hm::serial_executor{});
  for (hm::index c = 0; c < chains.ladders(); ++c) {
    CHECK(chains.exchange(c).rounds() == 400);
    CHECK(chains.exchange(c).rejection(0) < 1e-6);
    CHECK(chains.exchange(c).rejection(1) < 1e-6);
    CHECK(chains.exchange(c).rejection(2) > 0.02);
    CHECK(chains.exchange(c).round_trips() > 20);
  }
  CHECK(chains.exchange(0).rejection(2) != chains.exchange(1).rejection(2));
}

TEST_CASE("from given states; arguments out of range") {
  const auto model = tiny::rbm_of<hm::bernoulli>(1);
  using model_type = std::remove_const_t<decltype(model)>;
  hm::random_engine rng(5);
  const auto reference = hm::central_reference(model);
  hm::tempered_block_chains<model_type> chains(model, reference, {1, 0.5}, 2, rng);
  std::vector<model_type::state_type> states(2, model.make_state());
  CHECK_NOTHROW(chains.start(states));
  states.pop_back();
  CHECK_THROWS_AS(chains.start(states), std::invalid_argument);
  const auto with = [&](std::vector<double> ladder, hm::index ladders) {
    (void)hm::tempered_block_chains<model_type>(model, reference, std::move(ladder), ladders, rng);
  };
  CHECK_THROWS_AS(with({}, 1), std::invalid_argument);
  CHECK_THROWS_AS(with({0.5}, 1), std::invalid_argument);
  CHECK_THROWS_AS(with({1, 0.5, 0.5}, 1), std::invalid_argument);
  CHECK_THROWS_AS(with({1, -0.1}, 1), std::invalid_argument);
  CHECK_THROWS_AS(with({1, 0.5}, 0), std::invalid_argument);
}

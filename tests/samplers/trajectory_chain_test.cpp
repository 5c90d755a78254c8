// SPDX-License-Identifier: MIT
#include "harmonium/samplers/trajectory_chain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "support/invariance.hpp"
#include "support/paths.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

namespace {

template <class Model>
std::vector<Model> rungs_of(const Model& model, int count) {
  const auto path = tiny::balanced_path(model);
  std::vector<Model> rungs;
  for (int i = 0; i < count; ++i)
    rungs.push_back(path.at(1 - static_cast<double>(i) / (count - 1)));
  return rungs;
}

/// Fresh replicas for every draw.
template <class Chain, class Model>
void check(const Model& model, std::uint64_t seed, int draws, int rounds) {
  const auto rungs = rungs_of(model, 4);
  hm::trajectory_chain<Model, Chain> chain{std::span<const Model>(rungs)};
  tiny::check_statistics(
      model, seed, draws, [&](hm::random_engine & rng) -> const auto& {
        chain.start(rng);
        for (int t = 0; t < rounds; ++t) chain.sweep(rng);
        chain.draw_visible(rng);
        return chain.state();
      });
}

}  // namespace

TEST_CASE("rung 0 samples its model: collapsed chains and chains in blocks") {
  const auto counts = tiny::rbm_of<hm::negative_binomial>(1);
  using rbm = std::remove_const_t<decltype(counts)>;
  static_assert(hm::hidden_chain<hm::collapsed_chain<rbm>, rbm>);
  static_assert(hm::hidden_chain<hm::gibbs_chain<rbm>, rbm>);
  check<hm::collapsed_chain<rbm>>(counts, 21, 6000, 20);
  check<hm::gibbs_chain<rbm>>(counts, 22, 6000, 40);
  const auto deep = tiny::deep_of<hm::poisson>(2);
  using dbm = std::remove_const_t<decltype(deep)>;
  check<hm::collapsed_chain<dbm>>(deep, 23, 6000, 25);
  check<hm::gibbs_chain<dbm>>(deep, 24, 6000, 60);
  const auto bits = tiny::rbm_of<hm::bernoulli>(3);
  check<hm::gibbs_chain<std::remove_const_t<decltype(bits)>>>(bits, 25, 6000, 40);
}

TEST_CASE("modes that no sweep connects: their masses, and round trips") {
  const auto model = tiny::two_modes();
  using rbm = std::remove_const_t<decltype(model)>;
  const auto rungs = rungs_of(model, 12);
  hm::trajectory_chain<rbm> chain{std::span<const rbm>(rungs)};
  hm::random_engine rng(3);
  const int starts = 1000;
  double on = 0;
  auto state = model.make_state();
  hm::index trips = 0;
  for (int i = 0; i < starts; ++i) {
    state[1].setConstant(i % 2);
    chain.set_state(state);
    for (int t = 0; t < 60; ++t) chain.sweep(rng);
    on += chain.state()[1][0];
    trips = chain.exchange().round_trips();
  }
  CHECK(std::abs(on / starts - 0.3) < 4 * std::sqrt(0.21 / starts));
  CHECK(trips > 0);
}

TEST_CASE("a reservoir in place of the last rung's sweeps") {
  // Without weights nowhere: the last rung is the model itself, and its states are exact draws.
  const auto model = tiny::two_modes();
  using rbm = std::remove_const_t<decltype(model)>;
  const std::vector<rbm> rungs{model, model};
  const auto source = hm::exact{}.prepare(model);
  auto exact = source.make_chain();
  hm::random_engine rng(4);
  std::vector<rbm::state_type> reservoir;
  const int kept = 4000;
  for (int i = 0; i < kept; ++i) {
    exact.draw(rng);
    reservoir.push_back(exact.state());
  }
  hm::trajectory_chain<rbm> chain(rungs, reservoir);
  chain.start(rng);
  double on = 0;
  const int rounds = 8000;  // every other one brings a new state
  for (int t = 0; t < rounds; ++t) {
    chain.sweep(rng);
    on += chain.state()[1][0];
  }
  CHECK(std::abs(on / rounds - 0.3) < 4 * std::sqrt(0.21 / kept + 0.21 * 2 / rounds));
}

TEST_CASE("start forgets what was before") {
  const auto model = tiny::two_modes();
  using rbm = std::remove_const_t<decltype(model)>;
  const auto rungs = rungs_of(model, 5);
  hm::trajectory_chain<rbm> once{std::span<const rbm>(rungs)}, again = once;
  hm::random_engine rng(5);
  again.start(rng);
  for (int t = 0; t < 7; ++t) again.sweep(rng);
  hm::random_engine a(6), b(6);
  for (auto* chain : {&once, &again}) {
    auto& engine = chain == &once ? a : b;
    chain->start(engine);
    for (int t = 0; t < 9; ++t) chain->sweep(engine);
  }
  CHECK(once.state()[1] == again.state()[1]);
  CHECK(a == b);
  CHECK_THROWS_AS(hm::trajectory_chain<rbm>{std::span<const rbm>()}, std::invalid_argument);
}

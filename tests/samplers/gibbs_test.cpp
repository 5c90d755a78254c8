// SPDX-License-Identifier: MIT
#include "harmonium/samplers/gibbs.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/exact.hpp"
#include "support/invariance.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
static_assert(hm::sampler_for<hm::gibbs, scdbm>);
static_assert(!hm::sampler_for<int, scdbm>);

namespace {

/// From an exact draw, some sweeps on: still an exact draw if a sweep leaves the joint invariant.
template <class Model>
void check_invariance(const Model& model, std::uint64_t seed, int sweeps) {
  const auto source = hm::exact{}.prepare(model);
  auto start = source.make_chain();
  hm::gibbs_chain<Model> chain(model);
  tiny::check_statistics(
      model, seed, 40000, [&](hm::random_engine & rng) -> const auto& {
        start.draw(rng);
        chain.set_state(start.state());
        for (int k = 0; k < sweeps; ++k) chain.sweep(rng);
        return chain.state();
      });
}

}  // namespace

TEST_CASE_TEMPLATE("a sweep leaves p(x, h1, h2, ...) invariant", Visible, hm::negative_binomial,
                   hm::bernoulli, hm::gaussian, hm::poisson, hm::categorical) {
  check_invariance(tiny::rbm_of<Visible>(1), 11, 1);
  check_invariance(tiny::deep_of<Visible>(2), 12, 1);
  check_invariance(tiny::grouped_of<Visible>(3), 13, 2);
  check_invariance(tiny::deepest_of<Visible>(4), 14, 1);
}

TEST_CASE("a random start forgets itself on a model that mixes") {
  const auto model = tiny::deep_of<hm::negative_binomial>(5);
  const auto source = hm::gibbs{.burn_in = 60}.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, 15, 20000, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

TEST_CASE("a draw knows nothing of the one before") {
  const auto model = tiny::deep_of<hm::negative_binomial>(5);
  const auto source = hm::gibbs{.burn_in = 1}.prepare(model);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto used = source.make_chain(), fresh = source.make_chain();
    hm::random_engine before(100 + seed), a(seed), b(seed);
    used.draw(before);
    used.draw(a);
    fresh.draw(b);
    for (std::size_t layer = 0; layer < 3; ++layer)
      CHECK(used.state()[layer] == fresh.state()[layer]);
  }
}

TEST_CASE("clamped units stay and the rest follows p(rest | clamped)") {
  // With x_0 fixed, the clamped model is one without unit 0 whose hidden biases moved.
  const auto model = tiny::deep_of<hm::negative_binomial>(6);
  const double fixed = 4;
  hm::vector<double> theta(2);
  theta << model.visible().inverse_dispersion()[1], model.visible().inverse_dispersion()[2];
  scdbm rest(hm::negative_binomial(theta), hm::bernoulli(3), hm::bernoulli(2));
  for (hm::index m = 0; m < 2; ++m) {
    rest.bias(0)[static_cast<std::size_t>(m)] = model.bias(0)[static_cast<std::size_t>(m) + 1];
    for (hm::index k = 0; k < 3; ++k) rest.weights(0)(m, k) = model.weights(0)(m + 1, k);
  }
  for (hm::index k = 0; k < 3; ++k) {
    const auto u = static_cast<std::size_t>(k);
    rest.bias(1)[u] = model.bias(1)[u] + fixed * model.weights(0)(0, k);
    for (hm::index j = 0; j < 2; ++j) rest.weights(1)(k, j) = model.weights(1)(k, j);
  }
  for (std::size_t j = 0; j < 2; ++j) rest.bias(2)[j] = model.bias(2)[j];

  hm::gibbs_chain<scdbm> chain(model, {}, {{0}, {fixed}});
  auto seen = rest.make_state();
  tiny::check_statistics(
      rest, 16, 20000, [&](hm::random_engine & rng) -> const auto& {
        chain.start(rng);
        for (int k = 0; k < 60; ++k) chain.sweep(rng);
        REQUIRE(chain.state()[0][0] == fixed);
        seen[0] << chain.state()[0][1], chain.state()[0][2];
        seen[1] = chain.state()[1];
        seen[2] = chain.state()[2];
        return seen;
      });
  CHECK_THROWS_AS((hm::gibbs_chain<scdbm>(model, {}, {{3}, {1.0}})), std::invalid_argument);
  CHECK_THROWS_AS((hm::gibbs_chain<scdbm>(model, {}, {{0}, {}})), std::invalid_argument);
}

TEST_CASE("updating all layers at once from the old state would fail these tests") {
  // The published code's sweep, written out: the check must notice it.
  const auto model = tiny::rbm_of<hm::bernoulli>(7);
  const hm::hidden_enumeration hidden(model);
  const auto exact = hm::exact_model_statistics(model, hidden);
  const auto source = hm::exact{}.prepare(model);
  auto start = source.make_chain();
  auto state = model.make_state(), next = state, input = state;
  hm::vector<double> sum = hm::vector<double>::Zero(exact.size());
  hm::random_engine rng(17);
  const int n = 40000;
  for (int i = 0; i < n; ++i) {
    start.draw(rng);
    state = start.state();
    model.layer_input(state, 0, hm::as_span(input[0]));
    model.layer_input(state, 1, hm::as_span(input[1]));
    model.visible().sample(hm::as_span(std::as_const(input[0])), hm::as_span(next[0]), rng);
    model.units<1>().sample(hm::as_span(std::as_const(input[1])), hm::as_span(next[1]), rng);
    sum += hm::testing::statistics_of(model, next);
  }
  CHECK((sum / n - exact).cwiseAbs().maxCoeff() > 0.02);
}

TEST_CASE("settings out of range") {
  const auto model = tiny::rbm_of<hm::bernoulli>(8);
  CHECK_THROWS_AS((void)hm::gibbs{.burn_in = -1}.prepare(model), std::invalid_argument);
}

TEST_CASE("a chain goes on with another model as one made for it") {
  const auto first = tiny::deep_of<hm::negative_binomial>(1);
  const auto second = tiny::deep_of<hm::negative_binomial>(2);
  hm::gibbs_chain moved(first), made(second);
  hm::random_engine rng(3), one(4), two(4);
  moved.start(rng);
  made.set_state(moved.state());
  moved.set_model(second);
  for (int n = 0; n < 3; ++n) {
    moved.sweep(one);
    made.sweep(two);
  }
  CHECK(moved.state() == made.state());
}

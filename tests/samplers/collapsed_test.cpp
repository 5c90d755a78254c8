// SPDX-License-Identifier: MIT
#include "harmonium/samplers/collapsed.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/exact.hpp"
#include "support/invariance.hpp"
#include "support/minimal_units.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

using scdbm = hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>;
static_assert(hm::sampler_for<hm::collapsed, scdbm>);
static_assert(!hm::collapsible<hm::dbm<support::minimal_units, support::minimal_hidden_units>>);

namespace {

template <class Model>
auto many_groups(std::uint64_t seed) {
  return tiny::with_random_parameters(
      Model(tiny::visible<hm::negative_binomial>(), hm::categorical(2, 3), hm::bernoulli(2)), seed);
}

/// From an exact draw, some sweeps on: still an exact draw if a sweep leaves the joint invariant.
template <class Model>
void check_invariance(const Model& model, std::uint64_t seed, int sweeps) {
  const auto source = hm::exact{}.prepare(model);
  auto start = source.make_chain();
  hm::collapsed_chain<Model> chain(model);
  tiny::check_statistics(
      model, seed, 20000, [&](hm::random_engine & rng) -> const auto& {
        start.draw(rng);
        chain.set_state(start.state());
        for (int k = 0; k < sweeps; ++k) chain.sweep(rng);
        chain.draw_visible(rng);
        return chain.state();
      });
}

/// Frequencies of the first hidden layer on one long chain against p_beta by summing over all
/// states of both hidden layers.
template <class Model>
void check_path(const Model& model, double beta, std::uint64_t seed) {
  auto reference = model.make_state();
  hm::random_engine rng(seed);
  for (std::size_t l = 1; l < Model::layers; ++l)
    for (auto& c : reference[l]) c = hm::draw::uniform(-1.0, 1.0, rng);
  hm::collapsed_chain<Model> chain(model, reference);
  chain.set_inverse_temperature(beta);

  const auto& lower = model.template units<1>();
  const auto& upper = model.template units<2>();
  std::vector<double> weight(static_cast<std::size_t>(lower.states())), seen(weight.size(), 0.0);
  double total = 0;
  auto state = model.make_state();
  for (hm::index s = 0; s < lower.states(); ++s) {
    for (hm::index t = 0; t < upper.states(); ++t) {
      lower.write_state(s, hm::as_span(state[1]));
      upper.write_state(t, hm::as_span(state[2]));
      chain.set_state(state);
      const double own = reference[1].dot(state[1]) + reference[2].dot(state[2]);
      const double w = std::exp(own + beta * chain.tilt());
      weight[static_cast<std::size_t>(s)] += w;
      total += w;
    }
  }
  chain.start(rng);
  const int sweeps = 60000;
  for (int i = 0; i < sweeps; ++i) {
    chain.sweep(rng);
    for (hm::index s = 0; s < lower.states(); ++s) {
      lower.write_state(s, hm::as_span(state[1]));
      if (state[1] == chain.state()[1]) seen[static_cast<std::size_t>(s)] += 1;
    }
  }
  for (std::size_t s = 0; s < weight.size(); ++s) {
    const double p = weight[s] / total;
    CAPTURE(s);
    // Neighbouring sweeps agree: as if one in ten were independent.
    CHECK(std::abs(seen[s] / sweeps - p) < 5 * std::sqrt(p * (1 - p) * 10 / sweeps));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("a sweep leaves p(x, h1, h2, ...) invariant", Visible, hm::negative_binomial,
                   hm::bernoulli, hm::gaussian, hm::poisson, hm::categorical) {
  check_invariance(tiny::rbm_of<Visible>(1), 11, 1);
  check_invariance(tiny::deep_of<Visible>(2), 12, 1);
  check_invariance(tiny::grouped_of<Visible>(3), 13, 2);
  check_invariance(tiny::deepest_of<Visible>(4), 14, 1);
}

TEST_CASE("several one-hot groups in the first layer") {
  using model = hm::dbm<hm::negative_binomial, hm::categorical, hm::bernoulli>;
  check_invariance(many_groups<model>(5), 15, 1);
}

TEST_CASE("a random start forgets itself") {
  const auto model = tiny::deep_of<hm::negative_binomial>(5);
  const auto source = hm::collapsed{.burn_in = 40}.prepare(model);
  auto chain = source.make_chain();
  tiny::check_statistics(
      model, 16, 20000, [&](hm::random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      });
}

TEST_CASE("the tilt is log p* less the reference") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(6);
  using model_type = std::remove_cvref_t<decltype(model)>;
  auto reference = model.make_state();
  reference[1] << 0.3, -0.4, 1.1;
  hm::collapsed_chain<model_type> chain(model, reference);
  hm::random_engine rng(17);
  for (int i = 0; i < 20; ++i) {
    chain.sweep(rng);
    const auto& h = chain.state()[1];
    CHECK(chain.tilt() ==
          doctest::Approx(model.log_marginal(hm::as_span(h)) - reference[1].dot(h)).epsilon(1e-12));
    hm::vector<double> eta(model.size(0));
    model.visible_input(hm::as_span(h), hm::as_span(eta));
    CHECK((eta - chain.visible_input()).cwiseAbs().maxCoeff() < 1e-12);
  }
}

TEST_CASE("the path between reference and model") {
  for (const double beta : {0.0, 0.4, 1.0}) {
    check_path(tiny::deep_of<hm::negative_binomial>(7), beta, 18);
    check_path(many_groups<hm::dbm<hm::negative_binomial, hm::categorical, hm::bernoulli>>(8), beta,
               19);
  }
}

TEST_CASE("copies are independent chains, equal engines give equal states") {
  const auto model = tiny::deep_of<hm::negative_binomial>(9);
  hm::collapsed_chain<scdbm> first(model);
  hm::random_engine a(3);
  first.start(a);
  auto second = first;
  hm::random_engine b = a;
  for (int i = 0; i < 50; ++i) first.sweep(a);
  for (int i = 0; i < 50; ++i) second.sweep(b);
  CHECK(first.state()[1] == second.state()[1]);
  CHECK(first.state()[2] == second.state()[2]);
}

TEST_CASE("settings out of range") {
  const auto model = tiny::rbm_of<hm::bernoulli>(8);
  CHECK_THROWS_AS((void)hm::collapsed{.burn_in = -1}.prepare(model), std::invalid_argument);
  hm::collapsed_chain<std::remove_cvref_t<decltype(model)>> chain(model);
  CHECK_THROWS_AS(chain.set_inverse_temperature(1.5), std::invalid_argument);
  CHECK_THROWS_AS(chain.set_inverse_temperature(-0.1), std::invalid_argument);
  auto reference = model.make_state();
  reference[1].resize(2);
  CHECK_THROWS_AS((hm::collapsed_chain<std::remove_cvref_t<decltype(model)>>(model, reference)),
                  std::invalid_argument);
}

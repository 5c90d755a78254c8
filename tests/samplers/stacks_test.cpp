// SPDX-License-Identifier: MIT
// Samplers on stacks with spins, Gaussian and rectified hidden units: which sampler takes which
// model, and block Gibbs against enumeration of the visible states, quadrature and closed forms.
#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/models/normalisable.hpp"
#include "harmonium/models/variational_autoencoder.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/concepts.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tempered.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "support/invariance.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

using nb = hm::negative_binomial;
using bits = hm::bernoulli;

template <class Sampler, class... Layers>
constexpr bool draws = hm::sampler_for<Sampler, hm::dbm<Layers...>>;
static_assert(draws<hm::gibbs, bits, hm::gaussian> && draws<hm::gibbs, nb, hm::relu>);
static_assert(draws<hm::gibbs, hm::gaussian, hm::gaussian, hm::relu>);
static_assert(!draws<hm::exact, bits, hm::gaussian> && !draws<hm::exact, nb, hm::relu>);
static_assert(draws<hm::exact, nb, bits, hm::gaussian> && draws<hm::exact, nb, hm::spin>);
static_assert(!draws<hm::exact, nb, bits, hm::relu, bits>);
static_assert(!draws<hm::collapsed, bits, hm::gaussian> && draws<hm::collapsed, nb, hm::spin>);
static_assert(draws<hm::collapsed, nb, bits, hm::relu, bits>);  // only the first by sites
static_assert(!draws<hm::tempered, bits, hm::relu> && draws<hm::tempered, nb, bits, hm::relu>);

template <class Sampler>
constexpr bool draws_autoencoder = hm::sampler_for<Sampler, hm::variational_autoencoder<>>;
static_assert(!draws_autoencoder<hm::exact> && !draws_autoencoder<hm::gibbs>);
static_assert(!draws_autoencoder<hm::collapsed> && !draws_autoencoder<hm::tempered>);

/// Means of x_m, h_k, x_m h_k and h_k^2 of a model of two layers, laid out one after the other.
struct moments {
  hm::vector<double> mean, squares;
  int count = 0;

  static hm::vector<double> of(std::span<const double> x, std::span<const double> h) {
    std::vector<double> all(x.begin(), x.end());
    all.insert(all.end(), h.begin(), h.end());
    for (const double a : x)
      for (const double b : h) all.push_back(a * b);
    for (const double b : h) all.push_back(b * b);
    return Eigen::Map<hm::vector<double>>(all.data(), std::ssize(all));
  }
  void add(const hm::vector<double>& one) {
    if (count++ == 0) mean = squares = hm::vector<double>::Zero(one.size());
    mean += one;
    squares += one.cwiseAbs2();
  }
  /// Within 5 standard errors of the exact values.
  void check(const hm::vector<double>& exact) const {
    REQUIRE(exact.size() == mean.size());
    for (hm::index i = 0; i < exact.size(); ++i) {
      const double m = mean[i] / count;
      CAPTURE(i);
      CHECK(std::abs(m - exact[i]) <
            5 * std::sqrt(std::max(0.0, squares[i] / count - m * m) / count) + 1.0 / count);
    }
  }
};

template <class Model>
void check_gibbs(const Model& model, const hm::vector<double>& exact, std::uint64_t seed,
                 hm::index burn_in, int draws = 20000) {
  const auto source = hm::gibbs{.burn_in = burn_in}.prepare(model);
  auto chain = source.make_chain();
  hm::random_engine rng(seed);
  moments seen;
  for (int n = 0; n < draws; ++n) {
    chain.draw(rng);
    seen.add(moments::of(hm::as_span(chain.state()[0]), hm::as_span(chain.state()[1])));
  }
  seen.check(exact);
}

/// Bernoulli visible units: the hidden layer sums out for each of their states.
template <class Hidden>
void check_against_visible_states(Hidden hidden, std::uint64_t seed) {
  using model_type = hm::dbm<bits, Hidden>;
  const auto model = tiny::with_random_parameters(model_type(bits(3), std::move(hidden)), seed);
  const auto& units = model.template units<1>();
  std::vector<hm::vector<double>> states;
  std::vector<double> log_mass;
  hm::vector<double> eta(model.size(1)), mean(model.size(1)), variance(model.size(1));
  for (hm::index s = 0; s < 8; ++s) {
    hm::vector<double> x(3);
    model.visible().write_state(s, hm::as_span(x));
    model.first_hidden_input(hm::as_span(std::as_const(x)), hm::as_span(eta));
    log_mass.push_back(x.dot(Eigen::Map<const hm::vector<double>>(model.bias(0).data(), 3)) +
                       units.log_partition(hm::as_span(std::as_const(eta))));
    states.push_back(x);
  }
  const double total = hm::math::log_sum_exp(std::span<const double>(log_mass));
  hm::vector<double> exact;
  for (std::size_t s = 0; s < 8; ++s) {
    model.first_hidden_input(hm::as_span(std::as_const(states[s])), hm::as_span(eta));
    units.mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    units.variance(hm::as_span(std::as_const(eta)), hm::as_span(variance));
    hm::vector<double> own =
        moments::of(hm::as_span(std::as_const(states[s])), hm::as_span(std::as_const(mean)));
    own.tail(variance.size()) += variance;
    own *= std::exp(log_mass[s] - total);
    exact = s == 0 ? own : hm::vector<double>(exact + own);
  }
  // One sweep from an exact draw: the joint stays as it is.
  hm::gibbs_chain<model_type> chain(model);
  auto start = model.make_state();
  hm::random_engine rng(seed + 100);
  moments seen;
  for (int n = 0; n < 40000; ++n) {
    start[0] = states[static_cast<std::size_t>(
        hm::draw::categorical_log(std::span<const double>(log_mass), rng))];
    model.layer_input(start, 1, hm::as_span(eta));
    units.sample(hm::as_span(std::as_const(eta)), hm::as_span(start[1]), rng);
    chain.set_state(start);
    chain.sweep(rng);
    seen.add(moments::of(hm::as_span(chain.state()[0]), hm::as_span(chain.state()[1])));
  }
  seen.check(exact);
  check_gibbs(model, exact, seed + 200, 40);
}

/// One rectified hidden unit: quadrature over its states, h = e^u.
template <class Visible>
void check_against_quadrature(Visible visible, hm::vector<double> parameters, std::uint64_t seed) {
  hm::dbm<Visible, hm::relu> model(std::move(visible), hm::relu(1, 0.8));
  REQUIRE(parameters.size() == model.parameters().size());
  model.parameters() = parameters;
  REQUIRE(hm::is_normalisable(model));
  hm::vector<double> h(1), eta(model.size(0)), mean(model.size(0));
  hm::vector<double> exact;
  double total = 0;
  for (double u = -40; u < 4; u += 1.0 / 32) {
    h[0] = std::exp(u);
    model.visible_input(hm::as_span(std::as_const(h)), hm::as_span(eta));
    model.visible().mean(hm::as_span(std::as_const(eta)), hm::as_span(mean));
    const double weight =
        h[0] * std::exp(model.bias(1)[0] * h[0] +
                        model.template units<1>().log_base_measure(hm::as_span(std::as_const(h))) +
                        model.visible().log_partition(hm::as_span(std::as_const(eta))));
    const hm::vector<double> own =
        weight * moments::of(hm::as_span(std::as_const(mean)), hm::as_span(std::as_const(h)));
    exact = total == 0 ? own : hm::vector<double>(exact + own);
    total += weight;
  }
  check_gibbs(model, exact / total, seed, 60);
}

hm::vector<double> list(std::initializer_list<double> values) {
  hm::vector<double> all(std::ssize(values));
  std::copy(values.begin(), values.end(), all.begin());
  return all;
}

}  // namespace

TEST_CASE("Gibbs over Gaussian and rectified units against enumeration of the visible states") {
  check_against_visible_states(hm::gaussian(2, 0.8), 31);
  check_against_visible_states(hm::relu(2, 1.2), 32);
  check_against_visible_states(hm::spin(2), 33);
}

TEST_CASE("Gibbs over rectified units against quadrature") {
  // Biases, hidden bias, weights; those of counts are not positive.
  check_against_quadrature(nb(2, 2.0), list({-0.5, -1.0, 0.7, -0.6, -0.1}), 41);
  check_against_quadrature(hm::poisson(2), list({0.8, 0.1, 0.5, -0.7, -0.2}), 42);
  check_against_quadrature(hm::gaussian(2, 0.9), list({0.5, -0.4, 0.3, 0.6, -0.7}), 43);
  check_against_quadrature(hm::relu(2, 0.9), list({0.5, -0.4, 0.3, 0.6, -0.7}), 44);
}

TEST_CASE("Gibbs over Gaussian layers against the joint Gaussian: factor analysis") {
  hm::vector<double> noise(3);
  noise << 0.7, 1.1, 0.9;
  hm::dbm<hm::gaussian, hm::gaussian> model(hm::gaussian(noise), hm::gaussian(2, 1.0));
  model.parameters() << 0.4, -0.3, 0.8, 0.2, -0.6, 0.5, 0.2, -0.3, 0.4, 0.1, -0.5;
  REQUIRE(hm::is_normalisable(model));
  Eigen::MatrixXd precision = Eigen::MatrixXd::Identity(5, 5);
  for (int m = 0; m < 3; ++m) precision(m, m) = 1 / (noise[m] * noise[m]);
  precision.topRightCorner(3, 2) = -model.weights(0);
  precision.bottomLeftCorner(2, 3) = -model.weights(0).transpose();
  const Eigen::MatrixXd covariance = precision.inverse();
  const Eigen::VectorXd mean = covariance * model.parameters().head(5);
  hm::vector<double> x = mean.head(3), h = mean.tail(2);
  hm::vector<double> exact =
      moments::of(hm::as_span(std::as_const(x)), hm::as_span(std::as_const(h)));
  for (int m = 0; m < 3; ++m)
    for (int k = 0; k < 2; ++k) exact[5 + 2 * m + k] += covariance(m, 3 + k);
  for (int k = 0; k < 2; ++k) exact[11 + k] += covariance(3 + k, 3 + k);
  check_gibbs(model, exact, 51, 60);
}

TEST_CASE("an unbounded top layer sums out of the enumeration") {
  using model_type = hm::dbm<bits, bits, hm::gaussian>;
  const auto model =
      tiny::with_random_parameters(model_type(bits(2), bits(2), hm::gaussian(1, 0.9)), 61);
  auto state = model.make_state();
  double total = 0;
  for (hm::index x = 0; x < 4; ++x)
    for (hm::index h = 0; h < 4; ++h)
      for (double top = -12; top <= 12; top += 0.125) {
        model.units<0>().write_state(x, hm::as_span(state[0]));
        model.units<1>().write_state(h, hm::as_span(state[1]));
        state[2][0] = top;
        total += 0.125 * std::exp(-model.energy(state));
      }
  CHECK(hm::hidden_enumeration<model_type>(model).log_partition() ==
        doctest::Approx(std::log(total)).epsilon(1e-12));
}

TEST_CASE_TEMPLATE("all samplers draw from stacks with spins and Gaussian tops", Visible, nb,
                   hm::gaussian) {
  const auto check = [](const auto& model, const auto& settings, std::uint64_t seed) {
    const auto source = settings.prepare(model);
    auto chain = source.make_chain();
    tiny::check_statistics(
        model, seed, 10000, [&](hm::random_engine & rng) -> const auto& {
          chain.draw(rng);
          return chain.state();
        });
  };
  const auto spins = tiny::spins_of<Visible>(71);
  const auto topped = tiny::topped_of<Visible>(72);
  check(spins, hm::exact{}, 81);
  check(topped, hm::exact{}, 82);
  check(spins, hm::collapsed{.burn_in = 200}, 83);
  check(topped, hm::collapsed{.burn_in = 60}, 84);
  check(topped, hm::tempered{.temperatures = 4, .lowest = 0.1, .burn_in = 25}, 85);
}

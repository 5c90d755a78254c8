// SPDX-License-Identifier: MIT
#include "harmonium/models/semi_restricted.hpp"

#include <doctest/doctest.h>

#include "support/generator_conformance.hpp"
#include "support/statistics.hpp"

namespace hm = harmonium;

namespace {

hm::semi_restricted two_genes() {
  hm::vector<double> theta(2);
  theta << 0.8, 3;
  hm::semi_restricted model(hm::negative_binomial(theta), {1, 3});
  hm::random_engine rng(1);
  for (double& a : model.bias(0)) a = -hm::draw::uniform(2.0, 2.5, rng);
  for (hm::index i = 0; i < model.weights(0).size(); ++i)
    model.weights(0).data()[i] = hm::draw::uniform(-0.8, 0.8, rng);
  std::vector<double> prior(6);
  for (double& p : prior) p = hm::draw::uniform(0.1, 1.0, rng);
  model.set_prior(prior);
  return model;
}

}  // namespace

TEST_CASE("joint states of groups") {
  const std::vector<hm::index> groups{3, 1, 2};
  const auto states = hm::grouped_states(groups);
  CHECK(states.rows() == 12);
  CHECK(states.cols() == 6);
  for (hm::index s = 0; s < 12; ++s) {
    CHECK(states(s, 0) + states(s, 1) + states(s, 2) == 1);
    CHECK(states(s, 4) + states(s, 5) == 1);
    for (hm::index r = 0; r < s; ++r) CHECK(states.row(r) != states.row(s));
  }
  CHECK_THROWS_AS((void)hm::grouped_states(std::vector<hm::index>{}), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::grouped_states(std::vector<hm::index>{2, 0}), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::grouped_states(std::vector<hm::index>(70, 1)), std::invalid_argument);
}

TEST_CASE("the likelihood is that of a sum over all counts and states") {
  const auto model = two_genes();
  const auto potential = hm::potentials(hm::serial_executor{}, model);
  // p(x) sums to 1, and is the mixture over p(h).
  double total = 0;
  hm::vector<double> eta(2);
  for (int a = 0; a < 120; ++a) {
    for (int b = 0; b < 120; ++b) {
      const std::vector<double> x{static_cast<double>(a), static_cast<double>(b)};
      const double base = model.visible().log_base_measure(x);
      const double log_p = hm::log_likelihood(model, potential, std::span<const double>(x), base);
      total += std::exp(log_p);
      if (a > 3 || b > 3) continue;
      double mixture = 0;
      for (hm::index s = 0; s < 6; ++s) {
        model.visible_input(model.states()[s], hm::as_span(eta));
        mixture += std::exp(model.log_prior()[s] +
                            hm::nb_log_pmf(a, eta[0], model.visible().inverse_dispersion()[0]) +
                            hm::nb_log_pmf(b, eta[1], model.visible().inverse_dispersion()[1]));
      }
      CHECK(std::exp(log_p) == doctest::Approx(mixture).epsilon(1e-10));
    }
  }
  CHECK(total == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("cells come from the model, the same for all executors") {
  const auto model = two_genes();
  hm::random_engine first(3), second(3);
  const auto cells = model.generate(hm::serial_executor{}, 20000, first);
  CHECK(cells == model.generate(hm::thread_executor(3), 20000, second));
  CHECK(first == second);
  // Frequencies of the nine smallest pairs of counts against their exact probabilities.
  const auto potential = hm::potentials(hm::serial_executor{}, model);
  const auto x = hm::to_dense(cells);
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      const std::vector<double> pair{static_cast<double>(a), static_cast<double>(b)};
      const double p = std::exp(hm::log_likelihood(model, potential, std::span<const double>(pair),
                                                   model.visible().log_base_measure(pair)));
      double seen = 0;
      for (hm::index i = 0; i < 20000; ++i) seen += x(i, 0) == a && x(i, 1) == b ? 1 : 0;
      CHECK(std::abs(seen / 20000 - p) < 4.5 * std::sqrt(p * (1 - p) / 20000));
    }
  }
}

TEST_CASE("the maximiser of a linear function") {
  const auto model = two_genes();
  const std::vector<double> weights{-0.1, -3, -1, -2};
  std::vector<double> h(4);
  model.write_maximiser(weights, h);
  CHECK(h == std::vector<double>{0, 0, 1, 0});
}

TEST_CASE("a generator; only the visible layer has biases") {
  auto model = two_genes();
  tiny::check_generator(model);
  CHECK_THROWS_AS((void)model.bias(1), std::invalid_argument);
  CHECK_THROWS_AS((void)std::as_const(model).bias(1), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/negative/particle_population.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/samplers/exact.hpp"
#include "support/invariance.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

template <class Model>
hm::particle_population<Model> exact_population(const Model& model,
                                                const hm::population_options& options,
                                                hm::random_engine& rng) {
  hm::particle_population<Model> population(options, rng);
  const auto source = hm::exact{}.prepare(model);
  population.start([&](hm::index, hm::random_engine& engine) {
    auto chain = source.make_chain();
    chain.draw(engine);
    return chain.state();
  });
  return population;
}

/// Hidden statistics of the particles against the model's, within 6 standard errors of half as many
/// independent draws (resampling makes copies).
template <class Model>
void check_sample(const Model& model, const hm::particle_population<Model>& population) {
  const auto exact = hm::exact_model_statistics(model, hm::hidden_enumeration<Model>(model));
  const auto n = static_cast<double>(population.states().size());
  hm::vector<double> sum = hm::vector<double>::Zero(exact.size()), squares = sum;
  for (const auto& state : population.states()) {
    const auto flat = hm::testing::statistics_of(model, state);
    sum += flat / n;
    squares += flat.cwiseAbs2() / n;
  }
  for (std::size_t l = 1; l < Model::layers; ++l) {
    const auto begin = model.bias_of(exact, l).data() - exact.data();
    for (hm::index i = begin; i < begin + model.size(l); ++i) {
      CAPTURE(i);
      CHECK(std::abs(sum[i] - exact[i]) <
            6 * std::sqrt((squares[i] - sum[i] * sum[i]) * 2 / n) + 1 / n);
    }
  }
}

}  // namespace

TEST_CASE("particles follow a model from one place to another") {
  const auto check = [](const auto& from, auto to, std::uint64_t seed) {
    using model_type = std::remove_cvref_t<decltype(from)>;
    hm::random_engine rng(seed);
    auto population = exact_population(from, {.particles = 4000, .bridges = 50}, rng);
    check_sample(from, population);
    const auto wanted = to;
    const auto exact = hm::exact_model_statistics(to, hm::hidden_enumeration<model_type>(to));
    const auto target = to.bias_of(exact, 1);
    const auto result = population.follow(hm::thread_executor(2), from, to, target);
    CHECK(result.share == doctest::Approx(1));
    CHECK(result.effective >= 0.5);
    check_sample(to, population);
    // All but b_1 is what was asked for.
    for (hm::index i = 0; i < to.parameters().size(); ++i)
      if (i < to.size(0) || i >= to.size(0) + to.size(1))
        CHECK(to.parameters()[i] == wanted.parameters()[i]);
    const auto reached = hm::exact_model_statistics(to, hm::hidden_enumeration<model_type>(to));
    for (std::size_t k = 0; k < target.size(); ++k)
      CHECK(std::abs(to.bias_of(reached, 1)[k] - target[k]) < 0.05);
  };
  check(tiny::rbm_of<hm::negative_binomial>(1), tiny::rbm_of<hm::negative_binomial>(2), 11);
  check(tiny::deep_of<hm::negative_binomial>(3), tiny::deep_of<hm::negative_binomial>(4), 12);
  check(tiny::rbm_of<hm::poisson>(5), tiny::rbm_of<hm::poisson>(6), 13);
}

TEST_CASE("modes that no flip connects change their shares by weights") {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  rbm model(hm::negative_binomial(40, 2.0), hm::bernoulli(2));
  for (double& a : model.bias(0)) a = -0.9;
  for (hm::index i = 0; i < model.weights(0).size(); ++i) model.weights(0).data()[i] = 0.34;
  const std::vector<double> off{0, 0}, on{1, 1}, target{0.7, 0.7};
  const double gain = model.log_marginal(on) - model.log_marginal(off);
  for (double& b : model.bias(1)) b = -0.5 * gain;
  hm::random_engine rng(14);
  auto population = exact_population(model, {.particles = 500}, rng);
  for (int round = 0; round < 10; ++round) {
    const rbm same = model;
    population.follow(hm::serial_executor{}, same, model, target);
  }
  const hm::hidden_enumeration<rbm> hidden(model);
  CHECK(hidden.probability(3) == doctest::Approx(0.7).epsilon(0.1));
  double share = 0;
  for (const auto& state : population.states()) share += state[1][0] / 500;
  CHECK(share == doctest::Approx(0.7).epsilon(0.1));
}

TEST_CASE("a step too long to follow is cut") {
  const auto from = tiny::rbm_of<hm::negative_binomial>(7);
  auto to = from;
  for (hm::index i = 0; i < to.weights(0).size(); ++i) to.weights(0).data()[i] -= 30;
  hm::random_engine rng(15);
  auto population = exact_population(from, {.particles = 200, .bridges = 2}, rng);
  const std::vector<double> target{0.5, 0.5, 0.5};
  const auto result = population.follow(hm::serial_executor{}, from, to, target);
  CHECK(result.share < 0.5);
  CHECK(result.share > 0);
  CHECK(result.effective >= 0.5);
  CHECK(to.weights(0)(0, 0) ==
        doctest::Approx(from.weights(0)(0, 0) - 30 * result.share).epsilon(1e-9));
}

TEST_CASE("between two models: parameters linear, inverse dispersions geometric") {
  auto from = tiny::rbm_of<hm::negative_binomial>(8);
  auto to = tiny::rbm_of<hm::negative_binomial>(9);
  hm::vector<double> theta = to.visible().inverse_dispersion();
  theta[0] *= 16;
  to.visible().set_inverse_dispersion(theta);
  auto middle = from;
  hm::set_between(from, to, 0.25, middle, theta);
  CHECK(middle.visible().inverse_dispersion()[0] ==
        doctest::Approx(2 * from.visible().inverse_dispersion()[0]));
  CHECK(middle.visible().inverse_dispersion()[1] == from.visible().inverse_dispersion()[1]);
  CHECK((middle.parameters() - 0.75 * from.parameters() - 0.25 * to.parameters())
            .cwiseAbs()
            .maxCoeff() < 1e-14);
  hm::set_between(from, to, 1, middle, theta);
  CHECK(middle.parameters() == to.parameters());
}

TEST_CASE("balance: the weighted means are the target, or as near as the prior lets them") {
  hm::matrix<double> hidden(4, 2);
  hidden << 0, 0, 0, 1, 1, 0, 1, 1;
  const std::vector<double> log_weights{0.3, -0.2, 0.5, 0.1}, target{0.8, 0.3};
  for (const double stiffness : {1e-9, 1e3}) {
    std::vector<double> bias{1, 2}, weights(4);
    hm::balance_particles(hidden, log_weights, target, stiffness, bias, weights);
    CHECK(weights[0] + weights[1] + weights[2] + weights[3] == doctest::Approx(1));
    if (stiffness < 1) {
      CHECK(weights[2] + weights[3] == doctest::Approx(0.8));
      CHECK(weights[1] + weights[3] == doctest::Approx(0.3));
      // The weights are those of the moved bias.
      CHECK(std::log(weights[3] / weights[0]) ==
            doctest::Approx(0.1 - 0.3 + (bias[0] - 1) + (bias[1] - 2)));
    } else {
      CHECK(std::abs(bias[0] - 1) < 1e-3);
      CHECK(std::abs(bias[1] - 2) < 1e-3);
    }
  }
}

TEST_CASE("options out of range") {
  using population = hm::particle_population<hm::dbm<hm::negative_binomial, hm::bernoulli>>;
  hm::random_engine rng(1);
  for (const hm::population_options& options :
       {hm::population_options{.particles = 1}, hm::population_options{.sweeps = 0},
        hm::population_options{.least_effective = 1}, hm::population_options{.bridges = 0},
        hm::population_options{.stiffness = 0}})
    CHECK_THROWS_AS(population(options, rng), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/annealed.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

#include "harmonium/samplers/exact.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

template <class Model>
void check_estimate(const Model& model, const typename Model::state_type& reference,
                    std::uint64_t seed) {
  const double exact = hm::hidden_enumeration<Model>(model).log_partition();
  hm::random_engine rng(seed);
  const auto estimate = hm::annealed_log_partition(hm::serial_executor{}, model, reference,
                                                   {.runs = 200, .temperatures = 60}, rng);
  CHECK(estimate.standard_error < 0.05);
  CHECK(std::abs(estimate.log_partition - exact) < 4 * estimate.standard_error);
  CHECK(estimate.effective_sample_size > 100);
  CHECK(estimate.log_weights.size() == 200);
}

template <class Model>
void check_estimate(const Model& model, std::uint64_t seed) {
  check_estimate(model, model.make_state(), seed);
  auto reference = model.make_state();
  hm::random_engine rng(seed);
  for (std::size_t l = 1; l < Model::layers; ++l)
    for (auto& c : reference[l]) c = hm::draw::uniform(-1.0, 1.0, rng);
  check_estimate(model, reference, seed + 1);
}

using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

/// Units that touch genes of their own only: log Z is a sum over the blocks.
struct blocks {
  rbm model;
  double log_partition;
};
blocks block_model(int count, hm::index units, hm::index genes) {
  rbm model(hm::negative_binomial(count * genes, 1.5), hm::bernoulli(count * units));
  double total = 0;
  for (int b = 0; b < count; ++b) {
    const auto part = tiny::with_random_parameters(
        rbm(hm::negative_binomial(genes, 1.5), hm::bernoulli(units)), 100 + std::uint64_t(b));
    total += hm::hidden_enumeration<rbm>(part).log_partition();
    for (hm::index m = 0; m < genes; ++m) {
      model.bias(0)[std::size_t(b * genes + m)] = part.bias(0)[std::size_t(m)];
      for (hm::index k = 0; k < units; ++k)
        model.weights(0)(b * genes + m, b * units + k) = part.weights(0)(m, k);
    }
    for (hm::index k = 0; k < units; ++k)
      model.bias(1)[std::size_t(b * units + k)] = part.bias(1)[std::size_t(k)];
  }
  return {model, total};
}

}  // namespace

TEST_CASE("against enumeration") {
  check_estimate(tiny::rbm_of<hm::negative_binomial>(1), 11);
  check_estimate(tiny::deep_of<hm::poisson>(2), 12);
  check_estimate(tiny::grouped_of<hm::negative_binomial>(3), 13);
  check_estimate(tiny::deepest_of<hm::gaussian>(4), 14);
  check_estimate(tiny::with_random_parameters(
                     hm::dbm<hm::negative_binomial, hm::bernoulli, hm::bernoulli>(
                         hm::negative_binomial(6, 2.0), hm::bernoulli(10), hm::bernoulli(4)),
                     5),
                 15);
  check_estimate(
      tiny::with_random_parameters(hm::dbm<hm::negative_binomial, hm::categorical>(
                                       hm::negative_binomial(6, 2.0), hm::categorical(4, 4)),
                                   6),
      16);
}

TEST_CASE("64 units in eight blocks, whose log Z is known") {
  const auto [model, exact] = block_model(8, 8, 4);
  hm::random_engine rng(21);
  const auto estimate = hm::annealed_log_partition(hm::thread_executor(2), model,
                                                   {.runs = 100, .temperatures = 300}, rng);
  CHECK(estimate.standard_error < 0.1);
  CHECK(std::abs(estimate.log_partition - exact) < 4 * estimate.standard_error);
  // Without the runs in between, importance sampling from the uniform start sees nothing.
  const auto hasty = hm::annealed_log_partition(hm::thread_executor(2), model,
                                                {.runs = 100, .temperatures = 1}, rng);
  CHECK(hasty.effective_sample_size < 10);
  CHECK(hasty.standard_error > 3 * estimate.standard_error);
}

TEST_CASE("zero weights: exact from the start") {
  rbm model(hm::negative_binomial(3, 1.5), hm::bernoulli(5));
  for (double& a : model.bias(0)) a = -0.7;
  const double exact = hm::hidden_enumeration<rbm>(model).log_partition();
  hm::random_engine rng(22);
  const auto estimate =
      hm::annealed_log_partition(hm::serial_executor{}, model, {.runs = 5, .temperatures = 3}, rng);
  CHECK(estimate.log_partition == doctest::Approx(exact).epsilon(1e-12));
  CHECK(estimate.standard_error < 1e-12);
  CHECK(estimate.effective_sample_size == doctest::Approx(5));
}

TEST_CASE("the same for any number of threads") {
  const auto model = tiny::deep_of<hm::negative_binomial>(7);
  hm::random_engine a(23), b(23);
  const hm::annealed_options options{.runs = 7, .temperatures = 20};
  const auto serial = hm::annealed_log_partition(hm::serial_executor{}, model, options, a);
  const auto threaded = hm::annealed_log_partition(hm::thread_executor(3), model, options, b);
  CHECK(serial.log_weights == threaded.log_weights);
  CHECK(a == b);
}

TEST_CASE("backwards from exact states: an unbiased estimate of 1 / Z") {
  const auto check = [](const auto& model, std::uint64_t seed) {
    using model_type = std::remove_cvref_t<decltype(model)>;
    const auto source = hm::exact{}.prepare(model);
    auto chain = source.make_chain();
    hm::random_engine rng(seed);
    std::vector<typename model_type::state_type> starts;
    for (int i = 0; i < 200; ++i) {
      chain.draw(rng);
      starts.push_back(chain.state());
    }
    const std::span<const typename model_type::state_type> all(starts);
    const auto reference = model.make_state();
    const auto down = hm::reverse_annealed_log_partition(hm::serial_executor{}, model, reference,
                                                         all, 1, {.temperatures = 60}, rng);
    CHECK(down.standard_error < 0.06);
    CHECK(std::abs(down.log_partition - source.hidden().log_partition()) < 4 * down.standard_error);
    // In groups of five, 40 of them, the same estimate with about the same error.
    hm::random_engine a(seed), b(seed);
    const auto single = hm::reverse_annealed_log_partition(hm::serial_executor{}, model, reference,
                                                           all, 1, {.temperatures = 60}, a);
    const auto grouped = hm::reverse_annealed_log_partition(
        hm::thread_executor(2), model, reference, all, 5, {.temperatures = 60}, b);
    CHECK(grouped.log_partition == single.log_partition);
    CHECK(grouped.standard_error == doctest::Approx(single.standard_error).epsilon(0.5));
    CHECK(a == b);
  };
  check(tiny::rbm_of<hm::negative_binomial>(1), 31);
  check(tiny::deep_of<hm::poisson>(2), 32);
  check(tiny::grouped_of<hm::bernoulli>(3), 33);
}

TEST_CASE("a given ladder stands for temperatures and power") {
  const auto model = tiny::deep_of<hm::negative_binomial>(7);
  hm::random_engine a(23), b(23);
  const auto by_power = hm::annealed_log_partition(hm::serial_executor{}, model,
                                                   {.runs = 4, .temperatures = 3, .power = 1}, a);
  const auto by_ladder = hm::annealed_log_partition(
      hm::serial_executor{}, model, {.runs = 4, .ladder = {0, 1.0 / 3, 2.0 / 3, 1}}, b);
  for (std::size_t r = 0; r < 4; ++r)
    CHECK(by_power.log_weights[r] == doctest::Approx(by_ladder.log_weights[r]).epsilon(1e-9));
}

TEST_CASE("options out of range") {
  const auto model = tiny::rbm_of<hm::bernoulli>(8);
  hm::random_engine rng(1);
  for (const hm::annealed_options& options :
       {hm::annealed_options{.runs = 0}, hm::annealed_options{.temperatures = 0},
        hm::annealed_options{.power = 0}, hm::annealed_options{.sweeps = 0},
        hm::annealed_options{.ladder = {0, 0.5}}, hm::annealed_options{.ladder = {0, 0.6, 0.5, 1}}})
    CHECK_THROWS_AS((void)hm::annealed_log_partition(hm::serial_executor{}, model, options, rng),
                    std::invalid_argument);
}

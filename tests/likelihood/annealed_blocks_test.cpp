// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/annealed_blocks.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <type_traits>
#include <vector>

#include "harmonium/samplers/exact.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "support/tiny_models.hpp"

namespace hm = harmonium;

namespace {

/// Independent units that are not the model's biases; inputs below zero where they must be.
template <class Model>
typename Model::state_type some_reference(const Model& model, std::uint64_t seed) {
  auto reference = model.make_state();
  hm::random_engine rng(seed);
  const bool negative = model.visible().natural_supremum() <= 0;
  for (std::size_t l = 0; l < Model::layers; ++l)
    for (auto& c : reference[l])
      c = l == 0 && negative ? hm::draw::uniform(-2.0, -0.8, rng)
                             : hm::draw::uniform(-0.7, 0.7, rng);
  return reference;
}

constexpr auto both = {hm::summed_layers::even, hm::summed_layers::odd};

/// Both ways to sum, forwards and backwards.
template <class Model>
void check_estimates(const Model& model, std::uint64_t seed) {
  const auto source = hm::exact{}.prepare(model);
  const double exact = source.hidden().log_partition();
  const auto reference = some_reference(model, seed);
  hm::random_engine rng(seed);
  auto chain = source.make_chain();
  std::vector<typename Model::state_type> starts;
  for (int i = 0; i < 400; ++i) {
    chain.draw(rng);
    starts.push_back(chain.state());
  }
  for (const auto summed : both) {
    CAPTURE(seed);
    CAPTURE(int(summed));
    const auto up = hm::annealed_blocks(hm::serial_executor{}, model, reference,
                                        {.runs = 400, .temperatures = 150}, rng, summed);
    CHECK(up.standard_error < 0.05);
    CHECK(std::abs(up.log_partition - exact) < 4 * up.standard_error);
    CHECK(up.effective_sample_size > 150);
    CHECK(up.log_weights.size() == 400);
    const auto down = hm::reverse_annealed_blocks(
        hm::serial_executor{}, model, reference,
        std::span<const typename Model::state_type>(starts), 1, {.temperatures = 150}, rng, summed);
    CHECK(down.standard_error < 0.05);
    CHECK(std::abs(down.log_partition - exact) < 4 * down.standard_error);
    CHECK(down.log_weights.size() == 400);
  }
}

}  // namespace

TEST_CASE("against enumeration, from below and from above") {
  check_estimates(tiny::rbm_of<hm::bernoulli>(1), 11);
  check_estimates(tiny::rbm_of<hm::negative_binomial>(2), 12);
  check_estimates(tiny::rbm_of<hm::poisson>(3), 13);
  check_estimates(tiny::rbm_of<hm::gaussian>(4), 14);
  check_estimates(tiny::rbm_of<hm::categorical>(5), 15);
  check_estimates(tiny::deep_of<hm::bernoulli>(6), 16);
  check_estimates(tiny::deep_of<hm::negative_binomial>(7), 17);
  auto spins = tiny::spins_of<hm::poisson>(8);
  spins.parameters() *= 0.6;  // nearer modes
  check_estimates(spins, 18);
  check_estimates(tiny::topped_of<hm::bernoulli>(9), 19);
  check_estimates(tiny::deepest_of<hm::gaussian>(10), 20);
}

TEST_CASE("zero weights and the model's biases: exact from the start") {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  rbm model(hm::negative_binomial(3, 1.5), hm::bernoulli(5));
  for (double& a : model.bias(0)) a = -0.7;
  for (double& b : model.bias(1)) b = 0.4;
  auto reference = model.make_state();
  reference[0].setConstant(-0.7);
  reference[1].setConstant(0.4);
  const double exact = hm::hidden_enumeration<rbm>(model).log_partition();
  CHECK(hm::independent_log_partition(model, reference) == doctest::Approx(exact).epsilon(1e-12));
  for (const auto summed : both) {
    hm::random_engine rng(22);
    const auto estimate = hm::annealed_blocks(hm::serial_executor{}, model, reference,
                                              {.runs = 5, .temperatures = 3}, rng, summed);
    CHECK(estimate.log_partition == doctest::Approx(exact).epsilon(1e-12));
    CHECK(estimate.standard_error < 1e-12);
  }
}

TEST_CASE("the same for any number of threads, and a run knows nothing of its neighbours") {
  const auto check = [](const auto& model) {
    using state = typename std::remove_cvref_t<decltype(model)>::state_type;
    const auto reference = some_reference(model, 40);
    for (const auto summed : both) {
      hm::random_engine a(23), b(23), c(23);
      const auto serial = hm::annealed_blocks(hm::serial_executor{}, model, reference,
                                              {.runs = 60, .temperatures = 20}, a, summed);
      const auto threaded = hm::annealed_blocks(hm::thread_executor(3), model, reference,
                                                {.runs = 60, .temperatures = 20}, b, summed);
      const auto few = hm::annealed_blocks(hm::serial_executor{}, model, reference,
                                           {.runs = 7, .temperatures = 20}, c, summed);
      CHECK(serial.log_weights == threaded.log_weights);
      CHECK(std::vector(serial.log_weights.begin(), serial.log_weights.begin() + 7) ==
            few.log_weights);
      CHECK(a == b);
      CHECK(a == c);
      const std::vector<state> starts(40, some_reference(model, 41));
      const auto down = hm::reverse_annealed_blocks(hm::serial_executor{}, model, reference,
                                                    std::span<const state>(starts), 4,
                                                    {.temperatures = 5}, a, summed);
      const auto down_threaded = hm::reverse_annealed_blocks(
          hm::thread_executor(3), model, reference, std::span<const state>(starts), 4,
          {.temperatures = 5}, b, summed);
      CHECK(down.log_weights == down_threaded.log_weights);
    }
  };
  check(tiny::with_random_parameters(
      hm::dbm<hm::gaussian, hm::bernoulli, hm::spin>(hm::gaussian(hm::vector<double>::Ones(20)),
                                                     hm::bernoulli(12), hm::spin(5)),
      7));
  check(tiny::deep_of<hm::poisson>(8));
}

TEST_CASE("options, references and starts out of range") {
  const auto model = tiny::rbm_of<hm::negative_binomial>(8);
  using state = std::remove_cvref_t<decltype(model)>::state_type;
  hm::random_engine rng(1);
  const auto reference = some_reference(model, 2);
  const auto forwards = [&](const state& from, const hm::annealed_options& options) {
    (void)hm::annealed_blocks(hm::serial_executor{}, model, from, options, rng);
  };
  const auto back = [&](const std::vector<state>& starts, hm::index group) {
    (void)hm::reverse_annealed_blocks(hm::serial_executor{}, model, reference,
                                      std::span<const state>(starts), group, {.temperatures = 3},
                                      rng);
  };
  CHECK_NOTHROW(forwards(reference, {.runs = 2, .temperatures = 3}));
  for (const hm::annealed_options& options :
       {hm::annealed_options{.runs = 0}, hm::annealed_options{.temperatures = 0},
        hm::annealed_options{.power = 0}, hm::annealed_options{.sweeps = 0},
        hm::annealed_options{.ladder = {0, 0.5}}, hm::annealed_options{.ladder = {0, 0.6, 0.5, 1}}})
    CHECK_THROWS_AS(forwards(reference, options), std::invalid_argument);
  auto wrong = reference;
  wrong[0][1] = 0;  // a mean without bound
  CHECK_THROWS_AS(forwards(wrong, {}), std::invalid_argument);
  wrong = reference;
  wrong[1].resize(1);
  CHECK_THROWS_AS(forwards(wrong, {}), std::invalid_argument);
  const auto start = model.make_state();
  CHECK_NOTHROW(back({start, start}, 2));
  CHECK_THROWS_AS(back({}, 1), std::invalid_argument);
  CHECK_THROWS_AS(back({start, start, start}, 2), std::invalid_argument);
  CHECK_THROWS_AS(back({start, wrong}, 1), std::invalid_argument);
}

// SPDX-License-Identifier: MIT
#include "harmonium/training/newton/annealed_explorers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "harmonium/likelihood/importance_weights.hpp"
#include "harmonium/samplers/exact.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

namespace {

std::vector<rbm::state_type> draws(const rbm& model, bool of_one_mode, std::size_t count) {
  const auto source = hm::exact{}.prepare(model);
  auto chain = source.make_chain();
  hm::random_engine rng(1);
  std::vector<rbm::state_type> states;
  while (states.size() < count) {
    chain.draw(rng);
    if (of_one_mode && chain.state()[1][0] == 0) continue;
    states.push_back(chain.state());
  }
  return states;
}

}  // namespace

TEST_CASE("particles of all modes miss nothing, those of one mode what it lacks") {
  const rbm model = tiny::two_modes();  // (0, 0) with 0.7, (1, 1) with 0.3
  const std::vector<double> means{0.3, 0.3};
  const hm::explorer_options options{.count = 200, .temperatures = 200};
  hm::random_engine rng(2);
  const double log_z = hm::hidden_enumeration<rbm>(model).log_partition();
  const auto all = draws(model, false, 200), one = draws(model, true, 200);
  const auto complete =
      hm::explore(hm::serial_executor{}, model, std::span<const rbm::state_type>(all),
                  std::span<const double>(means), options, rng);
  CHECK(std::abs(complete.unseen) < 4 * complete.unseen_error);
  CHECK(std::abs(hm::summarise_weights(complete.log_weights).log_mean - log_z) <
        4 * complete.unseen_error);
  // A reference from which most runs end in the mode that the particles are in.
  const std::vector<double> above{0.7, 0.7};
  const auto half = hm::explore(hm::serial_executor{}, model, std::span<const rbm::state_type>(one),
                                std::span<const double>(above), options, rng);
  CHECK(half.unseen > 4 * half.unseen_error);
  CHECK(half.unseen < -std::log(0.3) + 4 * half.unseen_error);
}

TEST_CASE("states, weights and densities belong together; threads do not matter") {
  const rbm model = tiny::two_modes();
  const std::vector<double> means{0.5, 0.5};
  const auto all = draws(model, false, 20);
  hm::random_engine a(3), b(3);
  const auto one = hm::explore(hm::serial_executor{}, model, std::span<const rbm::state_type>(all),
                               std::span<const double>(means), {.count = 20}, a);
  const auto two = hm::explore(hm::thread_executor(2), model, std::span<const rbm::state_type>(all),
                               std::span<const double>(means), {.count = 20}, b);
  CHECK(one.log_weights == two.log_weights);
  CHECK(one.unseen == two.unseen);
  for (std::size_t i = 0; i < one.states.size(); ++i)
    CHECK(one.log_hidden[i] == hm::log_hidden_weight(model, one.states[i]));
}

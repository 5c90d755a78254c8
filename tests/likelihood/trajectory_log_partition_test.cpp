// SPDX-License-Identifier: MIT
#include "harmonium/likelihood/trajectory_log_partition.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/tuned_trajectory.hpp"
#include "support/paths.hpp"
#include "support/tiny_models.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

namespace {

template <class Chain, class Model>
void check(const Model& model, std::uint64_t seed) {
  hm::random_engine rng(seed);
  const auto tuned = hm::tuned_trajectory<Chain>(tiny::balanced_path(model), {.rungs = 8}, rng);
  const auto found = hm::trajectory_log_partition<Chain>(
      hm::serial_executor{}, std::span<const Model>(tuned.rungs), {.rounds = 400}, rng);
  const double exact = hm::hidden_enumeration<Model>(model).log_partition();
  CHECK(std::abs(found.log_partition - exact) < 5 * found.standard_error);  // t with 7 degrees
  CHECK(found.standard_error < 0.1);
  CHECK(found.chains_came_round);
  CHECK(found.log_ratio.size() == 7);
}

}  // namespace

TEST_CASE("log Z as enumeration has it") {
  using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  check<hm::collapsed_chain<rbm>>(tiny::two_modes(), 1);
  const rbm counts = tiny::rbm_of<hm::negative_binomial>(2);
  check<hm::collapsed_chain<rbm>>(counts, 2);
  const auto deep = tiny::deep_of<hm::poisson>(3);
  check<hm::collapsed_chain<std::remove_const_t<decltype(deep)>>>(deep, 3);
  const auto bits = tiny::rbm_of<hm::bernoulli>(4);
  check<hm::gibbs_chain<std::remove_const_t<decltype(bits)>>>(bits, 4);
}

TEST_CASE("threads do not matter; a last rung with weights is refused") {
  const auto model = tiny::two_modes();
  using rbm = std::remove_const_t<decltype(model)>;
  hm::random_engine rng(5);
  const auto tuned = hm::tuned_trajectory(tiny::balanced_path(model), {.rungs = 4}, rng);
  hm::random_engine a(6), b(6);
  const auto one = hm::trajectory_log_partition(hm::serial_executor{}, tuned.rungs, {}, a);
  const auto two = hm::trajectory_log_partition(hm::thread_executor(2), tuned.rungs, {}, b);
  CHECK(one.log_partition == two.log_partition);
  CHECK(one.standard_error == two.standard_error);
  CHECK_THROWS_AS((void)hm::trajectory_log_partition(hm::serial_executor{},
                                                     std::vector<rbm>{model, model}, {}, a),
                  std::invalid_argument);
}

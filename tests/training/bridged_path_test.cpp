// SPDX-License-Identifier: MIT
#include "harmonium/training/bridged_path.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "harmonium/likelihood/trajectory_log_partition.hpp"
#include "harmonium/samplers/tuned_trajectory.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;
using rbm = hm::dbm<hm::negative_binomial, hm::bernoulli>;

namespace {

std::vector<double> hidden_means(const rbm& model) {
  const hm::hidden_enumeration<rbm> hidden(model);
  hm::vector<double> statistics(model.parameters().size());
  hm::exact_model_statistics(model, hidden, statistics);
  const auto means = model.bias_of(std::as_const(statistics), 1);
  return {means.begin(), means.end()};
}

}  // namespace

TEST_CASE("a path on which replicas come round and log Z is enumeration's") {
  const rbm model = tiny::two_modes();
  const auto means = hidden_means(model);
  hm::random_engine rng(1);
  const auto path = hm::bridged_path(hm::serial_executor{}, model, model.bias(0),
                                     std::span<const double>(means), {}, rng);
  CHECK(path.checkpoints().size() > 3);
  CHECK(path.last().parameters() == model.parameters());
  CHECK(path.first().weights(0).data()[0] == 0);
  // On the way both modes keep a share, as far as resampled particles tell; on the straight way
  // from the first to the last one of them has next to none.
  for (const rbm& each : path.checkpoints()) {
    CHECK(hidden_means(each)[0] > 0.05);
    CHECK(hidden_means(each)[0] < 0.6);
  }
  CHECK(hidden_means(hm::model_path<rbm>({path.first(), model}).at(0.5))[0] < 0.01);
  const auto tuned = hm::tuned_trajectory(path, {.rungs = 10}, rng);
  const auto found =
      hm::trajectory_log_partition(hm::serial_executor{}, tuned.rungs, {.rounds = 400}, rng);
  CHECK(found.chains_came_round);
  CHECK(std::abs(found.log_partition - hm::hidden_enumeration<rbm>(model).log_partition()) <
        5 * found.standard_error);
}

TEST_CASE("threads do not matter; settings out of range") {
  const rbm model = tiny::two_modes();
  const auto means = hidden_means(model);
  const std::span<const double> target(means);
  hm::random_engine a(2), b(2);
  const auto one = hm::bridged_path(hm::serial_executor{}, model, model.bias(0), target, {}, a);
  const auto two = hm::bridged_path(hm::thread_executor(2), model, model.bias(0), target, {}, b);
  REQUIRE(one.checkpoints().size() == two.checkpoints().size());
  for (std::size_t i = 0; i < one.checkpoints().size(); ++i)
    CHECK(one.checkpoints()[i].parameters() == two.checkpoints()[i].parameters());
  const std::vector<rbm> with_weights{model, model}, alone{model};
  for (const auto& wrong : {with_weights, alone})
    CHECK_THROWS_AS(
        (void)hm::bridged_path(hm::serial_executor{}, std::span<const rbm>(wrong), target, {}, a),
        std::invalid_argument);
  CHECK_THROWS_AS(
      (void)hm::bridged_path(hm::serial_executor{}, model, model.bias(0), target, {.most = 2}, a),
      std::invalid_argument);
}

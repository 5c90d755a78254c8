// SPDX-License-Identifier: MIT
// What docs/choose-a-sampler.md quotes of trajectory tempering.
#include <doctest/doctest.h>

#include <cmath>
#include <utility>
#include <vector>

#include "harmonium/likelihood/trajectory_log_partition.hpp"
#include "harmonium/samplers/sampled.hpp"
#include "harmonium/samplers/trajectory.hpp"
#include "harmonium/samplers/tuned_trajectory.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/bridged_path.hpp"
#include "support/two_modes.hpp"

namespace hm = harmonium;

TEST_CASE("trajectory tempering of a trained model") {
  using machine = hm::dbm<hm::negative_binomial, hm::bernoulli>;
  const machine model = tiny::two_modes();
  const auto statistics = hm::exact_model_statistics(model, hm::hidden_enumeration<machine>(model));
  const auto hidden_means = model.bias_of(statistics, 1);
  const hm::serial_executor run;
  hm::random_engine rng(1);

  const auto path = hm::bridged_path(run, model, model.bias(0), hidden_means, {}, rng);
  const auto rungs = hm::tuned_trajectory(path, {.rungs = 16}, rng).rungs;
  const auto cells = hm::sampled(model, hm::trajectory<machine>{rungs}).generate(run, 1000, rng);
  const auto log_z = hm::trajectory_log_partition(run, rungs, {}, rng);

  CHECK(std::abs(log_z.log_partition - hm::hidden_enumeration<machine>(model).log_partition()) <
        5 * log_z.standard_error);
  // Counts of the two modes differ by far: E[x] of each gene within its error.
  const hm::vector<double> mean = hm::gene_means(cells);
  const auto expected = model.bias_of(statistics, 0);
  const double spread = 5;  // of a gene's counts over both modes, at the most
  CHECK(std::abs(mean[0] - expected[0]) < 4 * spread / std::sqrt(1000.0));
}

// SPDX-License-Identifier: MIT
/// @file
/// log Z along a trajectory: Bennett's ratio between neighbouring rungs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/likelihood/bennett_ratio.hpp"
#include "harmonium/models/log_hidden_weight.hpp"
#include "harmonium/samplers/trajectory_chain.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `trajectory_log_partition`.
struct trajectory_log_partition_options {
  index chains = 8;    ///< independent; at least 2, the error is their spread
  index burn_in = 50;  ///< rounds of sweeps and swaps before the first sample
  index rounds = 200;  ///< that give a sample of every rung
};

/// log Z of rung 0, and how sure it is.
struct trajectory_log_partition_result {
  double log_partition;           ///< nats
  double standard_error;          ///< from the spread of the chains' own estimates
  std::vector<double> log_ratio;  ///< log(Z_i / Z_{i+1}) of every pair of rungs
  double barrier;                 ///< sum of rejection rates, mean over chains
  double round_trips;             ///< a chain, mean
  bool chains_came_round;         ///< every chain made a round trip
};

/// log Z of the first of the rungs by trajectory tempering: Bennett's ratio of every pair of
/// neighbours from all chains together, added to log Z of the last, whose units are independent.
/// Every chain has its own random stream, so that the result does not depend on the executor. Cost:
/// chains x rungs x (burn_in + rounds) sweeps.
/// @param rungs from the model down to one without weights; see `tuned_trajectory`
/// @param rng   moves on by one word
/// @throws std::invalid_argument for options out of range, or a last rung with weights.
template <class Chain, executor Executor, layered_model Model>
requires hidden_chain<Chain, Model>
[[nodiscard]] trajectory_log_partition_result trajectory_log_partition(
    const Executor& run, std::span<const Model> rungs,
    const trajectory_log_partition_options& options, random_engine& rng) {
  require(options.chains >= 2, "trajectory_log_partition", "chains must be at least 2");
  require(options.rounds >= 1 && options.burn_in >= 0, "trajectory_log_partition",
          "rounds must be at least 1, burn_in not negative");
  require(rungs.size() >= 2, "trajectory_log_partition", "at least two rungs are needed");
  const Model& last = rungs.back();
  for (std::size_t l = 0; l + 1 < Model::layers; ++l) {
    const auto w = last.weights(l);
    require(std::all_of(w.data(), w.data() + w.size(), [](auto v) { return v == 0; }),
            "trajectory_log_partition", "the last rung must have no weights");
  }
  double start = 0;
  Model::for_each_layer([&](auto layer) {
    start += static_cast<double>(last.template units<layer()>().log_partition(last.bias(layer())));
  });
  const auto pairs = rungs.size() - 1;
  const auto chains = static_cast<std::size_t>(options.chains);
  const auto rounds = static_cast<std::size_t>(options.rounds);
  // d = log p*_i - log p*_{i+1}; of samples of i + 1 (up) and of i (down): pair, chain, round.
  std::vector<std::vector<double>> up(pairs, std::vector<double>(chains * rounds)), down = up;
  std::vector<double> barrier(chains), trips(chains);
  const random_streams streams(rng);
  for_each_range(run, options.chains, 1, [&](index begin, index end) {
    for (index c = begin; c < end; ++c) {
      const auto u = static_cast<std::size_t>(c);
      random_engine engine = streams[static_cast<std::uint64_t>(c)];
      trajectory_chain<Model, Chain> chain(rungs);
      chain.start(engine);
      for (index t = 0; t < options.burn_in; ++t) chain.sweep(engine);
      for (std::size_t t = 0; t < rounds; ++t) {
        chain.sweep(engine);
        for (std::size_t i = 0; i < pairs; ++i) {
          const auto d = [&](const typename Model::state_type& state) {
            return log_hidden_weight(rungs[i], state) - log_hidden_weight(rungs[i + 1], state);
          };
          up[i][u * rounds + t] = d(chain.state(i + 1));
          down[i][u * rounds + t] = d(chain.state(i));
        }
      }
      barrier[u] = chain.exchange().barrier();
      trips[u] = static_cast<double>(chain.exchange().round_trips());
    }
  });
  trajectory_log_partition_result out{start, 0, {}, 0, 0, true};
  std::vector<double> own(chains, 0.0);
  for (std::size_t i = 0; i < pairs; ++i) {
    out.log_ratio.push_back(bennett_ratio(up[i], down[i]).log_ratio);
    out.log_partition += out.log_ratio.back();
    for (std::size_t c = 0; c < chains; ++c)
      own[c] += bennett_ratio(std::span<const double>(up[i]).subspan(c * rounds, rounds),
                              std::span<const double>(down[i]).subspan(c * rounds, rounds))
                    .log_ratio;
  }
  double mean = 0, squares = 0;
  const auto n = static_cast<double>(chains);
  for (std::size_t c = 0; c < chains; ++c) {
    mean += own[c] / n;
    out.barrier += barrier[c] / n;
    out.round_trips += trips[c] / n;
    out.chains_came_round = out.chains_came_round && trips[c] > 0;
  }
  for (const double each : own) squares += (each - mean) * (each - mean);
  out.standard_error = std::sqrt(squares / (n - 1) / n);
  return out;
}

/// The same with collapsed chains.
template <executor Executor, layered_model Model>
requires collapsible<Model>
[[nodiscard]] trajectory_log_partition_result trajectory_log_partition(
    const Executor& run, const std::vector<Model>& rungs,
    const trajectory_log_partition_options& options, random_engine& rng) {
  return trajectory_log_partition<collapsed_chain<Model>>(run, std::span<const Model>(rungs),
                                                          options, rng);
}

}  // namespace harmonium::inline v0_2

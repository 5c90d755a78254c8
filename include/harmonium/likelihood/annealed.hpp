// SPDX-License-Identifier: MIT
/// @file
/// Annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008, "On the quantitative
/// analysis of deep belief networks", ICML): log Z of models whose hidden states are too many to
/// enumerate. Runs over the hidden layers alone, the visible layer summed out.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"

namespace harmonium::inline v0_2 {

struct annealed_options {
  index runs = 100;          ///< independent runs; the error falls with their root
  index temperatures = 500;  ///< steps from the reference to the model; where runs disagree
                             ///< (a small effective sample size), more help more than runs do
  double power = 2;          ///< beta = (step / temperatures)^power; larger: denser near beta = 0
  index sweeps = 1;          ///< at each temperature
};

struct annealed_result {
  double log_partition;          ///< estimate of log Z, nats; its exponential is unbiased
  double standard_error;         ///< of log_partition, by the delta method on the mean weight
  double effective_sample_size;  ///< (sum w)^2 / sum w^2, from 1 to the number of runs; near 1 the
                                 ///< standard error is itself unreliable and log Z too small
  std::vector<double> log_weights;  ///< of every run; log Z is the log of their mean
};

/// Summary of importance weights: log mean, its error, effective sample size.
/// @param log_weights at least one
inline annealed_result summarise_weights(std::vector<double> log_weights) {
  require(!log_weights.empty(), "summarise_weights", "at least one weight is needed");
  const auto n = static_cast<double>(log_weights.size());
  const double total = math::log_sum_exp(std::span<const double>(log_weights));
  double squares = 0, spread = 0;
  for (const double log_weight : log_weights) {
    const double share = math::exp(log_weight - total);  // sums to 1
    squares += share * share;
    spread += (share - 1 / n) * (share - 1 / n);
  }
  const double error = n > 1 ? std::sqrt(spread * n / (n - 1)) : 0;
  return {total - math::log(n), error, 1 / squares, std::move(log_weights)};
}

/// log Z of the whole model. Every run has its own random stream, so the result does not depend on
/// the executor. Cost: runs x temperatures collapsed sweeps.
/// @param reference natural parameters of every hidden layer of the distribution that the runs
///        start from (entry 0 is not used); its log Z is known exactly. The closer its means are to
///        the model's, the better: see `mean_field_reference`.
/// @param rng moves on by one word
/// @throws std::invalid_argument for options out of range.
template <executor Executor, collapsible Model>
annealed_result annealed_log_partition(const Executor& run, const Model& model,
                                       const typename Model::state_type& reference,
                                       const annealed_options& options, random_engine& rng) {
  require(options.runs >= 1, "annealed_log_partition", "runs must be at least 1");
  require(options.temperatures >= 1, "annealed_log_partition", "temperatures must be at least 1");
  require(options.sweeps >= 1, "annealed_log_partition", "sweeps must be at least 1");
  require(options.power > 0, "annealed_log_partition", "power must be positive");
  double start = 0;
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0)
      start += static_cast<double>(
          model.template units<layer()>().log_partition(as_span(reference[layer()])));
  });
  std::vector<double> ladder(static_cast<std::size_t>(options.temperatures) + 1, 0.0);
  for (std::size_t t = 1; t < ladder.size(); ++t)
    ladder[t] = math::exp(options.power * math::log(static_cast<double>(t) /
                                                    static_cast<double>(options.temperatures)));

  const collapsed_chain<Model> prototype(model, reference);
  const random_streams streams(rng);
  std::vector<double> log_weights(static_cast<std::size_t>(options.runs));
  for_each_range(run, options.runs, 1, [&](index begin, index end) {
    auto chain = prototype;
    for (index r = begin; r < end; ++r) {
      random_engine engine = streams[static_cast<std::uint64_t>(r)];
      chain.start(engine);
      double log_weight = start;
      for (std::size_t t = 1; t < ladder.size(); ++t) {
        log_weight += (ladder[t] - ladder[t - 1]) * chain.tilt();
        if (t + 1 == ladder.size()) break;  // the last state has no weight to give
        chain.set_inverse_temperature(ladder[t]);
        for (index k = 0; k < options.sweeps; ++k) chain.sweep(engine);
      }
      log_weights[static_cast<std::size_t>(r)] = log_weight;
    }
  });
  return summarise_weights(std::move(log_weights));
}

/// The same from a uniform start over all hidden states.
template <executor Executor, collapsible Model>
annealed_result annealed_log_partition(const Executor& run, const Model& model,
                                       const annealed_options& options, random_engine& rng) {
  return annealed_log_partition(run, model, model.make_state(), options, rng);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Annealed importance sampling (Neal 2001; Salakhutdinov and Murray 2008, "On the quantitative
/// analysis of deep belief networks", ICML): log Z of models whose hidden states are too many to
/// enumerate. Runs over the hidden layers alone, the visible layer summed out; from the reference
/// to the model, or back (Burda, Grosse and Salakhutdinov 2015, "Accurate and conservative
/// estimates of MRF log-likelihood using reverse annealing", AISTATS).
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
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/likelihood/importance_weights.hpp"
#include "harmonium/samplers/collapsed.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `annealed_log_partition`.
struct annealed_options {
  index runs = 100;          ///< independent runs; the error falls with their root
  index temperatures = 500;  ///< steps from the reference to the model; where runs disagree
                             ///< (a small effective sample size), more help more than runs do
  double power = 2;          ///< beta = (step / temperatures)^power; larger: denser near beta = 0
  std::vector<double> ladder = {};  ///< inverse temperatures in place of the two above, rising from
                                    ///< 0 to 1; see `annealing_ladder`
  index sweeps = 1;                 ///< at each temperature
};

/// An estimate of the log-partition, and how sure it is.
struct annealed_result {
  double log_partition;             ///< estimate of log Z, nats
  double standard_error;            ///< of log_partition, see `weight_summary`
  double effective_sample_size;     ///< from 1 to the number of runs
  std::vector<double> log_weights;  ///< of every run. From the reference on, log Z is the log of
                                    ///< the mean of their exponentials; backwards, minus that
};

/// log Z of the reference distribution, whose hidden units are independent.
/// @param reference natural parameters of every hidden layer (entry 0 is not used)
template <class Model>
double reference_log_partition(const Model& model, const typename Model::state_type& reference) {
  double total = 0;
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0)
      total += static_cast<double>(
          model.template units<layer()>().log_partition(as_span(reference[layer()])));
  });
  return total;
}

/// The inverse temperatures that the options ask for, from 0 to 1.
/// @throws std::invalid_argument for options out of range.
inline std::vector<double> inverse_temperatures(const annealed_options& options) {
  require(options.runs >= 1, "annealed_log_partition", "runs must be at least 1");
  require(options.sweeps >= 1, "annealed_log_partition", "sweeps must be at least 1");
  if (!options.ladder.empty()) {
    const auto& ladder = options.ladder;
    require(ladder.size() >= 2 && ladder.front() == 0 && ladder.back() == 1,
            "annealed_log_partition", "the ladder must go from 0 to 1");
    for (std::size_t t = 1; t < ladder.size(); ++t)
      require(ladder[t] > ladder[t - 1], "annealed_log_partition", "the ladder must rise");
    return ladder;
  }
  require(options.temperatures >= 1, "annealed_log_partition", "temperatures must be at least 1");
  require(options.power > 0, "annealed_log_partition", "power must be positive");
  std::vector<double> ladder(static_cast<std::size_t>(options.temperatures) + 1, 0.0);
  for (std::size_t t = 1; t < ladder.size(); ++t)
    ladder[t] = math::exp(options.power * math::log(static_cast<double>(t) /
                                                    static_cast<double>(options.temperatures)));
  return ladder;
}

/// log Z of the whole model, from the reference on. The exponential of the estimate is unbiased, so
/// that the estimate is a stochastic lower bound: its expectation is at most log Z, and it exceeds
/// log Z by more than b nats with probability at most exp(-b). Every run has its own random stream,
/// so the result does not depend on the executor. Cost: runs x temperatures collapsed sweeps.
/// @param reference natural parameters of every hidden layer of the distribution that the runs
///        start from (entry 0 is not used); its log Z is known exactly. The closer its means are to
///        the model's, the better: see `mean_field_reference`.
/// @param rng moves on by one word
/// @param[out] ends where given: the last hidden states of every run, which with the weights
///        are a sample of the model
/// @throws std::invalid_argument for options out of range.
template <executor Executor, collapsible Model>
annealed_result annealed_log_partition(const Executor& run, const Model& model,
                                       const typename Model::state_type& reference,
                                       const annealed_options& options, random_engine& rng,
                                       std::vector<typename Model::state_type>* ends = nullptr) {
  const auto ladder = inverse_temperatures(options);
  const double start = reference_log_partition(model, reference);
  const collapsed_chain<Model> prototype(model, reference);
  const random_streams streams(rng);
  std::vector<double> log_weights(static_cast<std::size_t>(options.runs));
  if (ends != nullptr) ends->assign(log_weights.size(), model.make_state());
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
      if (ends != nullptr) (*ends)[static_cast<std::size_t>(r)] = chain.state();
    }
  });
  const auto all = summarise_weights(log_weights);
  return {all.log_mean, all.standard_error, all.effective_number, std::move(log_weights)};
}

/// log Z of the whole model, backwards: every run starts at a state of the model and goes down to
/// the reference, whose log Z is known. If the starts come from the model, exp(-estimate) is
/// unbiased for 1 / Z and the estimate a stochastic upper bound. Starts from some modes B alone put
/// it off by log(p(B) / share of runs from the reference that would end in B): at most -log p(B)
/// too low.
/// @param starts states from the model, one run each; entry 0 (visible) is not used
/// @param group consecutive starts that depend on each other, such as those of one chain, for the
///        standard error; must divide their number
/// @param options `runs` has no part in it
/// @param rng moves on by one word
/// @throws std::invalid_argument for options out of range.
template <executor Executor, collapsible Model>
annealed_result reverse_annealed_log_partition(const Executor& run, const Model& model,
                                               const typename Model::state_type& reference,
                                               std::span<const typename Model::state_type> starts,
                                               index group, const annealed_options& options,
                                               random_engine& rng) {
  const auto ladder = inverse_temperatures(options);
  require(!starts.empty(), "reverse_annealed_log_partition", "at least one start is needed");
  const double end = reference_log_partition(model, reference);
  const collapsed_chain<Model> prototype(model, reference);
  const random_streams streams(rng);
  std::vector<double> log_weights(starts.size());
  for_each_range(run, std::ssize(starts), 1, [&](index begin, index finish) {
    auto chain = prototype;
    for (index r = begin; r < finish; ++r) {
      random_engine engine = streams[static_cast<std::uint64_t>(r)];
      chain.set_state(starts[static_cast<std::size_t>(r)]);
      double log_weight = -end;
      for (std::size_t t = ladder.size() - 1; t > 0; --t) {
        log_weight -= (ladder[t] - ladder[t - 1]) * chain.tilt();
        if (t == 1) break;
        chain.set_inverse_temperature(ladder[t - 1]);
        for (index k = 0; k < options.sweeps; ++k) chain.sweep(engine);
      }
      log_weights[static_cast<std::size_t>(r)] = log_weight;
    }
  });
  const auto all = summarise_weights(log_weights, group);
  return {-all.log_mean, all.standard_error, all.effective_number, std::move(log_weights)};
}

/// The same from a uniform start over all hidden states.
template <executor Executor, collapsible Model>
annealed_result annealed_log_partition(const Executor& run, const Model& model,
                                       const annealed_options& options, random_engine& rng) {
  return annealed_log_partition(run, model, model.make_state(), options, rng);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Samplers of one model side by side: which are right, and how fast those are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/comparison/contender.hpp"
#include "harmonium/samplers/comparison/judge_sampler.hpp"
#include "harmonium/samplers/comparison/recorded_chain.hpp"
#include "harmonium/samplers/comparison/reference_moments.hpp"
#include "harmonium/samplers/comparison/sampler_row.hpp"

namespace harmonium::inline v0_2 {

/// One contender given as a value, such as one with settings of its own. See `compare_samplers`.
/// @param name what the row is called
template <executor Executor, class Model, contender<Model> Contender>
sampler_row judge_contender(const Executor& run, const Model& model,
                            const reference_moments& reference, const Contender& of,
                            std::string name, const comparison_budget& budget,
                            const acceptance_rules& rules, random_engine& rng) {
  require(budget.seeds >= 1 && budget.groups >= 2 && budget.chains >= 1, "compare_samplers",
          "at least 1 seed of 2 groups of 1 chain is needed");
  require(budget.warm_up >= 0 && budget.warm_up <= 0.5, "compare_samplers",
          "warm_up must be in [0, 0.5]");
  require(budget.sweeps >= 32, "compare_samplers", "sweeps must be at least 32");
  const random_streams streams(rng);
  const index count = budget.groups * budget.chains;
  sampler_judge judge(std::move(name), reference, budget, rules);
  for (index seed = 0; seed < budget.seeds; ++seed) {
    std::vector<typename Model::state_type> starts(static_cast<std::size_t>(budget.groups),
                                                   model.make_state());
    for (index g = 0; g < budget.groups; ++g) {
      // Streams of the chains have even numbers, those of the starts odd ones.
      random_engine engine = streams[static_cast<std::uint64_t>(2 * (seed * count + g) + 1)];
      Model::for_each_layer([&](auto layer) {
        if constexpr (layer() > 0) {
          const vector<typename Model::scalar> even =
              vector<typename Model::scalar>::Zero(model.size(layer()));
          model.template units<layer()>().sample(
              as_span(even), as_span(starts[static_cast<std::size_t>(g)][layer()]), engine);
        }
      });
    }
    std::vector<recorded_chain> chains(static_cast<std::size_t>(count));
    try {
      for_each_range(run, count, 1, [&](index begin, index end) {
        for (index c = begin; c < end; ++c) {
          random_engine engine = streams[static_cast<std::uint64_t>(2 * (seed * count + c))];
          chains[static_cast<std::size_t>(c)] = record_chain(
              of, model, reference, starts[static_cast<std::size_t>(c / budget.chains)],
              budget.sweeps, budget.seconds, engine);
        }
      });
    } catch (const std::invalid_argument& refusal) {
      return judge.refused(refusal.what());
    }
    judge.add_seed(chains);
  }
  return judge.row();
}

/// Samplers compared at compile time, a row each: types that satisfy `contender` (Markov chains:
/// correlated sweeps), or samplers (`exact`, `collapsed`, ...), whose independent draws then count
/// as sweeps.
///
///     const auto rows = compare_samplers<exact, collapsed, mine>(run, model, {}, rng);
///
/// All contenders get the same starts, uniform over h_1, and have to show first that they are
/// right: means of log p*(h_1), of every unit of h_1 and of its likeliest states against the
/// reference, groups of chains against each other (`acceptance_rules`). What fails gets no speed.
/// Everything but the times depends on the model, the budget and `rng` alone. Times are by the
/// clock, without what recording takes: for times worth reading use `serial_executor` on an idle
/// machine. Prints nothing.
/// @param reference what is right, such as `exact_moments(run, model)`, or figures of a long run
/// @param rng moves on by one word, for any number of samplers
/// @throws std::invalid_argument for a budget out of range. A sampler that throws it for the model
///         gets the verdict `not_applicable`.
template <class... Samplers, executor Executor, class Model>
requires(contender<contender_for<Samplers, Model>, Model>&&...)
    std::vector<sampler_row> compare_samplers(const Executor& run, const Model& model,
                                              const reference_moments& reference,
                                              const comparison_budget& budget, random_engine& rng,
                                              const acceptance_rules& rules = {}) {
  const random_engine common = rng;
  (void)rng();
  std::vector<sampler_row> rows;
  const auto add = [&]<class S>() {
    random_engine engine = common;
    std::string name = contender_name<S>();
    if (name.empty()) name = "sampler " + std::to_string(rows.size() + 1);
    rows.push_back(judge_contender(run, model, reference, contender_for<S, Model>{},
                                   std::move(name), budget, rules, engine));
  };
  (add.template operator()<Samplers>(), ...);
  return rows;
}

/// The same against exact moments, for models whose h_1 can be enumerated.
template <class... Samplers, executor Executor, class Model>
std::vector<sampler_row> compare_samplers(const Executor& run, const Model& model,
                                          const comparison_budget& budget, random_engine& rng,
                                          const acceptance_rules& rules = {}) {
  return compare_samplers<Samplers...>(run, model, exact_moments(run, model), budget, rng, rules);
}

}  // namespace harmonium::inline v0_2

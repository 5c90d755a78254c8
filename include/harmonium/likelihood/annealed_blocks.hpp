// SPDX-License-Identifier: MIT
/// @file
/// Annealed importance sampling whose runs go side by side (Neal 2001; Salakhutdinov and Murray
/// 2008, "On the quantitative analysis of deep belief networks", ICML; backwards Burda, Grosse and
/// Salakhutdinov 2015, "Accurate and conservative estimates of MRF log-likelihood using reverse
/// annealing", AISTATS): block Gibbs chains, the states of all runs matrices and their inputs
/// matrix products. `annealed_log_partition` moves collapsed chains instead, one by one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/likelihood/annealed.hpp"
#include "harmonium/likelihood/importance_weights.hpp"
#include "harmonium/samplers/annealed_block_chains.hpp"

namespace harmonium::inline v0_2 {

/// log Z of the start of `annealed_blocks`, in closed form: sum_l A_l(c_l), nats.
/// @param reference natural parameters of every layer, the visible one too
template <class Model>
double independent_log_partition(const Model& model, const typename Model::state_type& reference) {
  return reference_log_partition(model, reference) +
         static_cast<double>(model.visible().log_partition(as_span(reference[0])));
}

/// log Z of the whole model from independent units on, the runs of one temperature side by side. As
/// with `annealed_log_partition` the exponential of the estimate is unbiased and the estimate a
/// stochastic lower bound. The path is linear in the natural parameters, see
/// `annealed_block_chains`. Every run has its own random stream: the same bits for any executor.
/// Cost of a temperature: two products of runs x visible units x hidden units.
/// @param reference natural parameters of every layer, the visible one too, without weights; good
///        ones give the means of the data (`natural_from_mean`)
/// @param options runs, temperatures and sweeps; all runs are in memory
/// @param rng moves on by one word
/// @throws std::invalid_argument for options out of range, a reference of another shape or one
///         whose visible units have no distribution.
template <executor Executor, class Model>
annealed_result annealed_blocks(const Executor& run, const Model& model,
                                const typename Model::state_type& reference,
                                const annealed_options& options, random_engine& rng,
                                summed_layers summed = usual_summed_layers<Model>) {
  const auto ladder = inverse_temperatures(options);
  annealed_block_chains<Model> chains(model, reference, summed, options.runs, rng);
  std::vector<double> log_weights(static_cast<std::size_t>(options.runs),
                                  independent_log_partition(model, reference));
  std::vector<double> betas(log_weights.size());
  chains.start();
  for (std::size_t t = 1; t < ladder.size(); ++t) {
    chains.add_step(run, ladder[t - 1], ladder[t], log_weights);
    if (t + 1 == ladder.size()) break;  // the last state has no weight to give
    betas.assign(betas.size(), ladder[t]);
    for (index k = 0; k < options.sweeps; ++k) chains.sweep(run, betas);
  }
  const auto all = summarise_weights(log_weights);
  return {all.log_mean, all.standard_error, all.effective_number, std::move(log_weights)};
}

/// The same backwards, from states of the model: a stochastic upper bound if these are from the
/// model, see `reverse_annealed_log_partition`.
/// @param starts states from the model, one run each, visible layer too; the layers that are summed
///        out are not used
/// @param group consecutive starts that depend on each other, such as those of one chain, for the
///        standard error; must divide their number
/// @param options `runs` has no part in it
/// @param rng moves on by one word
/// @throws std::invalid_argument as `annealed_blocks`, and for starts of another shape.
template <executor Executor, class Model>
annealed_result reverse_annealed_blocks(const Executor& run, const Model& model,
                                        const typename Model::state_type& reference,
                                        std::span<const typename Model::state_type> starts,
                                        index group, const annealed_options& options,
                                        random_engine& rng,
                                        summed_layers summed = usual_summed_layers<Model>) {
  const auto ladder = inverse_temperatures(options);
  require(!starts.empty(), "reverse_annealed_blocks", "at least one start is needed");
  for (const auto& start : starts)
    for (std::size_t l = 0; l < Model::layers; ++l)
      require(start[l].size() == model.size(l), "reverse_annealed_blocks",
              "every start needs one state per unit");
  annealed_block_chains<Model> chains(model, reference, summed, std::ssize(starts), rng);
  std::vector<double> log_weights(starts.size(), -independent_log_partition(model, reference));
  std::vector<double> betas(starts.size());
  chains.start(starts);
  for (std::size_t t = ladder.size() - 1; t > 0; --t) {
    chains.add_step(run, ladder[t], ladder[t - 1], log_weights);
    if (t == 1) break;
    betas.assign(betas.size(), ladder[t - 1]);
    for (index k = 0; k < options.sweeps; ++k) chains.sweep(run, betas);
  }
  const auto all = summarise_weights(log_weights, group);
  return {-all.log_mean, all.standard_error, all.effective_number, std::move(log_weights)};
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// States that particles may have missed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/likelihood/annealed.hpp"
#include "harmonium/models/log_hidden_weight.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `explore`.
struct explorer_options {
  index count = 64;         ///< states; 0: none is looked for
  index temperatures = 60;  ///< from independent units to the model
  double evidence = 0.5;  ///< nats, and two standard errors, by which log Z from independent units
                          ///< must exceed log Z backwards from the particles to count
};

/// Hidden states of a model, each with what it says of log Z.
template <class Model>
struct annealed_explorers {
  std::vector<typename Model::state_type> states;  ///< entry 0 (visible) means nothing
  std::vector<double> log_weights;  ///< of the annealed run; the log of their mean exponential is
                                    ///< log Z, a stochastic lower bound
  std::vector<double> log_hidden;   ///< `log_hidden_weight` of each under the model then
  double log_partition = 0;         ///< log Z as annealing backwards from the particles has it
  double unseen = 0;  ///< nats by which log Z of the explorers is above it: at most minus the log
                      ///< of the particles' share, less where few runs from independent units end
                      ///< where the particles are
  double unseen_error = 0;  ///< standard error of that
};

/// Annealed importance sampling from independent units to the model: unlike particles that follow a
/// model through its training, such runs know nothing of the modes that it had before. Back from
/// the particles, log Z lacks the modes that they lack (see `reverse_annealed_log_partition`).
/// @param particles states of the model as the training knows them; `count` of them are used,
/// evenly
/// @param means     of h_1 in the reference, length size(1)
/// @param rng       moves on by two words; the result does not depend on the executor
template <executor Executor, collapsible Model>
[[nodiscard]] annealed_explorers<Model> explore(
    const Executor& run, const Model& model, std::span<const typename Model::state_type> particles,
    std::span<const typename Model::scalar> means, const explorer_options& options,
    random_engine& rng) {
  using scalar = typename Model::scalar;
  auto reference = model.make_state();
  std::vector<scalar> inside(means.begin(), means.end());
  keep_inside(model.template units<1>(), 0.05, std::span<scalar>(inside));
  model.template units<1>().natural_from_mean(std::span<const scalar>(inside),
                                              as_span(reference[1]));
  const annealed_options annealing{.runs = options.count, .temperatures = options.temperatures};
  annealed_explorers<Model> found;
  auto forth = annealed_log_partition(run, model, reference, annealing, rng, &found.states);
  for (const auto& state : found.states)
    found.log_hidden.push_back(log_hidden_weight(model, state));
  // Copies of one particle lie side by side.
  std::vector<typename Model::state_type> starts;
  const std::size_t all = particles.size(),
                    most = std::min(static_cast<std::size_t>(options.count), all);
  for (std::size_t k = 0; k < most; ++k) starts.push_back(particles[k * all / most]);
  const auto back = reverse_annealed_log_partition(
      run, model, reference, std::span<const typename Model::state_type>(starts), 1, annealing,
      rng);
  found.log_partition = back.log_partition;
  found.unseen = forth.log_partition - back.log_partition;
  found.unseen_error = std::hypot(forth.standard_error, back.standard_error);
  found.log_weights = std::move(forth.log_weights);
  return found;
}

}  // namespace harmonium::inline v0_2

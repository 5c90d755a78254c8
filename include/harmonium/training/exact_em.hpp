// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood by expectation-maximisation, for models whose first hidden layer can be
/// enumerated. No learning rate.
#pragma once

#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/likelihood/enumeration.hpp"
#include "harmonium/training/newton_m_step.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/upper_m_step.hpp"

namespace harmonium {

/// The M-step: first the parameters of the layers above h_1, if any (not with `fix_weights`), then
/// Newton over visible biases and first-layer weights with the first hidden biases refitted at
/// every trial; a trial is accepted only if the objective rises.
/// Cost of a step: states x genes, times one logarithm, and for the states that count genes x
/// hidden^2.
/// @param hidden enumeration of `model`; follows it
/// @param limits largest admissible visible input per gene (a constraint's `limits`)
/// @param cells  number of cells behind `data`, which weighs the data against the ridge
template <executor Executor, class Model>
exact_em_result maximise_expected(const Executor& run, Model& model,
                                  hidden_enumeration<Model>& hidden,
                                  const posterior_statistics<typename Model::scalar>& data,
                                  std::span<const typename Model::scalar> limits, index cells,
                                  const exact_em_options& options = {}) {
  double gained = 0, penalty = 0;
  if constexpr (Model::hidden_layers > 1) {
    upper_m_step<Model> upper(model, hidden, data, cells,
                              {options.fix_weights ? 0 : options.upper_steps, options.upper_ridge});
    const auto result = upper.run(run);
    gained = result.objective_after - result.objective_before;
    penalty = upper.penalty();
  }
  auto result = newton_m_step<Model>(model, hidden, data, limits, cells, options).run(run);
  result.objective_before -= gained + penalty;
  result.objective_after -= penalty;
  return result;
}

}  // namespace harmonium

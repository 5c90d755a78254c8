// SPDX-License-Identifier: MIT
/// @file
/// The M-step of exact EM, for models whose first hidden layer can be enumerated.
#pragma once

#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/newton/newton_m_step.hpp"
#include "harmonium/training/newton/upper_m_step.hpp"
#include "harmonium/training/posterior_statistics.hpp"

namespace harmonium::inline v0_2 {

/// Settings of an M-step.
struct m_step_options {
  newton_options newton = {};       ///< visible biases and first-layer weights
  upper_m_step_options upper = {};  ///< the layers above h_1
};

/// First the parameters of the layers above h_1, if any (not with `biases_only`), then Newton over
/// visible biases and first-layer weights. The objective never falls.
/// @param hidden enumeration of `model`; follows it
/// @param limits largest admissible visible input per gene (a constraint's limits)
/// @param weight of all rows behind `data`, which weighs the data against the ridges
template <executor Executor, class Model>
m_step_result maximise_expected(const Executor& run, Model& model,
                                hidden_enumeration<Model>& hidden,
                                const posterior_statistics<typename Model::scalar>& data,
                                std::span<const typename Model::scalar> limits, double weight,
                                const m_step_options& options = {}) {
  double gained = 0, penalty = 0;
  if constexpr (Model::hidden_layers > 1) {
    upper_m_step_options above = options.upper;
    if (options.newton.biases_only) above.steps = 0;
    upper_m_step<Model> upper(model, hidden, data, weight, above);
    const auto result = upper.run(run);
    gained = result.objective_after - result.objective_before;
    penalty = upper.penalty();
  }
  auto result = newton_m_step<Model>(model, hidden, data, limits, weight, options.newton).run(run);
  result.objective_before -= gained + penalty;
  result.objective_after -= penalty;
  return result;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The contract of a step of stochastic training.
#pragma once

#include <concepts>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What a step is made from. Both vectors are laid out like the model's parameters; their
/// difference is the (stochastic) gradient of the log-likelihood per row. Borrows all.
template <class Scalar>
struct step_statistics {
  const vector<Scalar>& data;   ///< E[s_l] and E[s_l s_{l+1}'] over the batch
  const vector<Scalar>& model;  ///< the same under the model, from the negative phase
  /// Running covariance of h_1 over the data, size(1) x size(1), positive semidefinite, from
  /// negative phases that follow the model's steps; else null.
  const matrix<double>* hidden_covariance = nullptr;
};

/// Moves the parameters uphill in likelihood: `update(run, model, statistics, rate)`, for any
/// executor. Laws: parameters become the same bits for every executor; a rate of 0, or equal
/// statistics of data and model, leave the model where it is, but for penalties that the step
/// states.
template <class S, class Model>
concept step_for = std::copyable<S> &&
    requires(const S& step, const executor_ref& run, Model& model,
             const step_statistics<typename Model::scalar>& statistics, double rate) {
  { step.update(run, model, statistics, rate) } -> std::same_as<void>;
};

/// A step that says `moves_centred = true`: it changes biases along with weights such that every
/// layer stays centred at its data mean, and whoever changes weights after it does the same.
template <class S>
inline constexpr bool moves_centred_parameters = false;
template <class S>
requires requires {
  requires S::moves_centred;
}
inline constexpr bool moves_centred_parameters<S> = true;

}  // namespace harmonium::inline v0_2

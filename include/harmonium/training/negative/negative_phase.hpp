// SPDX-License-Identifier: MIT
/// @file
/// The contract of a negative phase: where stochastic training gets the model's own statistics
/// from.
#pragma once

#include <concepts>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"

namespace harmonium::inline v0_2 {

/// A run of a negative phase, a value: a copy goes on independently and alike.
///
/// - `write_statistics(run, model, factors, batch, out)` writes E[s_l] and E[s_l s_{l+1}'] under
/// the
///   model, laid out like its parameters. It may refit the first hidden biases, which is why it
///   comes before the step.
/// - `follow(run, before, model, effort)` is told of every change of the model, a step (`effort` 1)
///   or a refit of nuisance parameters (10), and may cut it short. Called where `follows` is true.
/// - `hidden_covariance()` is the running covariance of h_1 over the data, or null.
template <class S, class Model>
concept negative_phase_state = std::copyable<S> &&
    requires(S& state, const S& constant, const serial_executor& run, Model& model,
             const Model& before, const input_factors<Model>& factors,
             const positive_phase<Model>& batch, vector<typename Model::scalar>& out) {
  state.write_statistics(run, model, factors, batch, out);
  state.follow(run, before, model, index{1});
  { constant.hidden_covariance() } -> std::same_as<const matrix<double>*>;
  { S::follows } -> std::convertible_to<bool>;
};

/// Settings of a negative phase, a small value.
///
/// - `suits(model)` is the only choice at run time: whether the sizes of this model allow it.
/// - `doubles_inputs(model)`: whether greedy pretraining doubles the inputs of layers that will
///   later have two neighbours (see `input_factors`).
/// - `begin(model, streams)` starts a run, which refers to nothing.
///
/// Law: in expectation over its draws the statistics are, or over many batches tend to, the
/// model's.
template <class N, class Model>
concept negative_phase_for = std::copyable<N> &&
    requires(const N& settings, const Model& model, const random_streams& streams) {
  { settings.suits(model) } -> std::same_as<bool>;
  { settings.doubles_inputs(model) } -> std::same_as<bool>;
  { settings.begin(model, streams) } -> negative_phase_state<Model>;
};

}  // namespace harmonium::inline v0_2

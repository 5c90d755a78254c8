// SPDX-License-Identifier: MIT
/// @file
/// A step followed by the proximal operator of a penalty on the weights.
#pragma once

#include <cstddef>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/steps/centred_step.hpp"
#include "harmonium/training/steps/penalties.hpp"
#include "harmonium/training/steps/step_concept.hpp"

namespace harmonium::inline v0_2 {

/// Another step, then the penalty's proximal operator at the same rate, on the weights between all
/// neighbouring layers; biases are not penalised (proximal gradient: Parikh and Boyd 2014, section
/// 4.2). Of a machine with several hidden layers, `pretrain` and `joint` so penalise the same.
///
/// With `plain_gradient` it climbs to the maximum of log-likelihood per row - `penalty.value(W)`.
/// `centred_step` measures every weight by its Fisher information F, and so does the penalty then:
/// training rests where gradient = F x strength x subgradient. A weight (or unit) is zero unless
/// the likelihood asks for a Newton step of more than `strength` away from zero, for rare genes and
/// for common ones alike; and the biases make up for what the penalty takes from the weights, as
/// for any change of them.
///
/// The gradient of a mini-batch of B rows has noise, of about 1 / sqrt(B x variances) in a Newton
/// step: a strength below that moves weights towards zero but does not keep them there. Where
/// units shall switch off at small strengths, take large batches.
///
/// @tparam Step    such as `centred_step`, `plain_gradient`
/// @tparam Penalty such as `l1_penalty`, `group_penalty`
template <class Step, class Penalty>
struct penalised_step {
  Step step = {};        ///< how a gradient becomes a step
  Penalty penalty = {};  ///< on the weights between neighbouring layers

  /// @throws std::invalid_argument as the penalty does
  template <executor Executor, class Model>
  requires step_for<Step, Model> && penalty_for<Penalty, typename Model::scalar>
  void update(const Executor& run, Model& model,
              const step_statistics<typename Model::scalar>& statistics, double rate) const {
    step.update(run, model, statistics, rate);
    for (std::size_t l = 0; l < Model::hidden_layers; ++l) shrink(model, statistics.data, l, rate);
  }

 private:
  template <class Model>
  void shrink(Model& model, const vector<typename Model::scalar>& data, std::size_t l,
              double rate) const {
    if constexpr (!moves_centred_parameters<Step>) {
      penalty.shrink(model.weights(l), rate);
    } else {
      using scalar = typename Model::scalar;
      auto weights = model.weights(l);
      const matrix<scalar> before = weights;
      penalty.shrink(weights, rate);
      const auto below = model.bias_of(data, l), above = model.bias_of(data, l + 1);
      auto below_bias = model.bias(l), above_bias = model.bias(l + 1);
      for (index i = 0; i < weights.rows(); ++i) {
        const auto u = static_cast<std::size_t>(i);
        for (index k = 0; k < weights.cols(); ++k) {
          const auto v = static_cast<std::size_t>(k);
          const scalar change = weights(i, k) - before(i, k);
          below_bias[u] -= change * above[v];
          above_bias[v] -= change * below[u];
        }
      }
    }
  }
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// How the weights of a machine start before stochastic training.
#pragma once

#include <span>
#include <utility>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

struct initial_weights {
  double low = -0.1;  ///< uniform between `low` and `high` ...
  double high = 0.1;
  bool in_log_mean = true;     ///< ... in units of d log mean of the column (else of eta)
  bool balance_hidden = true;  ///< hidden biases such that an average row leaves units undecided
};

/// Random weights; hidden biases zero or such that the average row leaves units undecided; visible
/// biases such that the means stay.
/// @param means of the machine's data
/// @param rng   one word per weight
template <class Machine>
void start_weights(Machine& model, std::span<const typename Machine::scalar> means,
                   const initial_weights& initial, random_engine rng) {
  using scalar = typename Machine::scalar;
  model.visible().natural_from_mean(means, model.bias(0));
  auto weights = model.weights(0);
  const vector<scalar> scale = initial.in_log_mean
                                   ? log_mean_scale(model.visible(), means)
                                   : vector<scalar>(vector<scalar>::Ones(weights.rows()));
  for (index m = 0; m < weights.rows(); ++m)
    for (index k = 0; k < weights.cols(); ++k)
      weights(m, k) = scale[m] * static_cast<scalar>(draw::uniform(initial.low, initial.high, rng));
  keep_parts(model);
  if (!initial.balance_hidden) return;
  for (index k = 0; k < weights.cols(); ++k) {
    scalar input(0);
    for (index m = 0; m < weights.rows(); ++m)
      input += means[static_cast<std::size_t>(m)] * weights(m, k);
    model.bias(1)[static_cast<std::size_t>(k)] = -input;
  }
  const vector<scalar> none = vector<scalar>::Zero(weights.cols());
  vector<scalar> undecided(weights.cols());
  model.template units<1>().mean(as_span(none), as_span(undecided));
  for (index m = 0; m < weights.rows(); ++m) {
    const std::span<const scalar> w(weights.data() + m * weights.cols(),
                                    static_cast<std::size_t>(weights.cols()));
    model.bias(0)[static_cast<std::size_t>(m)] -=
        row::dot<scalar>(w, as_span(std::as_const(undecided)));
  }
}

}  // namespace harmonium::inline v0_2

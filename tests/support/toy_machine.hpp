// SPDX-License-Identifier: MIT
/// @file
/// A small machine to start a training of `toy_counts` from.
#pragma once

#include "harmonium/core/counts.hpp"
#include "support/tiny_models.hpp"

namespace tiny {

/// A machine for `counts` that couples its layers weakly: random weights, every gene at a fixed
/// distance below its mean. theta is 2.
template <class Model>
Model toy_machine(const hm::count_matrix<>& counts, hm::index units) {
  Model model = with_random_parameters(
      Model(hm::negative_binomial(counts.genes(), 2.0), hm::bernoulli(units)), 3);
  for (double& w : model.parameters()) w *= 0.2;
  const hm::vector<double> means = hm::gene_means(counts);
  model.visible().natural_from_mean(hm::as_span(means), model.bias(0));
  for (double& a : model.bias(0)) a -= 1;
  return model;
}

}  // namespace tiny

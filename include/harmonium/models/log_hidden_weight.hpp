// SPDX-License-Identifier: MIT
/// @file
/// How likely hidden states are under a model.
#pragma once

#include <cstddef>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/models/concepts.hpp"

namespace harmonium::inline v0_2 {

/// log p*(h_1, ..., h_L) = sum_l b_l'h_l + A_0(b_0 + W_0 h_1) + sum_l h_l'W_l h_{l+1}, nats: the
/// visible layer summed out, not normalised, and without the hidden units' base measures, which are
/// the same for every model of these families.
/// @param state entry 0 (visible) is not used
template <layered_model Model>
[[nodiscard]] double log_hidden_weight(const Model& model,
                                       const typename Model::state_type& state) {
  using scalar = typename Model::scalar;
  scratch_vector<scalar> eta(model.size(0));
  model.visible_input(as_span(state[1]), as_span(eta));
  auto total = static_cast<double>(model.visible().log_partition(as_span(std::as_const(eta))));
  for (std::size_t l = 1; l < Model::layers; ++l) {
    const auto b = model.bias(l);
    for (std::size_t k = 0; k < b.size(); ++k)
      total += static_cast<double>(state[l][static_cast<index>(k)]) * static_cast<double>(b[k]);
    if (l + 1 == Model::layers) break;
    const auto w = model.weights(l);
    for (index j = 0; j < w.rows(); ++j) {
      if (state[l][j] == scalar(0)) continue;
      double sum = 0;
      for (index k = 0; k < w.cols(); ++k)
        sum += static_cast<double>(w(j, k)) * static_cast<double>(state[l + 1][k]);
      total += static_cast<double>(state[l][j]) * sum;
    }
  }
  return total;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Moving the visible biases so that a gene's mean is what it should be.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/likelihood/enumeration.hpp"
#include "harmonium/training/hidden_balance.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium {

/// The bias a at which sum_i weights_i mean(a + offsets_i) = target for one negative-binomial gene.
/// @param weights non-negative, sum 1
/// @param offsets one natural-parameter offset per weight, such as W_m.h_i
/// @param target  > 0
/// @param highest largest admissible a + offset, < 0
/// @return the bias, or the largest admissible one where the target cannot be reached.
inline double nb_bias_for_mean(std::span<const double> weights, std::span<const double> offsets,
                               double theta, double target, double highest) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < offsets.size(); ++i)
    if (weights[i] > 0) largest = std::max(largest, offsets[i]);
  double above = highest - largest;  // at least as large as the answer
  double below = -std::numeric_limits<double>::infinity();
  double a = std::min(above, -math::log1p(theta / target) - largest);
  for (int iteration = 0; iteration < 100; ++iteration) {
    double mean = 0, slope = 0;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const double mu = nb_mean(a + offsets[i], theta);
      mean += weights[i] * mu;
      slope += weights[i] * (mu + mu * mu / theta);
    }
    if (mean < target) {
      if (a >= above) return above;
      below = a;
    } else {
      above = a;
    }
    // Newton on the log of the mean, which is nearly linear in a.
    double next = a + (math::log(target) - math::log(mean)) * mean / slope;
    if (!(next < above)) next = std::isinf(below) ? above : 0.5 * (below + above);
    if (!(next > below)) next = 0.5 * (below + above);
    if (std::abs(next - a) <= 1e-14 * std::max(1.0, std::abs(a))) return next;
    a = next;
  }
  return a;
}

struct mean_matching_result {
  double largest_error;  ///< largest relative deviation of a gene's model mean from its target
  index rounds;
};

/// Solves for the visible and first hidden biases, all weights fixed, so that the model's E[x] is
/// `means` and its E[h_1] is `hidden_means`: their maximum-likelihood equations. Enumerates h_1.
/// @param means        length genes, >= 0; genes with mean 0 keep their bias
/// @param hidden_means length size(1)
/// @param limits       per gene: no state's input goes beyond (a constraint's `limits`)
template <class Model>
mean_matching_result match_means(Model& model, std::span<const double> means,
                                 std::span<const typename Model::scalar> hidden_means,
                                 std::span<const typename Model::scalar> limits, index max_rounds = 50,
                                 double tolerance = 1e-6) {
  using scalar = typename Model::scalar;
  mean_matching_result result{0, 0};
  std::vector<double> probability, offsets;
  while (result.rounds < max_rounds) {
    ++result.rounds;
    balance_hidden_bias(model, hidden_enumeration<Model>(model), hidden_means);
    const hidden_enumeration<Model> hidden(model);
    const auto states = static_cast<std::size_t>(hidden.states());
    probability.resize(states);
    offsets.resize(states);
    for (std::size_t s = 0; s < states; ++s)
      probability[s] = static_cast<double>(hidden.probability(static_cast<index>(s)));
    result.largest_error = 0;
    for (index m = 0; m < model.size(0); ++m) {
      const double target = means[static_cast<std::size_t>(m)];
      if (!(target > 0)) continue;
      const double theta = static_cast<double>(model.visible().inverse_dispersion()[m]);
      scalar& a = model.bias(0)[static_cast<std::size_t>(m)];
      double now = 0;
      for (std::size_t s = 0; s < states; ++s) {
        const auto h = hidden.state(static_cast<index>(s));
        double offset = 0;
        for (index k = 0; k < model.size(1); ++k)
          offset += static_cast<double>(model.weights(0)(m, k)) *
                    static_cast<double>(h[static_cast<std::size_t>(k)]);
        offsets[s] = offset;
        now += probability[s] * nb_mean(static_cast<double>(a) + offset, theta);
      }
      result.largest_error = std::max(result.largest_error, std::abs(now / target - 1));
      a = static_cast<scalar>(nb_bias_for_mean(probability, offsets, theta, target,
                                               static_cast<double>(limits[static_cast<std::size_t>(m)])));
    }
    if (result.largest_error <= tolerance) break;
  }
  balance_hidden_bias(model, hidden_enumeration<Model>(model), hidden_means);
  return result;
}

}  // namespace harmonium

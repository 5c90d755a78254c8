// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood for the first hidden layer's biases, all else fixed.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// How the search for biases ended.
struct hidden_balance_result {
  bool converged;        ///< false: stopped at the cap
  index iterations;      ///< Newton steps that were made
  double log_partition;  ///< log sum_s exp(base_s + b'h_s) at the answer, nats
};

/// Finds biases b such that states of probability proportional to exp(base_s + b'h_s) have the mean
/// `target`. Concave: at most `max_iterations` damped Newton steps from the given `b`.
/// @param base   log weight of every state without b
/// @param target length units, each entry strictly between the units' least and largest value
/// @param[in,out] b length units
template <class Scalar>
hidden_balance_result balance_bias(const enumerated_states<Scalar>& states,
                                   std::span<const double> base, std::span<const double> target,
                                   std::span<double> b, index max_iterations = 30) {
  const index units = states.units();
  scratch_vector<double> terms(std::ssize(base));
  double total = 0;
  const auto objective = [&](std::span<const double> at) {
    double gain = 0;
    for (std::size_t k = 0; k < at.size(); ++k) gain += at[k] * target[k];
    states.template products<double>(at, as_span(terms));
    for (index s = 0; s < terms.size(); ++s) terms[s] += base[static_cast<std::size_t>(s)];
    total = math::log_sum_exp(as_span(std::as_const(terms)));
    return gain - total;
  };

  hidden_balance_result result{false, 0, 0};
  // The bias of a whole one-hot group changes nothing, so that only rounding of the target moves
  // it: neither follow what is smaller than that, nor divide by less.
  const double rounding = 16 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
  const double tolerance = std::max(1e-10, rounding);
  const double least_damping = std::max(1e-9, rounding);
  double damping = std::max(1e-6, rounding);
  scratch_vector<double> mean(units), gradient(units), step(units), trial(units);
  matrix<double> second(units, units), information(units, units);
  symmetric_factor factor;
  double current = objective(b);
  result.log_partition = total;
  while (result.iterations < max_iterations) {
    ++result.iterations;
    std::fill(mean.begin(), mean.end(), 0.0);
    second.setZero();
    for (index s = 0; s < states.size(); ++s) {
      const double term = terms[s] - total;
      if (term < -50) continue;  // beyond what the sums can show
      const double p = math::exp(term);
      const auto h = states[s];
      for (index j = 0; j < units; ++j) {
        const double hj = p * static_cast<double>(h[static_cast<std::size_t>(j)]);
        mean[j] += hj;
        if (hj != 0)
          for (index k = 0; k <= j; ++k)
            second(j, k) += hj * static_cast<double>(h[static_cast<std::size_t>(k)]);
      }
    }
    double largest = 0;
    for (index k = 0; k < units; ++k) {
      gradient[k] = target[static_cast<std::size_t>(k)] - mean[k];
      largest = std::max(largest, std::abs(gradient[k]));
    }
    if (largest < tolerance) {
      result.converged = true;
      break;
    }
    bool improved = false;
    while (!improved && damping < 1e6) {
      information = second;
      for (index j = 0; j < units; ++j) {
        for (index k = 0; k <= j; ++k) information(j, k) -= mean[j] * mean[k];
        information(j, j) += damping;
      }
      factor.compute(information);
      std::copy(gradient.begin(), gradient.end(), step.begin());
      factor.solve(as_span(step));
      for (index k = 0; k < units; ++k) trial[k] = b[static_cast<std::size_t>(k)] + step[k];
      const double value = objective(as_span(std::as_const(trial)));
      if (value > current) {
        std::copy(trial.begin(), trial.end(), b.begin());
        current = value;
        result.log_partition = total;
        improved = true;
        damping = std::max(least_damping, damping * 0.1);
      } else {
        damping = damping * 10;
      }
    }
    if (!improved) {  // the objective cannot tell the rest from rounding
      result.converged = largest < 1e4 * tolerance;
      break;
    }
  }
  return result;
}

/// Sets b_1 so that the model's E[h_1] equals `target`. The visible layer's log-partition sums over
/// all genes, so a small step of every weight can move log p*(h_1) by hundreds of nats and put all
/// probability on one state; refitting b_1 after each step undoes that.
/// @param hidden enumeration of `model` as it is now
/// @param target length size(1), each entry strictly between the units' least and largest value
template <class Model>
hidden_balance_result balance_hidden_bias(Model& model, const hidden_enumeration<Model>& hidden,
                                          std::span<const typename Model::scalar> target,
                                          index max_iterations = 30) {
  auto out = model.bias(1);
  scratch_vector<double> b(std::ssize(out)), aim(b.size()), base(hidden.states());
  std::copy(out.begin(), out.end(), b.begin());
  std::copy(target.begin(), target.end(), aim.begin());
  as_vector(base) = hidden.terms_above() + hidden.visible_terms();
  const auto result = balance_bias(hidden.all_states(), as_span(std::as_const(base)),
                                   as_span(std::as_const(aim)), as_span(b), max_iterations);
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = static_cast<typename Model::scalar>(b[static_cast<index>(k)]);
  return result;
}

}  // namespace harmonium::inline v0_2

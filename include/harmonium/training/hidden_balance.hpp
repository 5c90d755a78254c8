// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood for the first hidden layer's biases, all else fixed.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/likelihood/enumeration.hpp"

namespace harmonium {

struct hidden_balance_result {
  bool converged;
  index iterations;
};

/// Sets b_1 so that the model's E[h_1] equals `target`. The visible layer's log-partition sums over
/// all genes, so a small step of every weight can move log p*(h_1) by hundreds of nats and put all
/// probability on one state; refitting b_1 after each step undoes that. Concave: damped Newton on
/// at most `max_iterations` steps over the enumerated states.
/// @param hidden enumeration of `model` as it is now
/// @param target length size(1), each entry strictly between the units' least and largest value
template <class Model>
hidden_balance_result balance_hidden_bias(Model& model, const hidden_enumeration<Model>& hidden,
                                          std::span<const typename Model::scalar> target,
                                          index max_iterations = 30) {
  const index units = model.size(1), states = hidden.states();
  const auto bias = model.bias(1);
  std::vector<double> b(bias.begin(), bias.end());
  std::vector<double> base(static_cast<std::size_t>(states));  // log p*(h) without b_1
  for (index s = 0; s < states; ++s) {
    const auto h = hidden.state(s);
    double own = 0;
    for (std::size_t k = 0; k < b.size(); ++k) own += b[k] * static_cast<double>(h[k]);
    base[static_cast<std::size_t>(s)] = static_cast<double>(hidden.log_probability(s)) - own;
  }
  std::vector<double> terms(base.size());
  const auto objective = [&](const std::vector<double>& at) {
    double gain = 0;
    for (std::size_t k = 0; k < at.size(); ++k) gain += at[k] * static_cast<double>(target[k]);
    for (index s = 0; s < states; ++s) {
      const auto h = hidden.state(s);
      double term = base[static_cast<std::size_t>(s)];
      for (std::size_t k = 0; k < at.size(); ++k) term += at[k] * static_cast<double>(h[k]);
      terms[static_cast<std::size_t>(s)] = term;
    }
    return gain - math::log_sum_exp(std::span<const double>(terms));
  };

  hidden_balance_result result{false, 0};
  double current = objective(b);
  // The bias of a whole one-hot group changes nothing, so that only rounding of the target moves
  // it: neither follow what is smaller than that, nor divide by less.
  const double rounding =
      16 * static_cast<double>(std::numeric_limits<typename Model::scalar>::epsilon());
  const double tolerance = std::max(1e-10, rounding);
  const double least_damping = std::max(1e-9, rounding);
  double damping = std::max(1e-6, rounding);
  while (result.iterations < max_iterations) {
    ++result.iterations;
    current = objective(b);
    const double total = math::log_sum_exp(std::span<const double>(terms));
    vector<double> mean = vector<double>::Zero(units);
    matrix<double> second = matrix<double>::Zero(units, units);
    for (index s = 0; s < states; ++s) {
      const double p = math::exp(terms[static_cast<std::size_t>(s)] - total);
      if (p < 1e-300) continue;
      const auto h = hidden.state(s);
      for (index j = 0; j < units; ++j) {
        const double hj = p * static_cast<double>(h[static_cast<std::size_t>(j)]);
        mean[j] += hj;
        if (hj != 0)
          for (index k = 0; k <= j; ++k)
            second(j, k) += hj * static_cast<double>(h[static_cast<std::size_t>(k)]);
      }
    }
    vector<double> gradient(units);
    double largest = 0;
    for (index k = 0; k < units; ++k) {
      gradient[k] = static_cast<double>(target[static_cast<std::size_t>(k)]) - mean[k];
      largest = std::max(largest, std::abs(gradient[k]));
    }
    if (largest < tolerance) {
      result.converged = true;
      break;
    }
    bool improved = false;
    while (!improved && damping < 1e6) {
      matrix<double> information = second;
      for (index j = 0; j < units; ++j) {
        for (index k = 0; k <= j; ++k) information(j, k) -= mean[j] * mean[k];
        information(j, j) += damping;
      }
      const vector<double> step =
          information.template selfadjointView<Eigen::Lower>().ldlt().solve(gradient);
      std::vector<double> trial = b;
      for (index k = 0; k < units; ++k) trial[static_cast<std::size_t>(k)] += step[k];
      const double value = objective(trial);
      if (value > current) {
        b = std::move(trial);
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
  auto out = model.bias(1);
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<typename Model::scalar>(b[k]);
  return result;
}

}  // namespace harmonium

// SPDX-License-Identifier: MIT
/// @file
/// Does a sampler leave the joint distribution of a model alone? Compared with enumeration.
#pragma once

#include <doctest/doctest.h>

#include <cmath>

#include "harmonium/core/random_engine.hpp"
#include "harmonium/states/exact_statistics.hpp"

namespace tiny {

namespace hm = harmonium;

/// Sufficient statistics x, h_l, x h_1', h_l h_{l+1}' of one state, laid out like the parameters.
template <class Model>
hm::vector<double> statistics_of(const Model& model, const typename Model::state_type& state) {
  hm::vector<double> flat = hm::vector<double>::Zero(model.parameters().size());
  for (std::size_t l = 0; l < Model::layers; ++l) {
    hm::row::add<double>(hm::as_span(state[l]), 1.0, model.bias_of(flat, l));
    if (l + 1 < Model::layers)
      hm::row::add_outer<double>(hm::as_span(state[l]), hm::as_span(state[l + 1]), 1.0,
                                 model.weights_of(flat, l));
  }
  return flat;
}

/// Draws `n` independent states by `draw(engine) -> const state&` and compares the mean of every
/// statistic with its exact value: within 5 standard errors of the sample.
template <class Model, class Draw>
void check_statistics(const Model& model, std::uint64_t seed, int n, Draw&& draw) {
  const hm::hidden_enumeration<Model> hidden(model);
  const auto exact = hm::exact_model_statistics(model, hidden);
  hm::vector<double> sum = hm::vector<double>::Zero(exact.size());
  hm::vector<double> squares = sum;
  hm::vector<double> frequency = hm::vector<double>::Zero(hidden.states());
  hm::random_engine rng(seed);
  for (int i = 0; i < n; ++i) {
    const auto& state = draw(rng);
    const auto flat = statistics_of(model, state);
    sum += flat;
    squares += flat.cwiseAbs2();
    for (hm::index s = 0; s < hidden.states(); ++s) {
      const auto h = hidden.state(s);
      if (std::equal(h.begin(), h.end(), state[1].data())) frequency[s] += 1;
    }
  }
  for (hm::index i = 0; i < exact.size(); ++i) {
    const double mean = sum[i] / n;
    const double error = std::sqrt(std::max(0.0, squares[i] / n - mean * mean) / n) + 1.0 / n;
    CAPTURE(i);
    CHECK(std::abs(mean - exact[i]) < 5 * error);
  }
  CHECK(frequency.sum() == n);
  for (hm::index s = 0; s < hidden.states(); ++s) {
    const double p = hidden.probability(s);
    CAPTURE(s);
    CHECK(std::abs(frequency[s] / n - p) < 5 * std::sqrt(p * (1 - p) / n) + 1.0 / n);
  }
}

}  // namespace tiny

// SPDX-License-Identifier: MIT
/// @file
/// The laws of a sampler as one check: its draws against enumeration.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/samplers/concepts.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/testing/findings.hpp"

namespace harmonium::inline v0_2::testing {

/// Sufficient statistics x, h_l, x h_1', h_l h_{l+1}' of one state, laid out like the parameters.
template <layered_model Model>
[[nodiscard]] vector<typename Model::scalar> statistics_of(
    const Model& model, const typename Model::state_type& state) {
  using S = typename Model::scalar;
  vector<S> flat = vector<S>::Zero(model.parameters().size());
  for (std::size_t l = 0; l < Model::layers; ++l) {
    row::add<S>(as_span(state[l]), S(1), model.bias_of(flat, l));
    if (l + 1 < Model::layers)
      row::add_outer<S>(as_span(state[l]), as_span(state[l + 1]), S(1), model.weights_of(flat, l));
  }
  return flat;
}

/// How many draws are looked at, and from where.
struct draw_check {
  int draws = 20000;        ///< independent ones; the tolerance is five of their standard errors
  std::uint64_t seed = 21;  ///< of the engine that draws
};

/// Independent draws by `draw(engine) -> const state&` have the model's moments and the frequencies
/// of its first hidden layer's states: within five standard errors of the sample.
template <enumerable_model Model, class Draw>
findings check_draws(const Model& model, const draw_check& asked, Draw&& draw) {
  findings found;
  const hidden_enumeration<Model> hidden(model);
  const auto exact = exact_model_statistics(model, hidden);
  vector<double> sum = vector<double>::Zero(exact.size());
  vector<double> squares = sum;
  vector<double> frequency = vector<double>::Zero(hidden.states());
  random_engine rng(asked.seed);
  for (int i = 0; i < asked.draws; ++i) {
    const auto& state = draw(rng);
    const vector<double> flat = statistics_of(model, state).template cast<double>();
    sum += flat;
    squares += flat.cwiseAbs2();
    for (index s = 0; s < hidden.states(); ++s) {
      const auto h = hidden.state(s);
      if (std::equal(h.begin(), h.end(), state[1].data())) frequency[s] += 1;
    }
  }
  const double n = asked.draws;
  for (index i = 0; i < exact.size(); ++i) {
    const double mean = sum[i] / n, right = static_cast<double>(exact[i]);
    const double error = std::sqrt(std::max(0.0, squares[i] / n - mean * mean) / n) + 1.0 / n;
    found.expect(std::abs(mean - right) < 5 * error,
                 "statistic " + std::to_string(i) + " averages to " + std::to_string(mean) +
                     ", not to " + std::to_string(right) + " +- " + std::to_string(error));
  }
  found.expect(frequency.sum() == n, "a drawn hidden state is none of the model's");
  for (index s = 0; s < hidden.states(); ++s) {
    const double p = static_cast<double>(hidden.probability(s));
    found.expect(std::abs(frequency[s] / n - p) < 5 * std::sqrt(p * (1 - p) / n) + 1.0 / n,
                 "hidden state " + std::to_string(s) + " is drawn with the frequency " +
                     std::to_string(frequency[s] / n) + ", not " + std::to_string(p));
  }
  return found;
}

/// A sampler's draws come from the joint distribution of an enumerable model; they depend on the
/// engine alone and not on what the chain held before or on other chains of the source.
template <enumerable_model Model, sampler_for<Model> Sampler>
findings check_sampler(const Sampler& settings, const Model& model, const draw_check& asked = {}) {
  findings found;
  const auto source = settings.prepare(model);
  auto chain = source.make_chain(), other = source.make_chain();
  random_engine first(asked.seed), second(asked.seed), between(asked.seed + 1);
  for (int i = 0; i < 20; ++i) {
    chain.draw(first);
    const auto state = chain.state();
    for (int k = 0; k < i % 3; ++k) other.draw(between);  // another past
    other.draw(second);
    bool same = true;
    for (std::size_t l = 0; l < Model::layers; ++l) same = same && state[l] == other.state()[l];
    found.expect(same, "a draw depends on what the chain held before, or on other chains");
  }
  return found.add(check_draws(
      model, asked, [&](random_engine & rng) -> const auto& {
        chain.draw(rng);
        return chain.state();
      }));
}

}  // namespace harmonium::inline v0_2::testing

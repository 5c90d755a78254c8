// SPDX-License-Identifier: MIT
/// @file
/// Where exact EM starts: a hidden state for every cell, from the cells' principal components.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/states/enumerated_states.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/units/maximiser.hpp"

namespace harmonium::inline v0_2 {

/// Weights of scaled components in random projections, components x units: normal, divided by a
/// component's root sum of squares.
/// @param scores cells x components
/// @param weights how often each row counts; empty: once
inline matrix<double> random_projections(const matrix<double>& scores, index units,
                                         std::span<const double> weights, random_engine& rng) {
  matrix<double> turn(scores.cols(), units);
  for (index c = 0; c < scores.cols(); ++c) {
    double square = 0;
    for (index i = 0; i < scores.rows(); ++i)
      square += (weights.empty() ? 1.0 : weights[static_cast<std::size_t>(i)]) * scores(i, c) *
                scores(i, c);
    for (index k = 0; k < units; ++k) {
      const double weight = draw::normal(rng);
      turn(c, k) = square > 0 ? weight / std::sqrt(square) : 0.0;
    }
  }
  return turn;
}

/// A state for every cell, cells x units: that which is best for random projections of its scores.
/// With Bernoulli units, those of positive projection are on.
template <class Scalar, class Units>
matrix<Scalar> projected_states(const Units& units, const matrix<double>& scores,
                                std::span<const double> row_weights, random_engine& rng) {
  const matrix<double> turn = random_projections(scores, units.size(), row_weights, rng);
  matrix<Scalar> states(scores.rows(), units.size());
  std::vector<double> weights(static_cast<std::size_t>(units.size()));
  for (index i = 0; i < scores.rows(); ++i) {
    std::fill(weights.begin(), weights.end(), 0.0);
    for (index c = 0; c < scores.cols(); ++c)
      for (std::size_t k = 0; k < weights.size(); ++k)
        weights[k] += scores(i, c) * turn(c, static_cast<index>(k));
    write_maximiser(units, std::span<const double>(weights),
                    std::span<Scalar>(states.data() + i * states.cols(), weights.size()));
  }
  return states;
}

/// Every state has one unit at 1: two groups of two categories also have as many states as units.
template <class Scalar>
bool is_one_group(const enumerated_states<Scalar>& states) {
  if (states.size() != states.units()) return false;
  for (index s = 0; s < states.size(); ++s) {
    const auto state = states[s];
    if (std::count(state.begin(), state.end(), Scalar(0)) != states.units() - 1) return false;
  }
  return true;
}

/// One state per cell. Layers of one one-hot group take the clusters of k-means; in others every
/// unit weighs the components (scaled to equal variance) at random, and a cell takes the state that
/// is best for its weights: with Bernoulli units, those of positive weight are on.
/// @param scores      cells x components
/// @param row_weights how often each cell counts; empty: once (k-means does not know them)
/// @return for `sum_posterior`; `rng` moves on by the same number of words for equal shapes.
template <executor Executor, class Scalar>
std::vector<std::vector<state_probability>> starting_states(const Executor& run,
                                                            const enumerated_states<Scalar>& states,
                                                            const matrix<double>& scores,
                                                            std::span<const double> row_weights,
                                                            random_engine& rng) {
  const index cells = scores.rows(), units = states.units();
  std::vector<std::vector<state_probability>> shares(static_cast<std::size_t>(cells));
  if (is_one_group(states)) {
    const auto found = k_means(run, scores, {.clusters = units}, rng);
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = {{found.labels[i], 1.0}};
    return shares;
  }
  const matrix<double> turn = random_projections(scores, units, row_weights, rng);
  for_each_range(run, cells, 32, [&](index begin, index end) {
    std::vector<double> weights(static_cast<std::size_t>(units));
    std::vector<double> value(static_cast<std::size_t>(states.size()));
    for (index i = begin; i < end; ++i) {
      std::fill(weights.begin(), weights.end(), 0.0);
      for (index c = 0; c < scores.cols(); ++c)
        for (index k = 0; k < units; ++k)
          weights[static_cast<std::size_t>(k)] += scores(i, c) * turn(c, k);
      states.template products<double>(weights, value);
      const auto best = std::max_element(value.begin(), value.end()) - value.begin();
      shares[static_cast<std::size_t>(i)] = {{best, 1.0}};
    }
  });
  return shares;
}

}  // namespace harmonium::inline v0_2

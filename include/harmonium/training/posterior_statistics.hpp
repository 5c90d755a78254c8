// SPDX-License-Identifier: MIT
/// @file
/// The E-step of exact EM: expectations of the data under p(h_1 | x), by enumeration.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/enumeration.hpp"
#include "harmonium/training/log_mean_scale.hpp"

namespace harmonium {

/// Expected statistics of the data under p(h_1 | x): what an M-step needs.
template <class Scalar>
struct posterior_statistics {
  matrix<double> pairs;            ///< genes x (1 + size(1)): mean of x [1, h_1]'
  std::vector<double> state_mass;  ///< mean posterior probability of every state
  vector<Scalar> hidden_means;     ///< mean of h_1
  matrix<Scalar> hidden;           ///< cells x size(1): E[h_1 | x]
  double log_likelihood = 0;       ///< mean of log p(x) less its log base measure, nats per cell
};

/// States whose posterior probability is worth counting, of one cell.
struct posterior_share {
  index state;
  double probability;
};

/// Sums shares over cells, in the order of cells. `shares[i]` holds those of cell i.
template <class Scalar, count_source Counts>
posterior_statistics<Scalar> sum_posterior(const enumerated_states<Scalar>& states,
                                           const Counts& counts,
                                           std::span<const std::vector<posterior_share>> shares) {
  const double weight = 1.0 / static_cast<double>(counts.cells());
  posterior_statistics<Scalar> result;
  result.hidden = matrix<Scalar>::Zero(counts.cells(), states.units());
  result.pairs = matrix<double>::Zero(counts.genes(), states.units() + 1);
  result.state_mass.assign(static_cast<std::size_t>(states.size()), 0.0);
  result.hidden_means = vector<Scalar>::Zero(states.units());
  for (index i = 0; i < counts.cells(); ++i) {
    std::span<Scalar> own(result.hidden.data() + i * states.units(),
                          static_cast<std::size_t>(states.units()));
    for (const auto& [state, probability] : shares[static_cast<std::size_t>(i)]) {
      result.state_mass[static_cast<std::size_t>(state)] += weight * probability;
      row::add<Scalar>(states[state], static_cast<Scalar>(probability), own);
    }
    row::for_each_nonzero(counts.cell(i), [&](index m, auto value) {
      const double x = weight * static_cast<double>(value);
      double* pairs = result.pairs.data() + m * (states.units() + 1);
      pairs[0] += x;
      for (index k = 0; k < states.units(); ++k)
        pairs[k + 1] += x * static_cast<double>(own[static_cast<std::size_t>(k)]);
    });
    for (index k = 0; k < states.units(); ++k)
      result.hidden_means[k] += static_cast<Scalar>(weight) * result.hidden(i, k);
  }
  return result;
}

/// Shares of a cell's states from log p(h_1 | x) but for one constant; the improbable are left out.
/// @param[out] shares overwritten, sum 1
/// @return log sum_s exp(terms_s)
template <class Scalar>
double share_out(std::span<const Scalar> terms, std::vector<posterior_share>& shares) {
  const Scalar largest = *std::max_element(terms.begin(), terms.end());
  shares.clear();
  double total = 0;
  for (std::size_t s = 0; s < terms.size(); ++s) {
    const auto below = static_cast<double>(terms[s] - largest);
    if (below < -45) continue;  // even 2^14 of them are below rounding
    shares.push_back({static_cast<index>(s), math::exp(below)});
    total += shares.back().probability;
  }
  for (auto& share : shares) share.probability /= total;
  return static_cast<double>(largest) + math::log(total);
}

/// The E-step. Cost: cells x (non-zeros x hidden units + states).
template <executor Executor, class Model, count_source Counts>
auto posterior_of(const Executor& run, const Model& model, const hidden_enumeration<Model>& hidden,
                  const Counts& counts) {
  using scalar = typename Model::scalar;
  std::vector<std::vector<posterior_share>> shares(static_cast<std::size_t>(counts.cells()));
  std::vector<double> evidence(shares.size());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    scratch_vector<scalar> terms(hidden.states());
    for (index i = begin; i < end; ++i) {
      log_posterior_terms(model, hidden, counts.cell(i), as_span(terms));
      evidence[static_cast<std::size_t>(i)] =
          share_out(as_span(std::as_const(terms)), shares[static_cast<std::size_t>(i)]) +
          static_cast<double>(row::dot<scalar>(counts.cell(i), model.bias(0)));
    }
  });
  auto result = sum_posterior<scalar>(hidden.all_states(), counts,
                                      std::span<const std::vector<posterior_share>>(shares));
  keep_inside(model.template units<1>(), 1e-4, as_span(result.hidden_means));
  for (const double cell : evidence) result.log_likelihood += cell;
  result.log_likelihood = result.log_likelihood / static_cast<double>(counts.cells()) -
                          static_cast<double>(hidden.log_partition());
  return result;
}

}  // namespace harmonium

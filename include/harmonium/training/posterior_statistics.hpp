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

#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

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
struct state_probability {
  index state;         ///< number of the first hidden layer's state
  double probability;  ///< of the state given a row, 0 to 1
};

/// Sums shares over cells, which are added in their order. Borrows all it is given.
template <class Scalar, row_source Data>
class posterior_sum {
 public:
  posterior_sum(const enumerated_states<Scalar>& states, const Data& data,
                posterior_statistics<Scalar>& result)
      : states_(&states), data_(&data), result_(&result), share_(1.0 / total_weight(data)) {
    result.hidden.setZero(row_count(data), states.units());
    result.pairs.setZero(column_count(data), states.units() + 1);
    result.state_mass.assign(static_cast<std::size_t>(states.size()), 0.0);
    result.hidden_means.setZero(states.units());
    result.log_likelihood = 0;
  }

  void add(index cell, std::span<const state_probability> shares) {
    const index units = states_->units();
    const double weight = share_ * row_weight(*data_, cell);
    posterior_statistics<Scalar>& result = *result_;
    std::span<Scalar> own(result.hidden.data() + cell * units, static_cast<std::size_t>(units));
    for (const auto& [state, probability] : shares) {
      result.state_mass[static_cast<std::size_t>(state)] += weight * probability;
      row::add<Scalar>((*states_)[state], static_cast<Scalar>(probability), own);
    }
    row::for_each_nonzero(row_of(*data_, cell), [&](index m, auto value) {
      const double x = weight * static_cast<double>(value);
      double* pairs = result.pairs.data() + m * (units + 1);
      pairs[0] += x;
      for (index k = 0; k < units; ++k)
        pairs[k + 1] += x * static_cast<double>(own[static_cast<std::size_t>(k)]);
    });
    for (index k = 0; k < units; ++k)
      result.hidden_means[k] += static_cast<Scalar>(weight) * result.hidden(cell, k);
  }

 private:
  const enumerated_states<Scalar>* states_;
  const Data* data_;
  posterior_statistics<Scalar>* result_;
  double share_;  ///< of a row that counts once
};

/// The sum over all cells. `shares[i]` holds those of cell i.
template <class Scalar, row_source Data>
posterior_statistics<Scalar> sum_posterior(const enumerated_states<Scalar>& states,
                                           const Data& data,
                                           std::span<const std::vector<state_probability>> shares) {
  posterior_statistics<Scalar> result;
  posterior_sum<Scalar, Data> sum(states, data, result);
  for (index i = 0; i < row_count(data); ++i) sum.add(i, shares[static_cast<std::size_t>(i)]);
  return result;
}

/// The shares of some cells and what each of them adds to the log-likelihood.
class state_probabilities {
 public:
  /// Room for `cells` cells of up to `states` shares.
  state_probabilities(index cells, index states)
      : states_(static_cast<std::size_t>(states)),
        shares_(static_cast<std::size_t>(cells) * states_),
        counts_(static_cast<std::size_t>(cells)),
        evidence_(counts_.size()) {}

  /// Takes those of one cell from log p(h_1 | x) but for one constant; the improbable are left out.
  /// The shares sum to 1.
  /// @return log sum_s exp(terms_s)
  template <class Scalar>
  double share_out(index cell, std::span<const Scalar> terms) {
    const Scalar largest = *std::max_element(terms.begin(), terms.end());
    state_probability* const shares = begin(cell);
    std::size_t count = 0;
    double total = 0;
    for (std::size_t s = 0; s < terms.size(); ++s) {
      const auto below = static_cast<double>(terms[s] - largest);
      if (below < -45) continue;  // even 2^14 of them are below rounding
      shares[count] = {static_cast<index>(s), math::exp(below)};
      total += shares[count++].probability;
    }
    for (std::size_t k = 0; k < count; ++k) shares[k].probability /= total;
    counts_[static_cast<std::size_t>(cell)] = count;
    return static_cast<double>(largest) + math::log(total);
  }

  [[nodiscard]] std::span<const state_probability> of(index cell) const {
    return {shares_.data() + static_cast<std::size_t>(cell) * states_,
            counts_[static_cast<std::size_t>(cell)]};
  }
  [[nodiscard]] double& evidence(index cell) { return evidence_[static_cast<std::size_t>(cell)]; }

 private:
  state_probability* begin(index cell) {
    return shares_.data() + static_cast<std::size_t>(cell) * states_;
  }

  std::size_t states_;
  std::vector<state_probability> shares_;  ///< cells x states
  std::vector<std::size_t> counts_;        ///< of every cell
  std::vector<double> evidence_;
};

/// The posterior of all cells, some of them at a time: shares of many states need much memory.
/// `log_likelihood` is the mean of what `evidence` gives.
/// @param terms    `terms(i, out)` writes log p(h_1 | x_i) of every state but for one constant
/// @param evidence `evidence(i, log sum_s exp(terms_s))`
template <executor Executor, class Scalar, row_source Data, class Terms, class Evidence>
void sum_over_cells(const Executor& run, const enumerated_states<Scalar>& states, const Data& data,
                    posterior_statistics<Scalar>& result, const Terms& terms,
                    const Evidence& evidence) {
  constexpr index block = 32, most_shares = index{1} << 20;
  const index blocks = std::max<index>(1, most_shares / (block * states.size()));
  const index rows = row_count(data), at_once = std::min(rows, blocks * block);
  state_probabilities work(at_once, states.size());
  posterior_sum<Scalar, Data> sum(states, data, result);
  for (index first = 0; first < rows; first += at_once) {
    const index cells = std::min(at_once, rows - first);
    for_each_range(run, cells, block, [&](index begin, index end) {
      scratch_vector<Scalar> own(states.size());
      for (index i = begin; i < end; ++i) {
        terms(first + i, as_span(own));
        work.evidence(i) = evidence(first + i, work.share_out(i, as_span(std::as_const(own))));
      }
    });
    for (index i = 0; i < cells; ++i) {
      sum.add(first + i, work.of(i));
      result.log_likelihood += row_weight(data, first + i) * work.evidence(i);
    }
  }
  result.log_likelihood = result.log_likelihood / total_weight(data);
}

/// The E-step. Cost: cells x (non-zeros x hidden units + states).
/// @param[out] result overwritten
template <executor Executor, class Model, row_source Data>
void posterior_of(const Executor& run, const Model& model, const hidden_enumeration<Model>& hidden,
                  const Data& data, posterior_statistics<typename Model::scalar>& result) {
  using scalar = typename Model::scalar;
  sum_over_cells(
      run, hidden.all_states(), data, result,
      [&](index i, std::span<scalar> terms) {
        log_posterior_terms(model, hidden, row_of(data, i), terms);
      },
      [&](index i, double log_sum) {
        return log_sum + static_cast<double>(row::dot<scalar>(row_of(data, i), model.bias(0)));
      });
  keep_inside(model.template units<1>(), 1e-4, as_span(result.hidden_means));
  result.log_likelihood -= static_cast<double>(hidden.log_partition());
}
template <executor Executor, class Model, row_source Data>
auto posterior_of(const Executor& run, const Model& model, const hidden_enumeration<Model>& hidden,
                  const Data& data) {
  posterior_statistics<typename Model::scalar> result;
  posterior_of(run, model, hidden, data, result);
  return result;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Log pseudo-likelihood of rows: the sum over visible sites of log p(x_site | all other sites),
/// for which no log Z is needed (Besag 1975, "Statistical analysis of non-lattice data", The
/// Statistician 24).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/rows.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// One hidden layer over a visible layer whose sites have finitely many states (Bernoulli, spin,
/// one-hot groups), so that a site's conditional distribution is a finite sum. Counts and real
/// numbers have none: of count models log Z is bracketed instead (`bracket_log_partition`).
template <class Model>
concept finite_visible_sites = Model::hidden_layers == 1 && sited_unit_family<units_of<Model, 0>>;

/// Conditional log-probabilities of a row's sites, from differences of free energies that are
/// updated in place. Holds what rows share; a value that borrows the model.
template <finite_visible_sites Model>
class site_conditionals {
 public:
  using scalar = typename Model::scalar;

  explicit site_conditionals(const Model& model)
      : model_(&model),
        site_(model.visible().site()),
        visible_(model.size(0)),
        input_(model.size(1)),
        changed_(model.size(1)) {
    for (index s = 0; s < site_.states(); ++s) {
      states_.emplace_back(site_.size());
      site_.write_state(s, as_span(states_.back()));
    }
    weights_.resize(states_.size());
  }

  [[nodiscard]] index sites() const noexcept { return model_->size(0) / site_.size(); }

  /// The row to look at, a `cell_counts` or a dense span. Cost: genes x hidden units.
  template <class Row>
  void look_at(const Row& x) {
    visible_.setZero();
    row::for_each_nonzero(x,
                          [&](index m, auto value) { visible_[m] = static_cast<scalar>(value); });
    model_->first_hidden_input(as_span(std::as_const(visible_)), as_span(input_));
  }

  /// log p(x_site | x elsewhere), nats. Cost: hidden units x states of the site x its units.
  [[nodiscard]] double log_conditional(index site) {
    const index begin = site * site_.size();
    double own = 0;
    for (std::size_t s = 0; s < states_.size(); ++s) {
      const auto& state = states_[s];
      changed_ = input_;
      double direct = static_cast<double>(site_.log_base_measure(as_span(state)));
      bool same = true;
      for (index u = 0; u < site_.size(); ++u) {
        const scalar change = state[u] - visible_[begin + u];
        direct += static_cast<double>(model_->bias(0)[static_cast<std::size_t>(begin + u)]) *
                  static_cast<double>(change);
        if (change == scalar(0)) continue;
        same = false;
        const auto weights = model_->weights(0);
        for (index k = 0; k < changed_.size(); ++k) changed_[k] += change * weights(begin + u, k);
      }
      weights_[s] = direct + static_cast<double>(model_->template units<1>().log_partition(
                                 as_span(std::as_const(changed_))));
      if (same) own = weights_[s];
    }
    return own - math::log_sum_exp(std::span<const double>(weights_));
  }

 private:
  const Model* model_;
  units_of<Model, 0> site_;
  std::vector<vector<scalar>> states_;  ///< of a site
  vector<scalar> visible_, input_, changed_;
  std::vector<double> weights_;  ///< log weight of every state of the site at hand
};

/// Mean log pseudo-likelihood of rows over all sites, nats per row; weighted where the rows are. 0
/// without rows. Not a likelihood: it says which of two models of the same data knows better how
/// sites hang together, and costs rows x sites x states x hidden units.
/// @throws std::invalid_argument if a row has another length than the visible layer
template <executor Executor, finite_visible_sites Model, row_source Data>
[[nodiscard]] double pseudo_likelihood(const Executor& run, const Model& model, const Data& data) {
  require(column_count(data) == model.size(0), "pseudo_likelihood",
          "rows have " + std::to_string(column_count(data)) + " entries, the visible layer " +
              std::to_string(model.size(0)));
  if (row_count(data) == 0) return 0;
  vector<double> per_row(row_count(data));
  for_each_range(run, row_count(data), 16, [&](index begin, index end) {
    site_conditionals<Model> conditionals(model);
    for (index i = begin; i < end; ++i) {
      conditionals.look_at(row_of(data, i));
      double sum = 0;
      for (index s = 0; s < conditionals.sites(); ++s) sum += conditionals.log_conditional(s);
      per_row[i] = row_weight(data, i) * sum;
    }
  });
  double total = 0;
  for (const double row : per_row) total += row;
  return total / total_weight(data);
}

/// An unbiased estimate of the same from `sites` random sites of each row, without replacement:
/// their sum times the number of all over theirs. With one site of a Bernoulli layer it is the
/// figure of scikit-learn's `BernoulliRBM.score_samples`.
/// @param sites of every row, from 1 to the number of sites
/// @param rng   moves on by one word; the result does not depend on the executor
/// @throws std::invalid_argument as above, and for `sites` out of range
template <executor Executor, finite_visible_sites Model, row_source Data>
[[nodiscard]] double estimated_pseudo_likelihood(const Executor& run, const Model& model,
                                                 const Data& data, index sites,
                                                 random_engine& rng) {
  require(column_count(data) == model.size(0), "estimated_pseudo_likelihood",
          "rows have " + std::to_string(column_count(data)) + " entries, the visible layer " +
              std::to_string(model.size(0)));
  const index all = model.size(0) / model.visible().site().size();
  require(sites >= 1 && sites <= all, "estimated_pseudo_likelihood",
          "sites must be from 1 to " + std::to_string(all) + ", got " + std::to_string(sites));
  const random_streams streams(rng);
  if (row_count(data) == 0) return 0;
  vector<double> per_row(row_count(data));
  for_each_range(run, row_count(data), 16, [&](index begin, index end) {
    site_conditionals<Model> conditionals(model);
    for (index i = begin; i < end; ++i) {
      random_engine engine = streams[static_cast<std::uint64_t>(i)];
      conditionals.look_at(row_of(data, i));
      double sum = 0;
      for (const index s : draw::sample_without_replacement(all, sites, engine))
        sum += conditionals.log_conditional(s);
      per_row[i] =
          row_weight(data, i) * sum * static_cast<double>(all) / static_cast<double>(sites);
    }
  });
  double total = 0;
  for (const double row : per_row) total += row;
  return total / total_weight(data);
}

}  // namespace harmonium::inline v0_2

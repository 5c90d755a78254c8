// SPDX-License-Identifier: MIT
/// @file
/// Exact figures of a model whose first hidden layer is small enough to enumerate: the visible
/// layer and the layers above sum out state by state, which leaves log p*(h_1)
/// (Welling et al. 2005, for one hidden layer).
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/states/enumerated_states.hpp"
#include "harmonium/states/visible_walk.hpp"

namespace harmonium::inline v0_2 {

/// All states of the first hidden layer with their exact probabilities under a model; or a weighted
/// list of some that stands for all.
/// Cost: states x (genes + hidden units); memory: states x (hidden units + 5).
template <enumerable_model Model>
class hidden_enumeration {
 public:
  using scalar = typename Model::scalar;

  /// @param max_states refuses larger layers; 2^14 states of 1000 genes take 0.2 seconds.
  /// @throws std::invalid_argument if the first hidden layer has more states.
  explicit hidden_enumeration(const Model& model, index max_states = index{1} << 14)
      : hidden_enumeration(serial_executor{}, model, max_states) {}

  template <executor Executor>
  hidden_enumeration(const Executor& run, const Model& model, index max_states = index{1} << 14)
      : hidden_enumeration(run, model,
                           enumerated_states<scalar>(checked_units(model, max_states))) {}

  /// Some states in place of all; they may be equal. See `set_log_weights`.
  template <executor Executor>
  hidden_enumeration(const Executor& run, const Model& model, enumerated_states<scalar> states)
      : states_(std::move(states)),
        visible_terms_(states_.size()),
        log_weights_(vector<double>::Zero(states_.size())) {
    set_model(run, model);
  }

  /// The same with other states, in the memory of these. All count once.
  template <executor Executor>
  void set_states(const Executor& run, const Model& model, const matrix<scalar>& states) {
    states_.assign(states);
    visible_terms_.resize(states_.size());
    log_weights_.setZero(states_.size());
    set_model(run, model);
  }

  /// Brings all figures up to date after any change of the model. The weights stay.
  template <executor Executor>
  void set_model(const Executor& run, const Model& model) {
    visible_log_partitions(run, model, states_, as_span(visible_terms_));
    set_layers_above(run, model);
  }

  /// The same after a change of the hidden layers' parameters: no gene is visited.
  template <executor Executor>
  void set_layers_above(const Executor& run, const Model& model) {
    above_.resize(states());
    for_each_range(run, states(), 256, [&](index begin, index end) {
      for (index s = begin; s < end; ++s)
        above_[s] = static_cast<double>(model.template units<1>().log_base_measure(state(s)) +
                                        model.template log_sum_above<1>(state(s)));
    });
    set_hidden_bias(model.bias(1));
  }

  /// The same after a change of b_1 alone.
  void set_hidden_bias(std::span<const scalar> bias) {
    scratch_vector<double> b(std::ssize(bias));
    std::copy(bias.begin(), bias.end(), b.begin());
    hidden_terms_.resize(states());
    states_.template products<double>(as_span(std::as_const(b)), as_span(hidden_terms_));
    for (index s = 0; s < states(); ++s) hidden_terms_[s] += above_[s];
    normalise();
  }

  /// The same after a change of b_0, W_0 or the visible units.
  /// @param terms what `visible_log_partitions` gives
  void set_visible_terms(const vector<double>& terms) {
    require(terms.size() == states(), "hidden_enumeration::set_visible_terms",
            "one term per state is needed");
    visible_terms_ = terms;
    normalise();
  }

  /// State s counts exp(log_weights[s]) times from now on, as in importance sampling: what is said
  /// of probabilities and of log Z holds of the weighted list.
  void set_log_weights(std::span<const double> log_weights) {
    require(std::ssize(log_weights) == states(), "hidden_enumeration::set_log_weights",
            "one weight per state is needed");
    std::copy(log_weights.begin(), log_weights.end(), log_weights_.data());
    normalise();
  }
  void set_log_weights(const vector<double>& log_weights) { set_log_weights(as_span(log_weights)); }

  [[nodiscard]] index states() const noexcept { return states_.size(); }
  /// State `s` of the first hidden layer.
  [[nodiscard]] std::span<const scalar> state(index s) const noexcept { return states_[s]; }
  [[nodiscard]] const enumerated_states<scalar>& all_states() const noexcept { return states_; }
  /// log p(h_1 = state s), normalised.
  [[nodiscard]] scalar log_probability(index s) const noexcept {
    return static_cast<scalar>((hidden_terms_[s] + visible_terms_[s] + log_weights_[s]) -
                               log_partition_);
  }
  [[nodiscard]] scalar probability(index s) const noexcept { return math::exp(log_probability(s)); }
  /// Log base measure plus b_1'h_1 plus the sum over the layers above: log p*(h_1) without the
  /// visible layer.
  [[nodiscard]] scalar hidden_term(index s) const noexcept {
    return static_cast<scalar>(hidden_terms_[s]);
  }
  /// Log base measure plus `log_sum_above<1>` of every state.
  [[nodiscard]] const vector<double>& terms_above() const noexcept { return above_; }
  /// The visible layer's log-partition of every state.
  [[nodiscard]] const vector<double>& visible_terms() const noexcept { return visible_terms_; }
  /// Logarithm of how often every state counts; zero where all are listed.
  [[nodiscard]] const vector<double>& log_weights() const noexcept { return log_weights_; }
  /// log Z of the whole model, in nats.
  [[nodiscard]] scalar log_partition() const noexcept {
    return static_cast<scalar>(log_partition_);
  }

 private:
  static const auto& checked_units(const Model& model, index max_states) {
    const index count = model.template units<1>().states();
    require(count <= max_states, "hidden_enumeration",
            "the first hidden layer has " + std::to_string(count) +
                " states, more than max_states = " + std::to_string(max_states) +
                "; chains (collapsed, tempered) and sampled EM need no list of them");
    return model.template units<1>();
  }

  void normalise() {
    scratch_vector<double> terms(states());
    for (index s = 0; s < states(); ++s)
      terms[s] = (hidden_terms_[s] + visible_terms_[s]) + log_weights_[s];
    log_partition_ = math::log_sum_exp(as_span(std::as_const(terms)));
  }

  enumerated_states<scalar> states_;
  vector<double> above_;
  vector<double> hidden_terms_;
  vector<double> visible_terms_;
  vector<double> log_weights_;  ///< zero where all states are listed
  double log_partition_ = 0;
};

/// log p(h_1 | x) of every state, but for one constant: hidden_term + x'W_0 h_1.
/// @param x a `cell_counts` or a dense span
/// @param[out] terms length states
template <class Model, class Row>
void log_posterior_terms(const Model& model, const hidden_enumeration<Model>& hidden, const Row& x,
                         std::span<typename Model::scalar> terms) {
  using scalar = typename Model::scalar;
  scratch_vector<scalar> from_below(model.size(1), scalar(0));
  row::add_product<scalar>(x, model.weights(0), as_span(from_below));
  hidden.all_states().template products<scalar>(as_span(std::as_const(from_below)), terms);
  for (index s = 0; s < hidden.states(); ++s)
    terms[static_cast<std::size_t>(s)] += hidden.hidden_term(s);
}

/// The same as a vector.
template <class Model, class Row>
std::vector<typename Model::scalar> log_posterior_terms(const Model& model,
                                                        const hidden_enumeration<Model>& hidden,
                                                        const Row& x) {
  std::vector<typename Model::scalar> terms(static_cast<std::size_t>(hidden.states()));
  log_posterior_terms(model, hidden, x, std::span(terms));
  return terms;
}

/// log sum_h exp(-E(x, h)) for one visible state x of a model of any depth: minus its free energy.
/// @param x a `cell_counts` or a dense span; @param log_base its log base measure.
template <class Model, class Row>
typename Model::scalar log_unnormalised(const Model& model, const hidden_enumeration<Model>& hidden,
                                        const Row& x, typename Model::scalar log_base) {
  using scalar = typename Model::scalar;
  scratch_vector<scalar> terms(hidden.states());
  log_posterior_terms(model, hidden, x, as_span(terms));
  return row::dot<scalar>(x, model.bias(0)) + log_base +
         math::log_sum_exp(as_span(std::as_const(terms)));
}

/// log p(x), exactly, in nats.
template <class Model, class Row>
typename Model::scalar log_likelihood(const Model& model, const hidden_enumeration<Model>& hidden,
                                      const Row& x, typename Model::scalar log_base) {
  return log_unnormalised(model, hidden, x, log_base) - hidden.log_partition();
}

}  // namespace harmonium::inline v0_2

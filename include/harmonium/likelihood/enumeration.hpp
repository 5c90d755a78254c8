// SPDX-License-Identifier: MIT
/// @file
/// Exact figures of a model whose first hidden layer is small enough to enumerate: the visible
/// layer and the layers above sum out state by state, which leaves log p*(h_1) (design: "x sums out
/// in closed form"; Welling et al. 2005 for the one-layer case).
#pragma once

#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"

namespace harmonium {

/// All states of the first hidden layer with their exact probabilities under a model.
/// Cost: states x (genes x hidden units); memory: states x (hidden units + 3).
template <class Model>
class hidden_enumeration {
 public:
  using scalar = typename Model::scalar;

  /// @param max_states refuses larger layers; 2^14 states of 1000 genes take about a second.
  /// @throws std::invalid_argument if the first hidden layer has more states.
  explicit hidden_enumeration(const Model& model, index max_states = index{1} << 14)
      : hidden_enumeration(serial_executor{}, model, max_states) {}

  template <executor Executor>
  hidden_enumeration(const Executor& run, const Model& model, index max_states = index{1} << 14) {
    const index count = model.template units<1>().states();
    require(count <= max_states, "hidden_enumeration",
            "the first hidden layer has " + std::to_string(count) +
                " states, more than max_states = " + std::to_string(max_states) +
                "; use Gibbs sampling");
    states_.resize(count, model.size(1));
    hidden_terms_.resize(count);
    above_.resize(count);
    visible_terms_.resize(count);
    for_each_range(run, count, 16, [&](index begin, index end) {
      vector<scalar> eta(model.size(0));
      for (index s = begin; s < end; ++s) {
        std::span<scalar> h(states_.row(s).data(), static_cast<std::size_t>(states_.cols()));
        model.template units<1>().write_state(s, h);
        above_[s] = model.template log_sum_above<1>(state(s));
        model.visible_input(state(s), as_span(eta));
        visible_terms_[s] = model.visible().log_partition(as_span(std::as_const(eta)));
      }
    });
    set_hidden_bias(model.bias(1));
  }

  /// Brings the figures up to date after a change of b_1 alone: no gene is visited.
  void set_hidden_bias(std::span<const scalar> bias) {
    std::vector<scalar> terms(static_cast<std::size_t>(states()));
    for (index s = 0; s < states(); ++s) {
      hidden_terms_[s] = row::dot<scalar>(state(s), bias) + above_[s];
      terms[static_cast<std::size_t>(s)] = hidden_terms_[s] + visible_terms_[s];
    }
    log_partition_ = math::log_sum_exp(std::span<const scalar>(terms));
  }

  [[nodiscard]] index states() const noexcept { return states_.rows(); }
  /// State `s` of the first hidden layer.
  [[nodiscard]] std::span<const scalar> state(index s) const noexcept {
    return {states_.data() + s * states_.cols(), static_cast<std::size_t>(states_.cols())};
  }
  /// log p(h_1 = state s), normalised.
  [[nodiscard]] scalar log_probability(index s) const noexcept {
    return hidden_terms_[s] + visible_terms_[s] - log_partition_;
  }
  [[nodiscard]] scalar probability(index s) const noexcept { return math::exp(log_probability(s)); }
  /// b_1'h_1 plus the sum over the layers above: log p*(h_1) without the visible layer.
  [[nodiscard]] scalar hidden_term(index s) const noexcept { return hidden_terms_[s]; }
  /// log Z of the whole model, in nats.
  [[nodiscard]] scalar log_partition() const noexcept { return log_partition_; }

 private:
  matrix<scalar> states_;
  vector<scalar> above_;  ///< log_sum_above<1>
  vector<scalar> hidden_terms_;
  vector<scalar> visible_terms_;
  scalar log_partition_ = 0;
};

/// log p(h_1 | x) of every state, but for one constant: hidden_term + x'W_0 h_1.
/// @param x a `cell_counts` or a dense span
template <class Model, class Row>
std::vector<typename Model::scalar> log_posterior_terms(const Model& model,
                                                        const hidden_enumeration<Model>& hidden,
                                                        const Row& x) {
  using scalar = typename Model::scalar;
  vector<scalar> from_below = vector<scalar>::Zero(model.size(1));
  row::add_product<scalar>(x, model.weights(0), as_span(from_below));
  std::vector<scalar> terms(static_cast<std::size_t>(hidden.states()));
  for (index s = 0; s < hidden.states(); ++s)
    terms[static_cast<std::size_t>(s)] =
        hidden.hidden_term(s) +
        row::dot<scalar>(hidden.state(s), as_span(std::as_const(from_below)));
  return terms;
}

/// log sum_h exp(-E(x, h)) for one visible state x of a model of any depth: minus its free energy.
/// @param x a `cell_counts` or a dense span; @param log_base its log base measure.
template <class Model, class Row>
typename Model::scalar log_unnormalised(const Model& model, const hidden_enumeration<Model>& hidden,
                                        const Row& x, typename Model::scalar log_base) {
  using scalar = typename Model::scalar;
  const auto terms = log_posterior_terms(model, hidden, x);
  return row::dot<scalar>(x, model.bias(0)) + log_base +
         math::log_sum_exp(std::span<const scalar>(terms));
}

/// log p(x), exactly, in nats.
template <class Model, class Row>
typename Model::scalar log_likelihood(const Model& model, const hidden_enumeration<Model>& hidden,
                                      const Row& x, typename Model::scalar log_base) {
  return log_unnormalised(model, hidden, x, log_base) - hidden.log_partition();
}

}  // namespace harmonium

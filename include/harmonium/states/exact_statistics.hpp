// SPDX-License-Identifier: MIT
/// @file
/// Sufficient statistics E[s_l] and E[s_l s_{l+1}'] of a model, exactly. Their difference between
/// data and model is the gradient of the log-likelihood.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/states/hidden_enumeration.hpp"

namespace harmonium::inline v0_2 {

/// Adds `weight` times E[s_l, s_l s_{l+1}' | state of layer `Layer`] for all layers above `Layer`
/// to `flat`, a vector or span laid out like the parameters. Cost: as `Model::log_sum_above`.
template <std::size_t Layer, class Model, class Flat>
void add_statistics_above(const Model& model, std::span<const typename Model::scalar> state,
                          typename Model::scalar weight, Flat& flat) {
  using scalar = typename Model::scalar;
  if constexpr (Layer < Model::hidden_layers) {
    const auto& above = model.template units<Layer + 1>();
    const auto b = model.bias(Layer + 1);
    scratch_vector<scalar> input(model.size(Layer + 1)), upper(model.size(Layer + 1));
    std::copy(b.begin(), b.end(), input.data());
    row::add_product<scalar>(state, model.weights(Layer), as_span(input));
    auto add = [&](std::span<const scalar> h, scalar scale) {
      row::add<scalar>(h, scale, model.bias_of(flat, Layer + 1));
      row::add_outer<scalar>(state, h, scale, model.weights_of(flat, Layer));
    };
    if constexpr (Layer + 1 == Model::hidden_layers) {
      above.mean(as_span(std::as_const(input)), as_span(upper));
      add(as_span(std::as_const(upper)), weight);
    } else {
      scratch_vector<scalar> terms(above.states());
      for (index s = 0; s < terms.size(); ++s) {
        above.write_state(s, as_span(upper));
        const auto h = as_span(std::as_const(upper));
        terms[s] = above.log_base_measure(h) + row::dot<scalar>(h, as_span(std::as_const(input))) +
                   model.template log_sum_above<Layer + 1>(h);
      }
      const scalar total = math::log_sum_exp(as_span(std::as_const(terms)));
      for (index s = 0; s < terms.size(); ++s) {
        above.write_state(s, as_span(upper));
        const auto h = as_span(std::as_const(upper));
        const scalar p = weight * math::exp(terms[s] - total);
        add(h, p);
        add_statistics_above<Layer + 1>(model, h, p, flat);
      }
    }
  }
}

/// Adds `weight` times the statistics of one first-hidden state, with E[x | h_1] for x.
template <class Model>
void add_model_statistics(const Model& model, std::span<const typename Model::scalar> first_hidden,
                          typename Model::scalar weight, vector<typename Model::scalar>& flat) {
  using scalar = typename Model::scalar;
  scratch_vector<scalar> eta(model.size(0)), mean(model.size(0));
  model.visible_input(first_hidden, as_span(eta));
  model.visible().mean(as_span(std::as_const(eta)), as_span(mean));
  const auto x = as_span(std::as_const(mean));
  row::add<scalar>(x, weight, model.bias_of(flat, 0));
  row::add_outer<scalar>(x, first_hidden, weight, model.weights_of(flat, 0));
  row::add<scalar>(first_hidden, weight, model.bias_of(flat, 1));
}

/// The model's expected statistics, laid out like the parameters.
/// @param[out] flat overwritten
template <class Model>
void exact_model_statistics(const Model& model, const hidden_enumeration<Model>& hidden,
                            vector<typename Model::scalar>& flat) {
  using scalar = typename Model::scalar;
  flat.setZero(model.parameters().size());
  for (index s = 0; s < hidden.states(); ++s) {
    const scalar p = hidden.probability(s);
    if (p < scalar(1e-30)) continue;  // beyond what any sum can show
    add_model_statistics(model, hidden.state(s), p, flat);
    add_statistics_above<1>(model, hidden.state(s), p, flat);
  }
}
template <class Model>
vector<typename Model::scalar> exact_model_statistics(const Model& model,
                                                      const hidden_enumeration<Model>& hidden) {
  vector<typename Model::scalar> flat;
  exact_model_statistics(model, hidden, flat);
  return flat;
}

/// Adds `weight` times the statistics of one data row, the hidden layers averaged over p(h | x).
template <class Model, class Row>
void add_exact_data_statistics(const Model& model, const hidden_enumeration<Model>& hidden,
                               const Row& x, typename Model::scalar weight,
                               vector<typename Model::scalar>& flat) {
  using scalar = typename Model::scalar;
  const auto terms = log_posterior_terms(model, hidden, x);
  const scalar total = math::log_sum_exp(std::span<const scalar>(terms));
  row::add<scalar>(x, weight, model.bias_of(flat, 0));
  for (index s = 0; s < hidden.states(); ++s) {
    const scalar p = weight * math::exp(terms[static_cast<std::size_t>(s)] - total);
    if (p == scalar(0)) continue;
    const auto h = hidden.state(s);
    row::add<scalar>(h, p, model.bias_of(flat, 1));
    row::add_outer<scalar>(x, h, p, model.weights_of(flat, 0));
    add_statistics_above<1>(model, h, p, flat);
  }
}

}  // namespace harmonium::inline v0_2

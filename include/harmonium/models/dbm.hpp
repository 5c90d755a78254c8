// SPDX-License-Identifier: MIT
/// @file
/// The deep Boltzmann machine: a stack of layers, each an exponential family given its neighbours.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/stack.hpp"

namespace harmonium::inline v0_2 {

/// One state of every layer, bottom to top: `state[0]` visible, `state[1]` first hidden, ...
template <class Scalar, std::size_t Layers>
using layer_states = std::array<vector<Scalar>, Layers>;

/// All layers compute in the same floating-point type.
template <class Visible, class... Hidden>
concept one_scalar = (std::same_as<typename Visible::scalar, typename Hidden::scalar> && ...);

/// A deep Boltzmann machine with layers s_0 (visible), s_1 ... s_L (hidden), of any depth:
///
///     E(s) = - sum_l [ b_l's_l + log base_l(s_l) ] - sum_l s_l' W_l s_{l+1}
///     p(s_l | rest) : natural parameter b_l + W_{l-1}'s_{l-1} + W_l s_{l+1}
///
/// With negative-binomial visible and Bernoulli hidden units this is the scDBM of Treppner et al.
/// 2021 (Eq. 4, 6-8). The parameters are one flat vector with named views:
/// b_0 ... b_L, then W_0 ... W_{L-1}, each row-major (units below x units above).
/// Where two neighbouring layers both have unbounded states, the joint distribution normalises
/// under a condition on the weights; see units/stack.hpp and models/normalisable.hpp.
/// @tparam Visible unit family of the data
/// @tparam Hidden  unit families of the hidden layers, bottom to top
template <unit_family Visible, hidden_unit_family... Hidden>
requires normalisable_stack<Visible, Hidden...> && one_scalar<Visible, Hidden...>
class dbm {
 public:
  using scalar = typename Visible::scalar;
  using visible_units = Visible;
  static constexpr std::size_t hidden_layers = sizeof...(Hidden);
  static constexpr std::size_t layers = hidden_layers + 1;
  using state_type = layer_states<scalar, layers>;

  /// All biases and weights zero.
  explicit dbm(Visible visible, Hidden... hidden)
      : units_(std::move(visible), std::move(hidden)...) {
    std::apply([&](const auto&... u) { sizes_ = {u.size()...}; }, units_);
    index total = 0;
    for (std::size_t l = 0; l < layers; ++l) {
      require(sizes_[l] > 0, "dbm", "every layer needs at least one unit");
      bias_begin_[l] = total;
      total += sizes_[l];
    }
    for (std::size_t l = 0; l < hidden_layers; ++l) {
      weight_begin_[l] = total;
      total += sizes_[l] * sizes_[l + 1];
    }
    parameters_ = vector<scalar>::Zero(total);
  }

  /// Units of layer `Layer`; 0 is visible.
  template <std::size_t Layer>
  [[nodiscard]] const auto& units() const noexcept {
    return std::get<Layer>(units_);
  }
  [[nodiscard]] const Visible& visible() const noexcept { return std::get<0>(units_); }
  /// To change what the family holds, such as inverse dispersions. Must keep its size.
  [[nodiscard]] Visible& visible() noexcept { return std::get<0>(units_); }

  [[nodiscard]] index size(std::size_t layer) const noexcept { return sizes_[layer]; }

  [[nodiscard]] const vector<scalar>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] vector<scalar>& parameters() noexcept { return parameters_; }

  /// Bias of a layer, length size(layer).
  [[nodiscard]] std::span<const scalar> bias(std::size_t layer) const noexcept {
    return bias_of(parameters_, layer);
  }
  [[nodiscard]] std::span<scalar> bias(std::size_t layer) noexcept {
    return bias_of(parameters_, layer);
  }
  /// Weights between layer `below` and the next, size(below) x size(below + 1).
  [[nodiscard]] weight_view<scalar> weights(std::size_t below) const noexcept {
    return weights_of(parameters_, below);
  }
  [[nodiscard]] weight_span<scalar> weights(std::size_t below) noexcept {
    return weights_of(parameters_, below);
  }

  /// The same views of any vector laid out like the parameters: a gradient, or the sufficient
  /// statistics (biases hold E[s_l], weights E[s_l s_{l+1}']).
  [[nodiscard]] std::span<const scalar> bias_of(const vector<scalar>& flat,
                                                std::size_t layer) const noexcept {
    return {flat.data() + bias_begin_[layer], static_cast<std::size_t>(sizes_[layer])};
  }
  [[nodiscard]] std::span<scalar> bias_of(vector<scalar>& flat, std::size_t layer) const noexcept {
    return {flat.data() + bias_begin_[layer], static_cast<std::size_t>(sizes_[layer])};
  }
  [[nodiscard]] std::span<scalar> bias_of(std::span<scalar> flat,
                                          std::size_t layer) const noexcept {
    return flat.subspan(static_cast<std::size_t>(bias_begin_[layer]),
                        static_cast<std::size_t>(sizes_[layer]));
  }
  [[nodiscard]] weight_view<scalar> weights_of(const vector<scalar>& flat,
                                               std::size_t below) const noexcept {
    return {flat.data() + weight_begin_[below], sizes_[below], sizes_[below + 1]};
  }
  [[nodiscard]] weight_span<scalar> weights_of(vector<scalar>& flat,
                                               std::size_t below) const noexcept {
    return {flat.data() + weight_begin_[below], sizes_[below], sizes_[below + 1]};
  }
  [[nodiscard]] weight_span<scalar> weights_of(std::span<scalar> flat,
                                               std::size_t below) const noexcept {
    return {flat.data() + weight_begin_[below], sizes_[below], sizes_[below + 1]};
  }

  /// Storage for one state of every layer, zeros.
  [[nodiscard]] state_type make_state() const {
    state_type state;
    for (std::size_t l = 0; l < layers; ++l) state[l] = vector<scalar>::Zero(sizes_[l]);
    return state;
  }

  /// Natural parameter of layer `layer` given its neighbours' states (or means).
  /// @param[out] out length size(layer), overwritten.
  void layer_input(const state_type& state, std::size_t layer, std::span<scalar> out) const {
    if (layer == 1) {
      first_hidden_input(as_span(state[0]), out);
    } else {
      const auto b = bias(layer);
      std::copy(b.begin(), b.end(), out.begin());
      if (layer > 1) row::add_product<scalar>(as_span(state[layer - 1]), weights(layer - 1), out);
    }
    if (layer + 1 < layers)
      row::add_product_above<scalar>(weights(layer), as_span(state[layer + 1]), out);
  }

  /// The part of the first hidden layer's input that comes from its bias and from below, b_1 +
  /// x'W_0.
  /// @param x a `cell_counts` (cost: its non-zeros) or a dense span of size(0) entries.
  template <class Row>
  void first_hidden_input(const Row& x, std::span<scalar> out) const {
    const auto b = bias(1);
    std::copy(b.begin(), b.end(), out.begin());
    row::add_product<scalar>(x, weights(0), out);
  }

  /// Natural parameter of the visible layer, b_0 + W_0 h_1.
  void visible_input(std::span<const scalar> first_hidden, std::span<scalar> out) const {
    const auto b = bias(0);
    std::copy(b.begin(), b.end(), out.begin());
    row::add_product_above<scalar>(weights(0), first_hidden, out);
  }

  /// E(s) in nats; exp(-E) is the unnormalised joint probability.
  [[nodiscard]] scalar energy(const state_type& state) const {
    scalar total(0);
    for (std::size_t l = 0; l < layers; ++l) total -= row::dot<scalar>(as_span(state[l]), bias(l));
    for_each_layer(
        [&](auto layer) { total -= units<layer()>().log_base_measure(as_span(state[layer()])); });
    for (std::size_t l = 0; l < hidden_layers; ++l) {
      vector<scalar> from_below = vector<scalar>::Zero(sizes_[l + 1]);
      row::add_product<scalar>(as_span(state[l]), weights(l), as_span(from_below));
      total -= row::dot<scalar>(as_span(state[l + 1]), as_span(std::as_const(from_below)));
    }
    return total;
  }

  /// log sum over the layers above `Layer` of exp(-energy of those layers and their coupling to
  /// `state`): 0 for the top layer, closed form below it, enumeration of layer Layer + 1 further
  /// down (cost: product of the state numbers of the layers strictly between `Layer` and the top).
  /// @param state one state of layer `Layer`.
  template <std::size_t Layer>
  requires enumerable_above<dbm, Layer>
  [[nodiscard]] scalar log_sum_above(std::span<const scalar> state) const {
    if constexpr (Layer == hidden_layers) {
      return scalar(0);
    } else {
      const auto b = bias(Layer + 1);
      scratch_vector<scalar> input(sizes_[Layer + 1]);
      std::copy(b.begin(), b.end(), input.data());
      row::add_product<scalar>(state, weights(Layer), as_span(input));
      const auto& above = units<Layer + 1>();
      if constexpr (Layer + 1 == hidden_layers) {
        return above.log_partition(as_span(std::as_const(input)));
      } else {
        scratch_vector<scalar> terms(above.states()), upper(sizes_[Layer + 1]);
        for (index s = 0; s < terms.size(); ++s) {
          above.write_state(s, as_span(upper));
          const auto h = as_span(std::as_const(upper));
          terms[s] = above.log_base_measure(h) +
                     row::dot<scalar>(h, as_span(std::as_const(input))) +
                     log_sum_above<Layer + 1>(h);
        }
        return math::log_sum_exp(as_span(std::as_const(terms)));
      }
    }
  }

  /// log p*(h_1), with the visible layer and all layers above summed out:
  /// log base_1(h_1) + b_1'h_1 + A_0(b_0 + W_0 h_1) + log_sum_above<1>(h_1). Not normalised.
  /// (A template, so that Clang 14 leaves it out of explicit instantiations where it does not fit.)
  template <class Self = dbm>
  requires enumerable_above<Self, 1>
  [[nodiscard]] scalar log_marginal(std::span<const scalar> first_hidden) const {
    vector<scalar> eta(sizes_[0]);
    visible_input(first_hidden, as_span(eta));
    return units<1>().log_base_measure(first_hidden) + row::dot<scalar>(first_hidden, bias(1)) +
           visible().log_partition(as_span(std::as_const(eta))) + log_sum_above<1>(first_hidden);
  }

  /// Calls `body(std::integral_constant<std::size_t, l>)` for every layer, bottom to top.
  template <class Body>
  static void for_each_layer(Body&& body) {
    [&]<std::size_t... L>(std::index_sequence<L...>) {
      (body(std::integral_constant<std::size_t, L>{}), ...);
    }
    (std::make_index_sequence<layers>{});
  }

 private:
  std::tuple<Visible, Hidden...> units_;
  std::array<index, layers> sizes_{};
  std::array<index, layers> bias_begin_{};
  std::array<index, hidden_layers> weight_begin_{};
  vector<scalar> parameters_;
};

}  // namespace harmonium::inline v0_2

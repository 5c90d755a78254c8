// SPDX-License-Identifier: MIT
/// @file
/// The contract of a layered model, a Boltzmann machine of any depth.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A joint distribution p(s) = exp(-energy(s)) / Z over the states of layers s_0 (visible) to s_L,
/// of which every layer given its neighbours is its unit family with the natural parameter that
/// `layer_input` gives. All parameters are one flat vector with views: biases b_0 ... b_L, then the
/// weights between layer l and l + 1. `dbm` and `rbm` are models.
///
/// Laws: layer_input(s, l) is minus the derivative of the energy by s_l, without the log base
/// measure; `bias_of` and `weights_of` are the same views of any vector laid out like the
/// parameters, such as minus the derivative of the energy by the parameters: s_l and s_l s_{l+1}';
/// copies are independent; const functions may be called from several threads at once.
template <class M>
concept layered_model = std::copyable<M> && std::floating_point<typename M::scalar> &&
                        (M::layers == M::hidden_layers + 1) &&
                        (M::hidden_layers >= 1) &&
                        unit_family<typename M::visible_units>&& requires(
                            M& model, const M& constant, std::size_t layer,
                            vector<typename M::scalar>& flat, const typename M::state_type& state,
                            std::span<const typename M::scalar> hidden,
                            std::span<typename M::scalar> out) {
  { constant.size(layer) } -> std::same_as<index>;
  { constant.visible() } -> std::same_as<const typename M::visible_units&>;
  { model.visible() } -> std::same_as<typename M::visible_units&>;
  constant.template units<0>();
  constant.template units<M::hidden_layers>();
  { constant.parameters() } -> std::same_as<const vector<typename M::scalar>&>;
  { model.parameters() } -> std::same_as<vector<typename M::scalar>&>;
  { constant.bias(layer) } -> std::same_as<std::span<const typename M::scalar>>;
  { model.bias(layer) } -> std::same_as<std::span<typename M::scalar>>;
  { constant.weights(layer) } -> std::same_as<weight_view<typename M::scalar>>;
  { model.weights(layer) } -> std::same_as<weight_span<typename M::scalar>>;
  { constant.bias_of(flat, layer) } -> std::same_as<std::span<typename M::scalar>>;
  { constant.weights_of(flat, layer) } -> std::same_as<weight_span<typename M::scalar>>;
  { constant.make_state() } -> std::same_as<typename M::state_type>;
  { constant.layer_input(state, layer, out) } -> std::same_as<void>;
  { constant.visible_input(hidden, out) } -> std::same_as<void>;
  { constant.first_hidden_input(hidden, out) } -> std::same_as<void>;
  { constant.energy(state) } -> std::same_as<typename M::scalar>;
};

}  // namespace harmonium::inline v0_2

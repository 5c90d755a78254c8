// SPDX-License-Identifier: MIT
/// @file
/// The laws of a layered model as one check.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/testing/check_sampler.hpp"
#include "harmonium/testing/findings.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2::testing {

namespace detail {

/// A state of layer `Layer` with the natural parameter `eta`.
template <std::size_t Layer, class Model>
void sample_layer(const Model& model, std::span<const typename Model::scalar> eta,
                  typename Model::state_type& state, random_engine& rng) {
  model.template units<Layer>().sample(eta, as_span(state[Layer]), rng);
}

/// Energy differences of two states of one layer against that layer's input.
template <std::size_t Layer, class Model>
void check_layer(findings& found, const Model& model, typename Model::state_type state,
                 random_engine& rng) {
  using S = typename Model::scalar;
  const auto where = found.in("layer " + std::to_string(Layer));
  const auto size = static_cast<std::size_t>(model.size(Layer));
  const auto& units = model.template units<Layer>();
  found.expect(std::cmp_equal(units.size(), size), "size() is not that of its units");
  std::vector<S> eta(size, std::numeric_limits<S>::quiet_NaN());
  model.layer_input(state, Layer, std::span<S>(eta));
  for (const S e : eta)
    if (!found.expect(e < units.natural_supremum() && std::isfinite(e),
                      "an input is not admissible: give a model whose inputs are"))
      return;
  const auto before = static_cast<double>(model.energy(state));
  const auto base = [&] {
    return static_cast<double>(units.log_base_measure(as_span(std::as_const(state[Layer]))));
  };
  const double base_before = base();
  const auto old = state[Layer];
  sample_layer<Layer>(model, std::span<const S>(eta), state, rng);
  double expected = base_before - base(), scale = 1 + std::abs(before);
  for (std::size_t i = 0; i < size; ++i) {
    const auto k = static_cast<index>(i);
    const double term = static_cast<double>(eta[i]) *
                        (static_cast<double>(state[Layer][k]) - static_cast<double>(old[k]));
    expected -= term;
    scale += std::abs(term);
  }
  const double epsilon = static_cast<double>(std::numeric_limits<S>::epsilon());
  const double change = static_cast<double>(model.energy(state)) - before;
  found.expect(std::abs(change - expected) <= 256 * epsilon * (scale + std::abs(base_before)),
               "energy changes by " + std::to_string(change) + " where layer_input and the base " +
                   "measure say " + std::to_string(expected));
}

}  // namespace detail

/// `layer_input` is minus the energy's slope by a layer's state, biases and weights enter the
/// energy by s_l and s_l s_{l+1}', their views reach every parameter once, the two shorter
/// functions agree with `layer_input`, and copies are independent.
/// @param model one whose visible inputs are admissible for every hidden state
template <layered_model Model>
findings check_model(const Model& model, std::uint64_t seed = 7) {
  using S = typename Model::scalar;
  findings found;
  random_engine rng(seed);

  // A state, from the top down: each hidden layer at the input 0, the visible one at its own.
  auto state = model.make_state();
  for (std::size_t l = 0; l < Model::layers; ++l)
    if (!found.expect(std::cmp_equal(state[l].size(), model.size(l)),
                      "make_state makes layers of another size"))
      return found;
  [&]<std::size_t... L>(std::index_sequence<L...>) {
    (detail::sample_layer<L + 1>(
         model, std::vector<S>(static_cast<std::size_t>(model.size(L + 1)), S(0)), state, rng),
     ...);
  }
  (std::make_index_sequence<Model::layers - 1>{});
  std::vector<S> visible(static_cast<std::size_t>(model.size(0)), S(-1)), again(visible);
  model.visible_input(as_span(std::as_const(state[1])), std::span<S>(visible));
  model.layer_input(state, 0, std::span<S>(again));
  found.expect(visible == again, "visible_input is not layer_input of layer 0");
  for (const S e : visible)
    if (!found.expect(e < model.visible().natural_supremum() && std::isfinite(e),
                      "a visible input is not admissible: give a model whose inputs are"))
      return found;
  detail::sample_layer<0>(model, std::span<const S>(visible), state, rng);

  if constexpr (Model::hidden_layers == 1) {
    std::vector<S> from_below(static_cast<std::size_t>(model.size(1)), S(-1)), input(from_below);
    model.first_hidden_input(as_span(std::as_const(state[0])), std::span<S>(from_below));
    model.layer_input(state, 1, std::span<S>(input));
    found.expect(from_below == input, "first_hidden_input is not layer_input of layer 1");
  }
  for (int n = 0; n < 5; ++n) [&]<std::size_t... L>(std::index_sequence<L...>) {
      (detail::check_layer<L>(found, model, state, rng), ...);
    }
  (std::make_index_sequence<Model::layers>{});

  // The energy is linear in the parameters. Visible parameters of a family with a pole may leave
  // its domain: the energy of a given state does not mind.
  const vector<S> statistics = statistics_of(model, state);
  const auto before = static_cast<double>(model.energy(state));
  Model moved = model;
  const double epsilon = static_cast<double>(std::numeric_limits<S>::epsilon());
  for (index i = 0; i < model.parameters().size(); ++i) {
    const S was = moved.parameters()[i];
    moved.parameters()[i] = was + S(1);
    const double change = static_cast<double>(moved.energy(state)) - before;
    moved.parameters()[i] = was;
    const auto expected = -static_cast<double>(statistics[i]);
    found.expect(
        std::abs(change - expected) <= 256 * epsilon * (1 + std::abs(before) + std::abs(expected)),
        "parameter " + std::to_string(i) + " changes the energy by " + std::to_string(change) +
            ", not by " + std::to_string(expected));
  }

  // Views: every parameter is reached once, and through the model as through any vector.
  index reached = 0;
  for (std::size_t l = 0; l < Model::layers; ++l) {
    reached += model.size(l);
    found.expect(std::cmp_equal(model.bias(l).size(), model.size(l)),
                 "a bias has not the size of its layer");
    found.expect(model.bias(l).data() >= model.parameters().data() &&
                     model.bias(l).data() <= model.parameters().data() + model.parameters().size(),
                 "a bias is no view of the parameters");
  }
  found.expect(reached <= model.parameters().size(), "there are fewer parameters than biases");

  Model copy = model;
  copy.parameters()[0] += S(1);
  found.expect(copy.parameters()[0] != model.parameters()[0], "a copy shares its parameters");
  return found;
}

}  // namespace harmonium::inline v0_2::testing

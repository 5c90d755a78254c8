// SPDX-License-Identifier: MIT
/// @file
/// Parts that stand each on its own: between a layer of parts and another of as many parts, weights
/// link part and part of the same number only. They are zero between others and stay so in
/// training, which makes a stack of parts separate machines side by side, up to the layer that
/// joins them.
#pragma once

#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// Both layers are made of as many parts.
template <class Below, class Above>
inline constexpr bool parts_on_parts = false;
template <class Below, class Above>
requires layer_of_parts<Below> && layer_of_parts<Above>
inline constexpr bool parts_on_parts<Below, Above> = Below::number == Above::number;

/// Layers `Below` and the next are linked part by part.
template <class Model, std::size_t Below>
concept linked_by_parts = parts_on_parts<units_of<Model, Below>, units_of<Model, Below + 1>>;

/// Some layers of a model are.
template <class Model, class Layers = std::make_index_sequence<Model::hidden_layers>>
inline constexpr bool has_linked_parts = false;
template <class Model, std::size_t... L>
inline constexpr bool has_linked_parts<Model, std::index_sequence<L...>> =
    (linked_by_parts<Model, L> || ...);

/// Some units of the layer above, those in [begin, end).
struct unit_range {
  index begin, end;  ///< numbers of units
  [[nodiscard]] bool holds(index unit) const noexcept { return unit >= begin && unit < end; }
};

/// Which units of layer Below + 1 each unit of layer `Below` may have a weight with; empty where
/// all may.
template <std::size_t Below, class Model>
[[nodiscard]] std::vector<unit_range> linked_units(const Model& model) {
  std::vector<unit_range> ranges;
  if constexpr (linked_by_parts<Model, Below>) {
    const auto& below = model.template units<Below>();
    const auto& above = model.template units<Below + 1>();
    for (std::size_t p = 0; p < std::remove_cvref_t<decltype(below)>::number; ++p)
      ranges.insert(ranges.end(), static_cast<std::size_t>(below.size_of(p)),
                    {above.begin_of(p), above.begin_of(p + 1)});
  }
  return ranges;
}

/// Makes the weights between parts of different number zero.
/// @param flat laid out like the parameters
template <class Model>
void keep_parts(const Model& model, vector<typename Model::scalar>& flat) {
  if constexpr (has_linked_parts<Model>)
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() < Model::hidden_layers) {
        const auto linked = linked_units<layer()>(model);
        auto weights = model.weights_of(flat, layer());
        for (std::size_t i = 0; i < linked.size(); ++i)
          for (index k = 0; k < weights.cols(); ++k)
            if (!linked[i].holds(k)) weights(static_cast<index>(i), k) = typename Model::scalar(0);
      }
    });
}
/// The same for the model's own parameters.
template <class Model>
void keep_parts(Model& model) {
  if constexpr (has_linked_parts<Model>) keep_parts(std::as_const(model), model.parameters());
}

/// A visible part with its own first hidden layer.
template <unit_family Visible, hidden_unit_family Hidden>
struct part;
/// The layers above that join the parts, from the bottom up.
template <hidden_unit_family... Hidden>
struct joined;

/// The machine of these parts and joining layers.
template <class... Parts>
struct partitioned_of;
template <class... Visible, class... Hidden, class... Joined>
struct partitioned_of<std::tuple<part<Visible, Hidden>...>, joined<Joined...>> {
  using type = dbm<parts<Visible...>, parts<Hidden...>, Joined...>;
};
/// Tells the joining layers, which come last, from the parts.
template <class Taken, class... Rest>
struct split_off_last;
template <class... Taken, class Last>
struct split_off_last<std::tuple<Taken...>, Last> {
  using type = typename partitioned_of<std::tuple<Taken...>, Last>::type;
};
template <class... Taken, class Next, class... Rest>
requires(sizeof...(Rest) > 0) struct split_off_last<std::tuple<Taken...>, Next, Rest...>
    : split_off_last<std::tuple<Taken..., Next>, Rest...> {
};

/// A Boltzmann machine of several visible parts, each with a first hidden layer of its own, which
/// deeper layers join (BoltzmannMachines.jl's partitioned training; Srivastava and Salakhutdinov
/// 2012, "Multimodal learning with deep Boltzmann machines", NIPS):
///
///     using machine = partitioned<part<negative_binomial, bernoulli>,
///                                 part<categorical, bernoulli>, joined<bernoulli>>;
///     // is dbm<parts<negative_binomial, categorical>, parts<bernoulli, bernoulli>, bernoulli>
///
/// A dbm of `parts` on a first hidden layer of one family joins them there.
template <class... Parts>
using partitioned = typename split_off_last<std::tuple<>, Parts...>::type;

}  // namespace harmonium::inline v0_2

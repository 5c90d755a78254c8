// SPDX-License-Identifier: MIT
/// @file
/// Which models can be enumerated: what the tables of this folder, and the sampler `exact`, ask
/// for.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// The unit family of layer `Layer` of a model; 0 is visible.
template <class Model, std::size_t Layer>
using units_of =
    std::remove_cvref_t<decltype(std::declval<const Model&>().template units<Layer>())>;

/// The states of the first hidden layer can be listed.
template <class Model>
concept enumerable_first_layer = enumerable_unit_family<units_of<Model, 1>>;

/// The states of every layer strictly between `Layer` and the top can be listed: they are summed
/// over one by one, while the top layer sums out in closed form by its log-partition.
template <class Model, std::size_t Layer>
inline constexpr bool enumerable_above = true;
template <class Model, std::size_t Layer>
requires(Layer + 1 < Model::hidden_layers) inline constexpr bool enumerable_above<Model, Layer> =
    enumerable_unit_family<units_of<Model, Layer + 1>> && enumerable_above<Model, Layer + 1>;

/// The layers above the first hidden one sum out.
template <class Model>
concept enumerable_middle_layers = enumerable_above<Model, 1>;

/// Everything is exact by enumeration of the first hidden layer: partition function, likelihood,
/// statistics, samples.
template <class Model>
concept enumerable_model = enumerable_first_layer<Model> && enumerable_middle_layers<Model>;

/// The first hidden layer can be moved site by site: what `collapsed` and `tempered` ask for.
template <class Model>
concept collapsible = sited_unit_family<units_of<Model, 1>>;

}  // namespace harmonium::inline v0_2

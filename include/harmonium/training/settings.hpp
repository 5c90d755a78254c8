// SPDX-License-Identifier: MIT
/// @file
/// What training needs to know about model and data, whichever algorithm trains.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/training/refit.hpp"
#include "harmonium/training/refit_parts.hpp"
#include "harmonium/units/layer_size.hpp"
#include "harmonium/units/parts.hpp"
#include "harmonium/units/trainable.hpp"

namespace harmonium::inline v0_2 {

/// Nothing to say of the visible layer beyond its size, which the data give.
struct size_from_data {};
/// Into how many categories each group of columns falls.
struct categories_of_columns {
  index categories = 0;  ///< columns of a one-hot group, at least 1
};

/// What the shape of a visible family leaves open.
template <class Units>
struct visible_shape_of {
  using type = size_from_data;
};
template <shaped_unit_family Units>
struct visible_shape_of<Units> {
  using type = categories_of_columns;
};
/// How many columns each part of the visible layer has, and in which groups they fall.
struct columns_of_parts {
  std::vector<layer_size> parts = {};  ///< in order; together as many columns as the data have
};
template <class... Families>
struct visible_shape_of<parts<Families...>> {
  using type = columns_of_parts;
};
/// What a visible layer's shape needs besides the number of columns.
template <class Units>
using visible_shape = typename visible_shape_of<Units>::type;

/// The visible layer for data of `columns` columns.
template <trainable_visible Units>
[[nodiscard]] Units make_visible(index columns, const visible_shape<Units>& shape) {
  if constexpr (layer_of_parts<Units>) {
    Units units = make_units<Units>(in_parts(shape.parts));
    require(units.size() == columns, "train",
            "the visible parts have " + std::to_string(units.size()) +
                " columns together, the data " + std::to_string(columns));
    return units;
  } else if constexpr (shaped_unit_family<Units>) {
    return make_units<Units>(groups_of_columns(columns, shape.categories));
  } else {
    (void)shape;
    return make_units<Units>(columns);
  }
}

/// Sizes of the layers, and which rows train.
///
///     {.hidden = {4, 2}}                                      // units, bottom to top
///     {.hidden = {hm::one_hot{.groups = 2, .categories = 4}}} // two one-hot groups
template <layered_model Model>
struct training_settings {
  std::array<layer_size, Model::hidden_layers> hidden;  ///< of the hidden layers, bottom to top
  /// What data do not tell of the visible layer.
  visible_shape<typename Model::visible_units> visible = {};
  std::vector<index> held_out = {};  ///< rows kept out of training and monitored
  /// How often each row of the data counts, all > 0; empty: once. A row of weight w is w copies.
  std::vector<double> weights = {};
  /// How parameters of the visible units themselves (theta, sigma) start and are estimated.
  refit_settings<typename Model::visible_units> refit = {};
};

}  // namespace harmonium::inline v0_2

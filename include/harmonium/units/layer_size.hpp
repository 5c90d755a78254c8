// SPDX-License-Identifier: MIT
/// @file
/// How large a layer is asked to be, before there is one: what training makes its layers from.
#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Groups of equally many categories, for families of one-hot groups.
struct one_hot {
  index groups = 1;      ///< of a layer
  index categories = 1;  ///< units of a group
};

/// A number of units, or one-hot groups:
///
///     {.hidden = {8, 4}}
///     {.hidden = {hm::one_hot{.groups = 2, .categories = 4}}}
///     {.hidden = {hm::in_parts({6, 2}), 4}}   // the first layer in two parts
class layer_size {
 public:
  /// @throws std::invalid_argument if negative
  layer_size(index units) : units_(units) {  // NOLINT: a number is a size
    require(units >= 0, "layer_size",
            "the number of units must not be negative, got " + std::to_string(units));
  }
  /// @throws std::invalid_argument unless groups >= 0 and categories >= 1
  layer_size(const one_hot& shape)  // NOLINT: so are groups
      : units_(shape.groups * shape.categories), categories_(shape.categories) {
    require(shape.groups >= 0 && shape.categories >= 1, "layer_size",
            "groups must not be negative and have at least 1 category, got " +
                std::to_string(shape.groups) + " groups of " + std::to_string(shape.categories));
  }

  /// Parts side by side, see `in_parts`.
  explicit layer_size(std::vector<layer_size> parts) : units_(0), parts_(std::move(parts)) {
    for (const layer_size& part : parts_) units_ += part.units();
  }

  [[nodiscard]] index units() const noexcept { return units_; }
  /// Of every part; empty where none were asked for.
  [[nodiscard]] const std::vector<layer_size>& parts() const noexcept { return parts_; }
  /// Whether groups were asked for.
  [[nodiscard]] bool in_groups() const noexcept { return categories_ > 0; }
  /// Only where `in_groups()`.
  [[nodiscard]] index groups() const noexcept { return units_ / categories_; }
  [[nodiscard]] index categories() const noexcept { return categories_; }

  friend bool operator==(const layer_size&, const layer_size&) = default;

 private:
  index units_;
  index categories_ = 0;  ///< 0: not in groups
  std::vector<layer_size> parts_;
};

/// The size of a layer of `parts`: one size for each of them, in order.
[[nodiscard]] inline layer_size in_parts(std::vector<layer_size> sizes) {
  return layer_size(std::move(sizes));
}

/// The one-hot groups of `units` columns of data, as of a visible layer.
/// @throws std::invalid_argument unless `units` is a multiple of `categories` >= 1
[[nodiscard]] inline one_hot groups_of_columns(index units, index categories) {
  require(categories >= 1 && units >= 0 && units % categories == 0, "groups_of_columns",
          std::to_string(units) + " columns do not fall into groups of " +
              std::to_string(categories) + " categories");
  return {.groups = units / categories, .categories = categories};
}

/// A family that makes a layer of any `layer_size` that suits it, by its static member `of_size`.
template <class U>
concept shaped_unit_family = unit_family<U> && requires(const layer_size& size) {
  { U::of_size(size) } -> std::same_as<U>;
};

/// A family whose layers can be made from a size: by `of_size`, or by a constructor that takes the
/// number of units.
template <class U>
concept sizable_unit_family = shaped_unit_family<U> ||
    (unit_family<U>&& std::constructible_from<U, index>);

/// A layer of that size.
/// @throws std::invalid_argument where groups are asked of a family that has none, or parts of a
///         layer that has none, and what the family throws
template <sizable_unit_family Units>
[[nodiscard]] Units make_units(const layer_size& size) {
  if constexpr (!requires { typename Units::families; }) {
    if (!size.parts().empty())
      require(false, "make_units",
              "this layer is of one family, but " + std::to_string(size.parts().size()) +
                  " parts are asked for");
  }
  if constexpr (shaped_unit_family<Units>) {
    return Units::of_size(size);
  } else {
    if (size.in_groups())
      require(false, "make_units",
              "this family has no one-hot groups, but " + std::to_string(size.groups()) +
                  " groups of " + std::to_string(size.categories()) + " are asked for");
    return Units(size.units());
  }
}

}  // namespace harmonium::inline v0_2

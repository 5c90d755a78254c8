// SPDX-License-Identifier: MIT
/// @file
/// What goes with what: every visible family on every hidden stack, as type lists, and what is
/// expected of every sampler and every training there. The table of the guide is written from it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "docs/geometric_units.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/layer_size.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"
#include "harmonium/units/stack.hpp"

namespace matrix_cells {

namespace hm = harmonium;
using geometric = guide::basic_geometric<double>;

/// Visible families, in the order of the table.
using visible_families = std::tuple<hm::negative_binomial, hm::poisson, hm::bernoulli, hm::gaussian,
                                    hm::categorical, geometric>;
inline constexpr std::array<std::string_view, 6> visible_names{
    "negative_binomial", "poisson", "bernoulli", "gaussian", "categorical", "geometric (guide)"};

/// Hidden units from the bottom up, and the sizes they are tested with.
template <class... Units>
struct stack {
  template <class Visible>
  static constexpr bool normalises = hm::normalisable_stack<Visible, Units...>;
  template <class Visible>
  using on = hm::dbm<Visible, Units...>;
  static constexpr std::size_t depth = sizeof...(Units);
};
struct bernoulli_stack : stack<hm::bernoulli> {
  static constexpr std::string_view name = "bernoulli";
  static std::array<hm::layer_size, 1> sizes() { return {hm::index{2}}; }
};
struct one_hot_stack : stack<hm::categorical> {
  static constexpr std::string_view name = "one one-hot group";
  static std::array<hm::layer_size, 1> sizes() { return {hm::index{3}}; }
};
struct two_one_hot_stack : stack<hm::categorical> {
  static constexpr std::string_view name = "two one-hot groups";
  static std::array<hm::layer_size, 1> sizes() {
    return {hm::one_hot{.groups = 2, .categories = 2}};
  }
};
struct deep_bernoulli_stack : stack<hm::bernoulli, hm::bernoulli> {
  static constexpr std::string_view name = "bernoulli, bernoulli";
  static std::array<hm::layer_size, 2> sizes() { return {hm::index{2}, hm::index{2}}; }
};
struct deep_one_hot_stack : stack<hm::categorical, hm::bernoulli> {
  static constexpr std::string_view name = "one-hot, bernoulli";
  static std::array<hm::layer_size, 2> sizes() { return {hm::index{3}, hm::index{2}}; }
};
struct gaussian_stack : stack<hm::gaussian> {
  static constexpr std::string_view name = "gaussian";
  static std::array<hm::layer_size, 1> sizes() { return {hm::index{2}}; }
};
struct relu_stack : stack<hm::relu> {
  static constexpr std::string_view name = "relu";
  static std::array<hm::layer_size, 1> sizes() { return {hm::index{2}}; }
};
struct spin_stack : stack<hm::spin> {
  static constexpr std::string_view name = "spin";
  static std::array<hm::layer_size, 1> sizes() { return {hm::index{2}}; }
};
using hidden_stacks =
    std::tuple<bernoulli_stack, one_hot_stack, two_one_hot_stack, deep_bernoulli_stack,
               deep_one_hot_stack, gaussian_stack, relu_stack, spin_stack>;

inline constexpr std::size_t families = std::tuple_size_v<visible_families>;
inline constexpr std::size_t stacks = std::tuple_size_v<hidden_stacks>;

/// What a pair, or a sampler or training on it, is expected to do.
enum class verdict {
  works,
  works_below_bound,     ///< with weights that keep a quadratic form positive definite
  works_not_positive,    ///< with weights <= 0
  no_normalisable,       ///< refused by `normalisable_stack`
  no_enumerable,         ///< refused by `enumerable_model`
  no_collapsible,        ///< refused by `collapsible`
  no_exactly_trainable,  ///< refused by `exactly_trainable`
  no_one_hidden_layer    ///< refused by `one_hidden_layer`
};

/// How a verdict is written in the table.
[[nodiscard]] constexpr std::string_view words(verdict of) {
  switch (of) {
    case verdict::works:
      return "yes";
    case verdict::works_below_bound:
      return "yes, bounded weights";
    case verdict::works_not_positive:
      return "yes, weights <= 0";
    case verdict::no_normalisable:
      return "no: `normalisable_stack`";
    case verdict::no_enumerable:
      return "no: `enumerable_model`";
    case verdict::no_collapsible:
      return "no: `collapsible`";
    case verdict::no_exactly_trainable:
      return "no: `exactly_trainable`";
    case verdict::no_one_hidden_layer:
      return "no: `one_hidden_layer`";
  }
  return "";
}

/// Expected: does a visible family (row) stand under a hidden stack (column)?
inline constexpr auto pairs = [] {
  using enum verdict;
  constexpr auto y = works, b = works_below_bound, p = works_not_positive, n = no_normalisable;
  return std::array<std::array<verdict, stacks>, families>{{
      {y, y, y, y, y, n, p, y},  // negative binomial
      {y, y, y, y, y, n, p, y},  // Poisson
      {y, y, y, y, y, y, y, y},  // Bernoulli
      {y, y, y, y, y, b, b, y},  // Gaussian
      {y, y, y, y, y, y, y, y},  // categorical
      {y, y, y, y, y, n, p, y},  // geometric
  }};
}();

inline constexpr std::array<std::string_view, 8> algorithm_names{
    "exact", "gibbs", "collapsed", "tempered", "exact EM", "sampled EM", "PCD", "CD"};

/// Expected: samplers and trainings (columns) of a hidden stack (row), whatever is visible.
inline constexpr auto algorithms = [] {
  using enum verdict;
  constexpr auto y = works, e = no_enumerable, c = no_collapsible, x = no_exactly_trainable,
                 o = no_one_hidden_layer;
  return std::array<std::array<verdict, 8>, stacks>{{
      {y, y, y, y, y, y, y, y},  // Bernoulli
      {y, y, y, y, y, y, y, y},  // one one-hot group
      {y, y, y, y, y, y, y, y},  // two one-hot groups
      {y, y, y, y, y, o, y, y},  // Bernoulli, Bernoulli
      {y, y, y, y, y, o, y, y},  // one-hot, Bernoulli
      {e, y, c, c, x, c, y, y},  // Gaussian
      {e, y, c, c, x, c, y, y},  // rectified Gaussian
      {y, y, y, y, y, y, y, y},  // spin
  }};
}();

[[nodiscard]] constexpr bool accepted(verdict of) {
  return of <= verdict::works_not_positive;
}

/// The tables of the guide, as Markdown.
[[nodiscard]] inline std::string tables() {
  const auto row = [](std::string_view first, const auto& cells, const auto& text) {
    std::string line = "| " + std::string(first) + " |";
    for (const auto& cell : cells) line += " " + std::string(text(cell)) + " |";
    return line + "\n";
  };
  const auto rule = [](std::size_t columns) {
    std::string line = "|---|";
    for (std::size_t k = 0; k < columns; ++k) line += "---|";
    return line + "\n";
  };
  const auto itself = [](std::string_view text) { return text; };
  const auto names = [&]<std::size_t... S>(std::index_sequence<S...>) {
    return std::array<std::string_view, stacks>{std::tuple_element_t<S, hidden_stacks>::name...};
  }
  (std::make_index_sequence<stacks>());
  std::string text = row("visible, below hidden", names, itself) + rule(stacks);
  for (std::size_t v = 0; v < families; ++v) text += row(visible_names[v], pairs[v], words);
  text += "\n" + row("hidden", algorithm_names, itself) + rule(algorithm_names.size());
  for (std::size_t s = 0; s < stacks; ++s) text += row(names[s], algorithms[s], words);
  return text;
}

/// Calls `body` with the visible family and stack of every pair that is accepted.
template <std::size_t Visible, class Body>
void for_each_stack(const Body& body) {
  using visible = std::tuple_element_t<Visible, visible_families>;
  [&]<std::size_t... S>(std::index_sequence<S...>) {
    const auto one = [&](auto which) {
      using own = std::tuple_element_t<which(), hidden_stacks>;
      if constexpr (accepted(pairs[Visible][which()]))
        body(std::type_identity<visible>(), std::type_identity<own>(), which);
    };
    (one(std::integral_constant<std::size_t, S>()), ...);
  }
  (std::make_index_sequence<stacks>());
}

}  // namespace matrix_cells

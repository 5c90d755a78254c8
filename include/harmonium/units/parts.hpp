// SPDX-License-Identifier: MIT
/// @file
/// Several families side by side in one layer: counts and a one-hot batch, counts and proteins; as
/// a visible layer, or as a hidden one.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/layer_size.hpp"
#include "harmonium/units/maximiser.hpp"
#include "harmonium/units/parts_steps.hpp"

namespace harmonium::inline v0_2 {

/// What a part of a layer asks of its family: that the range of its states is known.
template <class U>
concept part_family = unit_family<U> && states_range<U> && states_growth<U>;

/// Growth of a sum of log-partitions: that of the fastest.
template <class... Families>
inline constexpr log_partition_growth fastest_growth =
    static_cast<log_partition_growth>(std::max({static_cast<int>(Families::growth)...}));

/// A family each of whose sites is a single unit: its states are those whose entries are supported
/// one by one.
template <class U>
concept single_unit_sites = sited_unit_family<U> && requires(typename U::scalar x) {
  { U::supports_value(x) } -> std::same_as<bool>;
};

/// All parts are of one family with single units as sites, and so is the whole layer sited.
template <class First, class... Others>
concept alike_in_sites = single_unit_sites<First> && std::constructible_from<First, index> &&
    (std::same_as<First, Others>&&...);

/// A layer of several families, one after the other, independent of each other given the layer's
/// input: every function of `unit_family` is that of the parts on their own stretch of it. What all
/// parts can, the whole can (be hidden, be enumerated).
///
///     parts<negative_binomial, categorical> visible(negative_binomial(1000), categorical(1, 3));
///
/// In a stack, parts on as many parts stand each on its own (models/part_blocks.hpp); parts under a
/// layer of one family are joined by it.
template <part_family First, part_family... Others>
requires(sizeof...(Others) >= 1 &&
         (std::same_as<typename First::scalar, typename Others::scalar> && ...)) class parts {
 public:
  using scalar = typename First::scalar;
  /// See units/visible_steps.hpp: part by part, where all of them compute in double.
  using steps_type =
      std::conditional_t<std::same_as<scalar, double>, parts_steps<parts>, natural_steps<parts>>;
  using families = std::tuple<First, Others...>;
  static constexpr std::size_t number = 1 + sizeof...(Others);

  static constexpr scalar lowest_state = std::min({First::lowest_state, Others::lowest_state...});
  static constexpr scalar highest_state =
      std::max({First::highest_state, Others::highest_state...});
  static constexpr log_partition_growth growth = fastest_growth<First, Others...>;

  explicit parts(First first, Others... others)
      : families_(std::move(first), std::move(others)...) {
    find_ends();
  }

  /// A layer of `in_parts({...})`.
  /// @throws std::invalid_argument unless there is one size per part, and what the families throw
  [[nodiscard]] static parts of_size(const layer_size& size) requires sizable_unit_family<First> &&
      (sizable_unit_family<Others>&&...) {
    require(size.parts().size() == number, "parts",
            std::to_string(number) + " parts need a size each, as in in_parts({...}), got " +
                std::to_string(size.parts().size()));
    return [&]<std::size_t... P>(std::index_sequence<P...>) {
      return parts(make_units<std::tuple_element_t<P, families>>(size.parts()[P])...);
    }
    (std::make_index_sequence<number>{});
  }

  [[nodiscard]] index size() const noexcept { return ends_[number]; }
  /// First unit of part `p`; of `number`, where the last one ends.
  [[nodiscard]] index begin_of(std::size_t p) const noexcept { return ends_[p]; }
  [[nodiscard]] index size_of(std::size_t p) const noexcept { return ends_[p + 1] - ends_[p]; }

  template <std::size_t Part>
  [[nodiscard]] const auto& part() const noexcept {
    return std::get<Part>(families_);
  }
  /// To change what the family holds, such as inverse dispersions. Must keep its size.
  template <std::size_t Part>
  [[nodiscard]] auto& part() noexcept {
    return std::get<Part>(families_);
  }
  /// The stretch of a layer-long span that belongs to part `p`.
  template <class Entry>
  [[nodiscard]] std::span<Entry> stretch(std::size_t p, std::span<Entry> of) const noexcept {
    return of.subspan(static_cast<std::size_t>(begin_of(p)), static_cast<std::size_t>(size_of(p)));
  }
  /// Calls `body(std::integral_constant<std::size_t, p>, family)` for every part in order.
  template <class Body>
  void for_each_part(Body&& body) const {
    [&]<std::size_t... P>(std::index_sequence<P...>) {
      (body(std::integral_constant<std::size_t, P>{}, std::get<P>(families_)), ...);
    }
    (std::make_index_sequence<number>{});
  }

  [[nodiscard]] scalar log_partition(std::span<const scalar> eta) const {
    assert(std::ssize(eta) == size());
    scalar sum(0);
    for_each_part([&](auto p, const auto& own) { sum += own.log_partition(stretch(p, eta)); });
    return sum;
  }
  [[nodiscard]] scalar log_base_measure(std::span<const scalar> state) const {
    assert(std::ssize(state) == size());
    scalar sum(0);
    for_each_part([&](auto p, const auto& own) { sum += own.log_base_measure(stretch(p, state)); });
    return sum;
  }
  void mean(std::span<const scalar> eta, std::span<scalar> out) const {
    for_each_part([&](auto p, const auto& own) { own.mean(stretch(p, eta), stretch(p, out)); });
  }
  void variance(std::span<const scalar> eta, std::span<scalar> out) const {
    for_each_part([&](auto p, const auto& own) { own.variance(stretch(p, eta), stretch(p, out)); });
  }
  /// @throws what the families throw
  template <bit_source Engine>
  void sample(std::span<const scalar> eta, std::span<scalar> out, Engine& rng) const {
    for_each_part(
        [&](auto p, const auto& own) { own.sample(stretch(p, eta), stretch(p, out), rng); });
  }
  /// Tables for many draws with the same eta, of those parts that have them.
  [[nodiscard]] parts_tables<parts> tabulate(std::span<const scalar> eta) const requires
      tabulable_family<First> ||(tabulable_family<Others> || ...) {
    return {*this, eta};
  }

  void natural_from_mean(std::span<const scalar> mean, std::span<scalar> out) const {
    for_each_part(
        [&](auto p, const auto& own) { own.natural_from_mean(stretch(p, mean), stretch(p, out)); });
  }
  /// The lowest of the parts'; unit by unit, see `write_natural_suprema`.
  [[nodiscard]] scalar natural_supremum() const noexcept {
    scalar lowest = no_supremum<scalar>;
    for_each_part(
        [&](auto, const auto& own) { lowest = std::min(lowest, own.natural_supremum()); });
    return lowest;
  }

  [[nodiscard]] bool supports(std::span<const scalar> state) const noexcept {
    if (std::ssize(state) != size()) return false;
    bool all = true;
    for_each_part([&](auto p, const auto& own) { all = all && own.supports(stretch(p, state)); });
    return all;
  }
  /// The first unit for which a state of size() entries is none, as its family says; -1 if there is
  /// none or the family cannot tell.
  [[nodiscard]] index unsupported_unit(std::span<const scalar> state) const noexcept {
    index found = -1;
    for_each_part([&](auto p, const auto& own) {
      using family = std::remove_cvref_t<decltype(own)>;
      const std::span<const scalar> mine = stretch(p, state);
      if (found >= 0 || own.supports(mine)) return;
      index unit = -1;
      if constexpr (requires { own.unsupported_unit(mine); }) {
        unit = own.unsupported_unit(mine);
      } else if constexpr (requires { family::supports_value(mine[0]); }) {
        unit = std::find_if_not(mine.begin(), mine.end(), family::supports_value) - mine.begin();
      }
      if (unit >= 0) found = begin_of(p) + unit;
    });
    return found;
  }

  /// Product of the parts' numbers, at most 2^62.
  [[nodiscard]] index states() const noexcept requires enumerable_unit_family<First> &&
      (enumerable_unit_family<Others>&&...) {
    constexpr index most = index{1} << 62;
    index product = 1;
    for_each_part([&](auto, const auto& own) {
      product = own.states() > most / product ? most : product * own.states();
    });
    return product;
  }
  /// @param state in [0, states()); the first part's changes fastest.
  void write_state(index state,
                   std::span<scalar> out) const requires enumerable_unit_family<First> &&
      (enumerable_unit_family<Others>&&...) {
    for_each_part([&](auto p, const auto& own) {
      own.write_state(state % own.states(), stretch(p, out));
      state /= own.states();
    });
  }
  /// The number whose state that is.
  [[nodiscard]] index state_number(std::span<const scalar> state) const noexcept requires
      numbered_family<First> &&(numbered_family<Others>&&...) {
    index number_of = 0, factor = 1;
    for_each_part([&](auto p, const auto& own) {
      number_of += factor * own.state_number(stretch(p, state));
      factor *= own.states();
    });
    return number_of;
  }
  /// The state at which weights'state is largest.
  template <std::floating_point Weight>
  void write_maximiser(std::span<const Weight> weights,
                       std::span<scalar> out) const requires enumerable_unit_family<First> &&
      (enumerable_unit_family<Others>&&...) {
    for_each_part([&](auto p, const auto& own) {
      harmonium::write_maximiser(own, stretch(p, weights), stretch(p, out));
    });
  }
  /// One unit of the first part.
  [[nodiscard]] parts site() const requires alike_in_sites<First, Others...> {
    return parts(part<0>().site(), Others(index{0})...);
  }

 private:
  void find_ends() {
    for_each_part([&](auto p, const auto& own) { ends_[p + 1] = ends_[p] + own.size(); });
  }

  families families_;
  std::array<index, number + 1> ends_{};
};

/// Whether U is `parts`.
template <class U>
inline constexpr bool is_parts = false;
template <class... Families>
inline constexpr bool is_parts<parts<Families...>> = true;
/// A layer of several families.
template <class U>
concept layer_of_parts = is_parts<U>;

/// The bound below which every unit's natural parameter stays; infinite where there is none.
/// @param[out] out length units.size(), overwritten
template <unit_family Units>
void write_natural_suprema(const Units& units, std::span<typename Units::scalar> out) {
  if constexpr (layer_of_parts<Units>) {
    units.for_each_part(
        [&](auto p, const auto& own) { write_natural_suprema(own, units.stretch(p, out)); });
  } else {
    std::fill(out.begin(), out.end(), units.natural_supremum());
  }
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// How a visible layer of several families goes from one hidden state to the next, and how it is
/// drawn again and again: each part in its family's own way, so that what is fast for negative
/// binomials alone stays so beside others.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/visible_steps.hpp"

namespace harmonium::inline v0_2 {

/// A family with tables for many draws.
template <class U>
concept tabulable_family = requires(const U& units, std::span<const typename U::scalar> eta) {
  units.tabulate(eta);
};
/// A family that gives the number of a state.
template <class U>
concept numbered_family = enumerable_unit_family<U> &&
    requires(const U& units, std::span<const typename U::scalar> state) {
  { units.state_number(state) } -> std::same_as<index>;
};

/// @cond Doxygen takes the recursion for a cycle.
/// The steps of part `Last` and of those before it; what cannot be moved cannot be in a tuple.
template <class Parts, std::size_t Last>
struct steps_up_to : steps_up_to<Parts, Last - 1> {
  using steps = visible_steps<std::tuple_element_t<Last, typename Parts::families>>;
  steps own;

  steps_up_to(const Parts& units, const weight_view<typename Parts::scalar>& weights)
      : steps_up_to<Parts, Last - 1>(units, weights),
        own(units.template part<Last>(), {weights.data() + units.begin_of(Last) * weights.cols(),
                                          units.size_of(Last), weights.cols()}) {}
};
template <class Parts>
struct steps_up_to<Parts, 0> {
  using steps = visible_steps<std::tuple_element_t<0, typename Parts::families>>;
  steps own;

  steps_up_to(const Parts& units, const weight_view<typename Parts::scalar>& weights)
      : own(units.template part<0>(), {weights.data(), units.size_of(0), weights.cols()}) {}
};

/// @endcond

/// The steps of every part side by side, in double.
template <class Parts>
class parts_steps {
 public:
  using scalar = typename Parts::scalar;
  using number = double;

  parts_steps(const Parts& units, weight_view<scalar> weights)
      : units_(&units), steps_(units, weights) {
    for_each([&](auto p, const auto& own) { begin_[p + 1] = begin_[p] + own.row_size(); });
  }

  [[nodiscard]] index row_size() const noexcept { return begin_.back(); }

  void start(std::span<const scalar> eta, std::span<double> row) const {
    for_each([&](auto p, const auto& own) { own.start(units_->stretch(p, eta), cut(p, row)); });
  }
  void set_unit(std::span<const double> from, index unit, std::span<double> to) const {
    for_each([&](auto p, const auto& own) { own.set_unit(cut(p, from), unit, cut(p, to)); });
  }
  [[nodiscard]] double log_partition(std::span<const double> row) const {
    double sum = 0;
    for_each([&](auto p, const auto& own) { sum += own.log_partition(cut(p, row)); });
    return sum;
  }
  void moments(std::span<const double> row, std::span<double> mean,
               std::span<double> variance) const {
    for_each([&](auto p, const auto& own) {
      own.moments(cut(p, row), units_->stretch(p, mean), units_->stretch(p, variance));
    });
  }

 private:
  template <class Entry>
  [[nodiscard]] std::span<Entry> cut(std::size_t p, std::span<Entry> row) const noexcept {
    return row.subspan(static_cast<std::size_t>(begin_[p]),
                       static_cast<std::size_t>(begin_[p + 1] - begin_[p]));
  }
  template <class Body>
  void for_each(const Body& body) const {
    [&]<std::size_t... P>(std::index_sequence<P...>) {
      (body(std::integral_constant<std::size_t, P>{},
            static_cast<const steps_up_to<Parts, P>&>(steps_).own),
       ...);
    }
    (std::make_index_sequence<Parts::number>{});
  }

  const Parts* units_;
  steps_up_to<Parts, Parts::number - 1> steps_;
  std::array<index, Parts::number + 1> begin_{};
};

/// Draws a layer of parts again and again with the same natural parameter: by tables where a family
/// has them. Refers to nothing.
template <class Parts>
class parts_tables {
 public:
  using scalar = typename Parts::scalar;

  parts_tables(const Parts& units, std::span<const scalar> eta)
      : parts_tables(units, eta, std::make_index_sequence<Parts::number>{}) {}

  /// @param[out] out the layer
  template <bit_source Engine>
  void operator()(std::span<scalar> out, Engine& rng) const {
    [&]<std::size_t... P>(std::index_sequence<P...>) {
      (std::get<P>(draws_)(out.subspan(begin_[P], begin_[P + 1] - begin_[P]), rng), ...);
    }
    (std::make_index_sequence<Parts::number>{});
  }

 private:
  /// A family without tables.
  template <class Units>
  struct plain {
    Units units;
    std::vector<scalar> eta;
    template <bit_source Engine>
    void operator()(std::span<scalar> out, Engine& rng) const {
      units.sample(std::span<const scalar>(eta), out, rng);
    }
  };
  template <class Units>
  static auto draws_of(const Units& units, std::span<const scalar> eta) {
    if constexpr (tabulable_family<Units>)
      return units.tabulate(eta);
    else
      return plain<Units>{units, std::vector<scalar>(eta.begin(), eta.end())};
  }
  template <class Families>
  struct draws_of_all;
  template <class... Families>
  struct draws_of_all<std::tuple<Families...>> {
    using type = std::tuple<decltype(draws_of(std::declval<const Families&>(),
                                              std::declval<std::span<const scalar>>()))...>;
  };

  template <std::size_t... P>
  parts_tables(const Parts& units, std::span<const scalar> eta, std::index_sequence<P...>)
      : begin_{static_cast<std::size_t>(units.begin_of(P))...,
               static_cast<std::size_t>(units.size())},
        draws_(draws_of(units.template part<P>(), units.stretch(P, eta))...) {}

  std::array<std::size_t, Parts::number + 1> begin_;
  typename draws_of_all<typename Parts::families>::type draws_;
};

}  // namespace harmonium::inline v0_2

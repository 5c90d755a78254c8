// SPDX-License-Identifier: MIT
/// @file
/// The contracts of a layer's unit distribution, each refining the one before: `unit_family`,
/// `hidden_unit_family` (may stand above another layer), `enumerable_unit_family` (its states can
/// be listed), `sited_unit_family` (falls apart into independent sites). What training asks beyond
/// them is in units/trainable.hpp, which family stands on which in units/stack.hpp.
#pragma once

#include <concepts>
#include <limits>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// The conditional distribution of one layer given its input, an exponential family:
///
///     log p(x | eta) = eta'x + log_base_measure(x) - log_partition(eta)
///
/// where eta is the layer's natural parameter (bias plus the input from its neighbours) and x one
/// state of the layer; both have `size()` entries. An object holds what the family needs beyond eta
/// (inverse dispersions, standard deviations, group sizes), never the bias.
///
/// Laws: `mean` is the gradient of `log_partition`, `variance` the diagonal of its Hessian; samples
/// of admissible eta are finite, supported, and average to the mean; every output is overwritten
/// whole; all functions may be called from several threads at once.
template <class U>
concept unit_family = std::copyable<U> && std::floating_point<typename U::scalar> &&
    requires(const U& units, std::span<const typename U::scalar> eta,
             std::span<const typename U::scalar> state, std::span<typename U::scalar> out,
             random_engine& rng) {
  { units.size() } -> std::same_as<index>;
  { units.log_partition(eta) } -> std::same_as<typename U::scalar>;
  { units.log_base_measure(state) } -> std::same_as<typename U::scalar>;
  { units.mean(eta, out) } -> std::same_as<void>;
  { units.variance(eta, out) } -> std::same_as<void>;
  { units.sample(eta, out, rng) } -> std::same_as<void>;
  { units.natural_from_mean(state, out) } -> std::same_as<void>;
  { units.natural_supremum() } -> std::same_as<typename U::scalar>;
  { units.supports(state) } -> std::same_as<bool>;
};

/// How fast a unit's log-partition A(eta) grows with its input, which says how light the tails of
/// its base measure are: the convex conjugate of one is the other.
enum class log_partition_growth {
  linear,       ///< at most: states between two bounds
  quadratic,    ///< A <= sigma^2 eta^2 / 2 + a linear term: tails like exp(-x^2 / (2 sigma^2))
  exponential,  ///< like e^eta: tails like 1 / x!, lighter than any e^(-c x)
  pole          ///< infinite from `natural_supremum()` on: tails like e^(-c x)
};

/// A family that states the range of its states, as static members `lowest_state` and
/// `highest_state` (infinite where there is no bound).
/// Law: every entry of a supported state lies between them.
template <class U>
concept states_range = requires {
  { U::lowest_state } -> std::convertible_to<typename U::scalar>;
  { U::highest_state } -> std::convertible_to<typename U::scalar>;
  requires U::lowest_state < U::highest_state;
};

/// No state exceeds a bound in size.
template <class U>
concept bounded_states = states_range<U> &&
                         (U::lowest_state >= std::numeric_limits<typename U::scalar>::lowest()) &&
                         (U::highest_state <= std::numeric_limits<typename U::scalar>::max());

/// No state is below zero.
template <class U>
concept non_negative_states = states_range<U> &&(U::lowest_state >= 0);

/// A family whose states lie between 0 and 1, mostly at the ends: products with them are sums over
/// the units that are not 0.
template <class U>
concept zero_one_states = states_range<U> &&(U::lowest_state == 0) && (U::highest_state == 1);

/// A family that states how its log-partition grows, as the static member `growth`.
/// Law: `linear` where the states are bounded and nowhere else.
template <class U>
concept states_growth = requires {
  { U::growth } -> std::convertible_to<log_partition_growth>;
  requires(U::growth == log_partition_growth::linear) == bounded_states<U>;
};

/// Gaussian tails: log-partition and base measure are both quadratic, so that two such layers form
/// a quadratic form together, with precision 1 / sigma^2 of every unit.
template <class U>
concept gaussian_tails = states_growth<U> &&(U::growth == log_partition_growth::quadratic) &&
                         requires(const U& units) {
  { units.standard_deviation() } -> std::convertible_to<const vector<typename U::scalar>&>;
};

/// Every input has a distribution that can be drawn from: `natural_supremum()` is infinite.
template <class U>
concept admits_every_input = states_growth<U> &&
    (U::growth == log_partition_growth::linear || U::growth == log_partition_growth::quadratic);

/// What a hidden layer is made of: a family whose states and inputs are known well enough to decide
/// what may stand below it (units/stack.hpp). Its states need not be finitely many.
template <class U>
concept hidden_unit_family = unit_family<U> && states_range<U> && admits_every_input<U>;

/// Hidden units with finitely many states: what exact enumeration asks for.
///
/// Laws: `write_state(i, out)` for i in [0, states()) runs through every supported state once;
/// `states()` saturates at 2^62 where there are more.
template <class U>
concept enumerable_unit_family = hidden_unit_family<U> &&
    requires(const U& units, index state, std::span<typename U::scalar> out) {
  { units.states() } -> std::same_as<index>;
  { units.write_state(state, out) } -> std::same_as<void>;
};

/// Enumerable units that fall apart into equal *sites* side by side, independent of each other
/// given eta: one Bernoulli unit, one one-hot group. What moves site by site (`collapsed`) asks for
/// it.
///
/// Laws: `site()` is a layer of one site; size() is a multiple of site().size(), states() the
/// matching power of site().states(), and the log base measure a sum over sites.
template <class U>
concept sited_unit_family = enumerable_unit_family<U> && requires(const U& units) {
  { units.site() } -> std::same_as<U>;
};

}  // namespace harmonium::inline v0_2

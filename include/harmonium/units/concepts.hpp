// SPDX-License-Identifier: MIT
/// @file
/// The contracts of a layer's unit distribution.
#pragma once

#include <concepts>
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

/// Units with finitely many states and no bound on eta: what a hidden layer is made of.
///
/// Laws: `write_state(i, out)` for i in [0, states()) runs through every supported state once;
/// `states()` saturates at 2^62 where there are more.
template <class U>
concept hidden_unit_family = unit_family<U> &&
    requires(const U& units, index state, std::span<typename U::scalar> out) {
  { units.states() } -> std::same_as<index>;
  { units.write_state(state, out) } -> std::same_as<void>;
};

/// Hidden units that fall apart into equal *sites* side by side, independent of each other given
/// eta: one Bernoulli unit, one one-hot group. What moves site by site (`collapsed`) asks for it.
///
/// Laws: `site()` is a layer of one site; size() is a multiple of site().size(), states() the
/// matching power of site().states(), and the log base measure a sum over sites.
template <class U>
concept sited_unit_family = hidden_unit_family<U> && requires(const U& units) {
  { units.site() } -> std::same_as<U>;
};

}  // namespace harmonium::inline v0_2

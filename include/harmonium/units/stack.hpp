// SPDX-License-Identifier: MIT
/// @file
/// Which unit families may stand on which, decided at compile time: a stack is accepted where its
/// joint distribution normalises, if need be under a condition on the weights that is checked while
/// the program runs.
///
/// Two neighbouring layers with states x (below) and h (above) have the joint mass
///
///     base_x(x) base_h(h) exp(a'x + b'h + x'W h) ,
///
/// summed over x: base_h(h) exp(b'h + A_x(a + W h)), with the log-partition A_x. Then
///
/// - If one of the two, say h, has bounded states, every input of the other is bounded: the sum is
///   finite as soon as these inputs are admissible. (Bounded states and an A of at most linear
///   growth are the same thing, so this also says that an x with linear A stands under any h.)
///   An input stays admissible by a constraint on a and W (training/constraints.hpp).
/// - If both have Gaussian tails, the exponent is at most -q(x, h) / 2 plus linear terms with
///
///       q(x, h) = sum x_m^2 / sigma_m^2 + sum h_k^2 / sigma_k^2 - 2 x'W h .
///
///   Normalises if q is positive definite, that is if I - W'S_x W S_h is, with S the variances:
///   models/normalisable.hpp checks it.
/// - If no state of either is below zero, W <= 0 makes exp(x'W h) <= 1, and the sum is at most that
///   of two independent layers.
/// - Else it diverges for some or all weights: where A_x grows faster than h's base measure falls
///   (Poisson on Gaussian: e^(W h) against h^2 / 2, for every W != 0), or a state of h pushes the
///   input of x over its pole (negative binomial on Gaussian, for every W != 0).
///
/// In a deeper stack, given the layers with bounded states the others are runs of neighbours with
/// unbounded states; every such run is bounded by these arguments pair by pair, the quadratic forms
/// of a run taken together.
#pragma once

#include <tuple>

#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// One of two neighbouring layers has bounded states.
template <class Below, class Above>
concept bounded_on_one_side = bounded_states<Below> || bounded_states<Above>;

/// Both have Gaussian tails: normalises under the bound of models/normalisable.hpp.
template <class Below, class Above>
concept gaussian_on_both_sides = gaussian_tails<Below> && gaussian_tails<Above>;

/// Both have states >= 0: normalises with weights <= 0.
template <class Below, class Above>
concept non_negative_on_both_sides = non_negative_states<Below> && non_negative_states<Above>;

/// The rule of two neighbours, see above.
template <class Below, class Above>
concept tolerates_unbounded_states = bounded_on_one_side<Below, Above> ||
    gaussian_on_both_sides<Below, Above> || non_negative_on_both_sides<Below, Above>;

/// The weights between the two must not be positive.
template <class Below, class Above>
concept needs_non_positive_weights =
    non_negative_on_both_sides<Below, Above> && !bounded_on_one_side<Below, Above> &&
    !gaussian_on_both_sides<Below, Above>;

/// The weights between the two must keep a quadratic form positive definite.
template <class Below, class Above>
concept needs_gaussian_bound =
    gaussian_on_both_sides<Below, Above> && !bounded_on_one_side<Below, Above>;

/// Layers from the bottom to the top, each on the one before.
template <class...>
inline constexpr bool layers_tolerate_each_other = true;
template <class Bottom, class Next, class... Above>
inline constexpr bool layers_tolerate_each_other<Bottom, Next, Above...> = false;
template <class Bottom, class Next, class... Above>
requires tolerates_unbounded_states<Bottom, Next>
inline constexpr bool layers_tolerate_each_other<Bottom, Next, Above...> =
    layers_tolerate_each_other<Next, Above...>;

/// The lowest hidden layer of a list from the bottom to the top.
template <class... Hidden>
using first_hidden_of = std::tuple_element_t<0, std::tuple<Hidden...>>;

/// A stack that normalises: the visible layer, then the hidden ones from the bottom up.
template <class Visible, class... Hidden>
concept normalisable_stack =
    (sizeof...(Hidden) >= 1) &&
    tolerates_unbounded_states<Visible,
                               first_hidden_of<Hidden...>>&& layers_tolerate_each_other<Hidden...>;

}  // namespace harmonium::inline v0_2

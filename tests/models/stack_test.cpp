// SPDX-License-Identifier: MIT
// Which families may stand on which, and which model each sampler and constraint takes.
#include "harmonium/units/stack.hpp"

#include <doctest/doctest.h>

#include <concepts>

#include "harmonium/models/concepts.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/models/normalisable.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/rectified_gaussian.hpp"
#include "harmonium/units/spin.hpp"
#include "support/minimal_units.hpp"

namespace hm = harmonium;

namespace {

template <class... Layers>
concept composes = requires {
  typename hm::dbm<Layers...>;
};
using nb = hm::negative_binomial;
using plain = support::minimal_units;  // a visible family that states nothing but the laws
using bits = hm::bernoulli;
using group = hm::categorical;

// Bounded hidden states carry every visible family.
template <class Visible>
constexpr bool stands_on_bounded = composes<Visible, bits>&& composes<Visible, group>&&
    composes<Visible, hm::spin>&& composes<Visible, bits, bits>&& composes<Visible, group, bits>&&
        composes<Visible, hm::spin, group, bits>;
static_assert(stands_on_bounded<nb> && stands_on_bounded<hm::poisson> && stands_on_bounded<bits>);
static_assert(stands_on_bounded<group> && stands_on_bounded<hm::gaussian>);
static_assert(stands_on_bounded<hm::relu> && stands_on_bounded<hm::spin>);
static_assert(stands_on_bounded<plain>);

// Bounded visible states stand on every hidden family.
static_assert(composes<bits, hm::gaussian> && composes<bits, hm::relu>);
static_assert(composes<group, hm::gaussian> && composes<group, hm::relu>);
static_assert(composes<hm::spin, hm::gaussian> && composes<hm::spin, hm::relu>);

// Tails that are too heavy for Gaussian states, but not for states >= 0 that can only lower.
static_assert(!composes<nb, hm::gaussian> && composes<nb, hm::relu>);
static_assert(!composes<hm::poisson, hm::gaussian> && composes<hm::poisson, hm::relu>);
static_assert(!composes<plain, hm::gaussian> && !composes<plain, hm::relu>);  // not known

// Quadratic forms, under a bound.
static_assert(composes<hm::gaussian, hm::gaussian> && composes<hm::gaussian, hm::relu>);
static_assert(composes<hm::relu, hm::relu> && composes<hm::relu, hm::gaussian>);

// No input of a hidden layer may lack a distribution.
static_assert(!composes<bits, nb> && !composes<bits, hm::poisson> && !composes<nb, hm::poisson>);
static_assert(!composes<bits, plain>);  // does not state the range of its states

// Deeper stacks pair by pair.
static_assert(composes<nb, bits, hm::gaussian> && composes<nb, group, hm::relu>);
static_assert(composes<nb, hm::relu, hm::gaussian> &&
              composes<hm::gaussian, hm::gaussian, hm::relu>);
static_assert(composes<bits, hm::gaussian, bits> && composes<bits, hm::gaussian, hm::gaussian>);
static_assert(!composes<nb, hm::gaussian, bits> && !composes<nb>);

// One floating-point type.
static_assert(!composes<nb, hm::basic_bernoulli<float>>);

// What asks for conditions on the weights, and which.
static_assert(hm::needs_non_positive_weights<nb, hm::relu>);
static_assert(hm::needs_non_positive_weights<hm::poisson, hm::relu>);
static_assert(!hm::needs_non_positive_weights<nb, bits>);
static_assert(!hm::needs_non_positive_weights<hm::relu, hm::relu>);
static_assert(hm::needs_gaussian_bound<hm::gaussian, hm::relu>);
static_assert(!hm::needs_gaussian_bound<bits, hm::gaussian>);
static_assert(hm::always_normalisable<hm::dbm<nb, bits, hm::gaussian>>);
static_assert(!hm::always_normalisable<hm::dbm<nb, hm::relu>>);
static_assert(!hm::always_normalisable<hm::dbm<bits, hm::gaussian, hm::gaussian>>);

// Models, and what can be enumerated.
static_assert(hm::layered_model<hm::rbm<nb, bits>> && hm::layered_model<hm::dbm<nb, bits, bits>>);
static_assert(hm::layered_model<hm::dbm<plain, bits>>);
static_assert(!hm::layered_model<int> && !hm::layered_model<nb>);
static_assert(hm::enumerable_model<hm::dbm<nb, bits>>);
static_assert(hm::enumerable_model<hm::dbm<nb, bits, hm::gaussian>>);  // the top sums out
static_assert(hm::enumerable_model<hm::dbm<nb, bits, group, hm::relu>>);
static_assert(!hm::enumerable_model<hm::dbm<bits, hm::gaussian>>);
static_assert(!hm::enumerable_model<hm::dbm<bits, bits, hm::gaussian, bits>>);
static_assert(hm::enumerable_first_layer<hm::dbm<bits, bits, hm::gaussian, bits>>);
static_assert(hm::collapsible<hm::dbm<bits, bits, hm::gaussian, bits>>);
static_assert(hm::collapsible<hm::dbm<nb, hm::spin>>);
static_assert(!hm::collapsible<hm::dbm<bits, hm::gaussian, bits>>);
static_assert(!hm::collapsible<hm::dbm<nb, support::minimal_hidden_units>>);

}  // namespace

TEST_CASE("the marginal of the first layer asks for enumerable layers in the middle only") {
  using deep = hm::dbm<bits, bits, hm::gaussian>;
  using deeper = hm::dbm<bits, bits, hm::gaussian, bits>;
  constexpr auto sums_out = []<class Model>(const Model& model) {
    return requires(std::span<const double> h) {
      model.log_marginal(h);
    };
  };
  CHECK(sums_out(deep(bits(2), bits(2), hm::gaussian(1))));
  CHECK(!sums_out(deeper(bits(2), bits(2), hm::gaussian(1), bits(1))));
}

// SPDX-License-Identifier: MIT
/// @file
/// Models small enough to enumerate, one for every kind of visible layer.
#pragma once

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/gaussian.hpp"
#include "harmonium/units/negative_binomial.hpp"
#include "harmonium/units/poisson.hpp"
#include "harmonium/units/spin.hpp"

namespace tiny {

namespace hm = harmonium;

/// Visible layer of the named family with few units; `ceiling` is what its input must stay below.
template <class Visible>
Visible visible();
template <>
inline hm::negative_binomial visible() {
  hm::vector<double> theta(3);
  theta << 0.7, 2.0, 9.0;
  return hm::negative_binomial(theta);
}
template <>
inline hm::bernoulli visible() {
  return hm::bernoulli(3);
}
template <>
inline hm::gaussian visible() {
  hm::vector<double> deviation(2);
  deviation << 0.8, 1.3;
  return hm::gaussian(deviation);
}
template <>
inline hm::poisson visible() {
  return hm::poisson(2);
}
template <>
inline hm::categorical visible() {
  return hm::categorical(2, 3);
}

/// Random parameters, strong enough to couple the layers; bounded families get inputs below zero.
template <class Model>
Model with_random_parameters(Model model, std::uint64_t seed) {
  using hidden = hm::units_of<Model, 1>;
  hm::random_engine rng(seed);
  for (auto& p : model.parameters()) p = hm::draw::uniform(-1.2, 1.2, rng);
  if (model.visible().natural_supremum() <= 0) {
    auto bias = model.bias(0);
    for (hm::index m = 0; m < model.size(0); ++m) {
      double highest = 0;
      for (hm::index k = 0; k < model.size(1); ++k)
        highest += std::max(hidden::lowest_state * model.weights(0)(m, k),
                            hidden::highest_state * model.weights(0)(m, k));
      bias[static_cast<std::size_t>(m)] =
          model.visible().natural_supremum() - highest - hm::draw::uniform(0.3, 1.5, rng);
    }
  }
  return model;
}

template <class Visible>
auto rbm_of(std::uint64_t seed) {
  using model = hm::dbm<Visible, hm::bernoulli>;
  return with_random_parameters(model(visible<Visible>(), hm::bernoulli(3)), seed);
}
template <class Visible>
auto deep_of(std::uint64_t seed) {
  using model = hm::dbm<Visible, hm::bernoulli, hm::bernoulli>;
  return with_random_parameters(model(visible<Visible>(), hm::bernoulli(3), hm::bernoulli(2)),
                                seed);
}
template <class Visible>
auto grouped_of(std::uint64_t seed) {
  using model = hm::dbm<Visible, hm::categorical, hm::bernoulli>;
  return with_random_parameters(model(visible<Visible>(), hm::categorical(1, 3), hm::bernoulli(2)),
                                seed);
}
template <class Visible>
auto spins_of(std::uint64_t seed) {
  using model = hm::dbm<Visible, hm::spin, hm::spin>;
  return with_random_parameters(model(visible<Visible>(), hm::spin(3), hm::spin(2)), seed);
}
/// Unbounded units on top of bounded ones.
template <class Visible>
auto topped_of(std::uint64_t seed) {
  using model = hm::dbm<Visible, hm::spin, hm::bernoulli, hm::gaussian>;
  return with_random_parameters(
      model(visible<Visible>(), hm::spin(2), hm::bernoulli(2), hm::gaussian(2)), seed);
}
template <class Visible>
auto deepest_of(std::uint64_t seed) {
  using model = hm::dbm<Visible, hm::bernoulli, hm::categorical, hm::bernoulli>;
  return with_random_parameters(
      model(visible<Visible>(), hm::bernoulli(2), hm::categorical(1, 3), hm::bernoulli(2)), seed);
}

}  // namespace tiny

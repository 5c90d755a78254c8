// SPDX-License-Identifier: MIT
/// @file
/// The contract of a sampler.
#pragma once

#include <concepts>
#include <utility>

#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Per-thread scratch and the current state of all layers. `draw` makes the next state, independent
/// of what the chain held before, from `rng` alone.
template <class C, class Model>
concept state_chain = requires(C& chain, const C& constant, random_engine& rng) {
  { chain.draw(rng) } -> std::same_as<void>;
  { constant.state() } -> std::same_as<const typename Model::state_type&>;
};

/// Settings of a sampler (a small value). `prepare` does what needs doing once per model; the
/// result refers to the model, which must outlive it, is const and shared between threads, and
/// makes a chain for each of them.
///
/// Law: draws come from (or, for Markov kernels, tend to) the model's joint distribution, and one
/// step of a Markov kernel leaves it invariant: tested against enumeration.
template <class S, class Model>
concept sampler_for = std::copyable<S> && requires(
    const S& settings, const Model& model,
    const decltype(std::declval<const S&>().prepare(std::declval<const Model&>()))& source) {
  {settings.prepare(model)};
  { source.make_chain() } -> state_chain<Model>;
};

}  // namespace harmonium::inline v0_2

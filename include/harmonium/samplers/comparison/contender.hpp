// SPDX-License-Identifier: MIT
/// @file
/// What is compared when samplers are: a contender.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A sampler under comparison: a default-constructible value with one function
///
///     template <class Model, class Visit>
///     void run(const Model& model, const typename Model::state_type& start, random_engine& rng,
///              Visit&& visit) const;
///
/// that prepares what it needs, starts at the hidden layers of `start` (or wherever it must, as
/// independent samplers do), and calls `visit(state)` once per sweep, until that returns false.
/// Where `static constexpr std::string_view name` is there, results bear it.
///
/// Law: the states tend to the model's joint distribution. Whether they do is what is tested.
template <class C, class Model>
concept contender = std::default_initializable<C> &&
    requires(const C& of, const Model& model, const typename Model::state_type& start,
             random_engine& rng, bool (*visit)(const typename Model::state_type&)) {
  of.run(model, start, rng, visit);
};

/// Independent draws of a sampler (`sampler_for`), such as `exact` and `collapsed`, as `generate`
/// makes them: a "sweep" is a whole draw, burn-in and visible layer included.
template <class Sampler>
struct independent_draws {
  Sampler settings = {};  ///< of the sampler

  template <class Model, class Visit>
  requires sampler_for<Sampler, Model>
  void run(const Model& model, const typename Model::state_type&, random_engine& rng,
           Visit&& visit) const {
    const auto source = settings.prepare(model);
    auto chain = source.make_chain();
    do chain.draw(rng);
    while (visit(chain.state()));
  }
};

/// A Markov chain with `set_state`, `sweep(rng)` and `state`, such as `gibbs_chain`. `Make` is a
/// default-constructible function object: model -> chain.
template <class Make>
struct markov_contender {
  template <class Model, class Visit>
  void run(const Model& model, const typename Model::state_type& start, random_engine& rng,
           Visit&& visit) const {
    auto chain = Make{}(model);
    chain.set_state(start);
    do chain.sweep(rng);
    while (visit(chain.state()));
  }
};

/// The contender that stands for a type in a comparison: itself, or its independent draws.
template <class S, class Model>
using contender_for = std::conditional_t<contender<S, Model>, S, independent_draws<S>>;

/// Name of a contender in a table; empty where it has none.
template <class S>
[[nodiscard]] std::string contender_name() {
  if constexpr (requires { std::string(std::string_view(S::name)); })
    return std::string(std::string_view(S::name));
  else
    return {};
}

}  // namespace harmonium::inline v0_2

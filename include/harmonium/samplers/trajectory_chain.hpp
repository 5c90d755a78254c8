// SPDX-License-Identifier: MIT
/// @file
/// Trajectory tempering: replica exchange along the checkpoints of a training run, where parallel
/// tempering goes along temperatures (Bereux, Decelle, Furtlehner and Seoane 2023, "Learning a
/// restricted Boltzmann machine using biased Monte Carlo sampling", SciPost Phys. 14; Bereux et al.
/// 2024, arXiv 2405.15376). What training built up step by step, modes and their shares, a replica
/// meets in the same order, without the first-order transitions that temperatures can have.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/models/log_hidden_weight.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/replica_exchange.hpp"

namespace harmonium::inline v0_2 {

/// A Markov chain whose `sweep` leaves p(h_1, ..., h_L) of a model invariant: `collapsed_chain`,
/// for counts, or `gibbs_chain`, in blocks through the visible layer. Refers to the model.
template <class C, class Model>
concept hidden_chain = std::copyable<C> && std::constructible_from<C, const Model&> &&
    requires(C& chain, const C& constant, const typename Model::state_type& state,
             random_engine& rng) {
  { chain.start(rng) } -> std::same_as<void>;
  { chain.set_state(state) } -> std::same_as<void>;
  { chain.sweep(rng) } -> std::same_as<void>;
  { constant.state() } -> std::convertible_to<const typename Model::state_type&>;
};

/// One chain for every rung, a model each; neighbours swap their hidden states with the probability
/// that leaves the product of all p(h) invariant, so that rung 0 samples its model. The last rung
/// should be sampled exactly by one sweep, which a model without weights is; or it takes its states
/// from a reservoir. Refers to the rungs, which must outlive it; not shared between threads. Cost
/// of a sweep: one of every chain, and for every rung two products of W_0 with h_1.
template <layered_model Model, hidden_chain<Model> Chain = collapsed_chain<Model>>
class trajectory_chain {
 public:
  using scalar = typename Model::scalar;
  using state_type = typename Model::state_type;

  /// @param rungs     from the model to be sampled down, at least one
  /// @param reservoir states of the last rung, drawn at random in place of its sweeps; may be empty
  /// @throws std::invalid_argument for no rungs
  explicit trajectory_chain(std::span<const Model> rungs,
                            std::span<const state_type> reservoir = {})
      : rungs_(rungs), reservoir_(reservoir), exchange_(checked(rungs)) {
    for (const Model& one : rungs_) chains_.emplace_back(one);
    top_ = chains_.front().state();
    input_.resize(rungs_.front().size(0));
  }

  /// Every replica from the last rung.
  template <bit_source Engine>
  void start(Engine& rng) {
    exchange_ = replica_exchange(chains_.size());
    for (std::size_t i = 0; i < chains_.size(); ++i) {
      if (reservoir_.empty()) {
        auto& last = chains_.back();
        last.start(rng);
        last.sweep(rng);
        chains_[i].set_state(last.state());
      } else {
        chains_[i].set_state(from_reservoir(rng));
      }
    }
    top_ = chains_.front().state();
  }

  /// All replicas go on from the given state.
  void set_state(const state_type& state) {
    for (auto& chain : chains_) chain.set_state(state);
    top_ = state;
  }

  /// Rung `i` goes on from the given state.
  void set_state(std::size_t i, const state_type& state) {
    chains_[i].set_state(state);
    if (i == 0) top_ = state;
  }

  /// `sweeps` sweeps of every chain, then a swap of every other pair of neighbours.
  template <bit_source Engine>
  void sweep(Engine& rng, index sweeps = 1) {
    const std::size_t last = chains_.size() - 1;
    for (std::size_t i = 0; i <= last; ++i) {
      if (i == last && !reservoir_.empty()) {
        chains_[i].set_state(from_reservoir(rng));
        continue;
      }
      for (index k = 0; k < sweeps; ++k) chains_[i].sweep(rng);
    }
    exchange_.round(
        rng,
        [&](std::size_t i) {
          const auto &high = chains_[i].state(), &low = chains_[i + 1].state();
          return log_hidden_weight(rungs_[i], low) + log_hidden_weight(rungs_[i + 1], high) -
                 log_hidden_weight(rungs_[i], high) - log_hidden_weight(rungs_[i + 1], low);
        },
        [&](std::size_t i) {
          const state_type high = chains_[i].state();
          chains_[i].set_state(chains_[i + 1].state());
          chains_[i + 1].set_state(high);
        });
    top_ = chains_.front().state();
  }

  /// The visible layer of rung 0 given its first hidden layer.
  template <bit_source Engine>
  void draw_visible(Engine& rng) {
    const Model& model = rungs_.front();
    model.visible_input(as_span(std::as_const(top_[1])), as_span(input_));
    model.visible().sample(as_span(std::as_const(input_)), as_span(top_[0]), rng);
  }

  /// Of rung 0. The visible layer is that of the last `draw_visible`.
  [[nodiscard]] const state_type& state() const noexcept { return top_; }
  /// Hidden states of rung `i`; the visible layer means nothing.
  [[nodiscard]] const state_type& state(std::size_t i) const { return chains_[i].state(); }
  /// How the swaps went.
  [[nodiscard]] const replica_exchange& exchange() const noexcept { return exchange_; }

 private:
  static std::size_t checked(std::span<const Model> rungs) {
    require(!rungs.empty(), "trajectory_chain", "at least one rung is needed");
    return rungs.size();
  }

  template <bit_source Engine>
  const state_type& from_reservoir(Engine& rng) const {
    const auto count = static_cast<double>(reservoir_.size());
    return reservoir_[std::min(static_cast<std::size_t>(draw::uniform(rng) * count),
                               reservoir_.size() - 1)];
  }

  std::span<const Model> rungs_;
  std::span<const state_type> reservoir_;
  std::vector<Chain> chains_;
  replica_exchange exchange_;
  state_type top_;
  vector<scalar> input_;
};

}  // namespace harmonium::inline v0_2

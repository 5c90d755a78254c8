// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering by block Gibbs chains: all replicas of all ladders side by side, their inputs
/// matrix products. `tempered_chain` moves collapsed chains instead, one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/samplers/annealed_block_chains.hpp"
#include "harmonium/samplers/replica_exchange.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"

namespace harmonium::inline v0_2 {

/// Independent units near a model that was not told others: hidden units at input 0 (uniform where
/// they have finitely many states), visible ones at the input from the means of these.
/// @returns natural parameters of every layer
template <class Model>
[[nodiscard]] typename Model::state_type central_reference(const Model& model) {
  auto reference = model.make_state(), means = model.make_state();
  for (auto& layer : reference) layer.setZero();
  model.template units<1>().mean(as_span(std::as_const(reference[1])), as_span(means[1]));
  model.layer_input(means, 0, as_span(reference[0]));
  return reference;
}

/// Several independent ladders, each with one block Gibbs chain per inverse temperature; neighbours
/// swap as in `tempered_chain`. The densities between which they swap are those of the layers that
/// the chains keep, the others summed out. Every ladder has random streams of its own: the same
/// bits for any executor, and for any number of ladders beside it. Refers to the model.
/// Cost of a sweep: two products of (ladders x temperatures) x visible units x hidden units.
template <class Model>
class tempered_block_chains {
 public:
  using state_type = typename Model::state_type;

  /// @param reference natural parameters of every layer, the visible one too, that beta = 0 stands
  ///        for; see `central_reference`
  /// @param ladder    inverse temperatures, falling from 1
  /// @param ladders   how many
  /// @param rng       moves on by two words
  /// @throws std::invalid_argument for another ladder, fewer than one of them, or a reference of
  ///         another shape
  tempered_block_chains(const Model& model, const state_type& reference, std::vector<double> ladder,
                        index ladders, random_engine& rng,
                        summed_layers summed = usual_summed_layers<Model>)
      : ladder_(std::move(ladder)),
        chains_(model, reference, summed, checked(ladder_, ladders), rng) {
    exchanges_.assign(static_cast<std::size_t>(ladders), replica_exchange(ladder_.size()));
    betas_.resize(exchanges_.size() * ladder_.size());
    order_temperatures();
    seed_swaps(rng);
  }

  /// Every replica from the reference.
  void start() { chains_.start(); }
  /// Every replica of a ladder from the state given for it.
  /// @param states one per ladder
  void start(std::span<const state_type> states) {
    require(states.size() == exchanges_.size(), "tempered_block_chains",
            "one state per ladder is needed");
    std::vector<state_type> all;
    for (const auto& state : states) all.insert(all.end(), ladder_.size(), state);
    chains_.start(all);
  }
  /// As one that was just made with this engine, without asking for memory.
  void restart(random_engine& rng) {
    for (auto& exchange : exchanges_) exchange.restart();
    order_temperatures();
    chains_.set_streams(rng);
    seed_swaps(rng);
    start();
  }

  /// `sweeps` sweeps of every replica, then one swap of every other pair of neighbours.
  template <executor Executor>
  void sweep(const Executor& run, index sweeps = 1) {
    for (index k = 0; k < sweeps; ++k) chains_.sweep(run, betas_);
    chains_.update_fields(run);
    for_each_range(run, std::ssize(exchanges_), 4, [&](index begin, index end) {
      for (index c = begin; c < end; ++c) swap_neighbours(static_cast<std::size_t>(c));
    });
  }

  /// A state of the model: that of a ladder's replica at beta = 1, the layers that were summed out
  /// drawn given the others.
  /// @param[out] state every layer
  void draw_state(index ladder, state_type& state) {
    const index row = row_of(static_cast<std::size_t>(ladder), 0);
    chains_.update_fields(serial_executor{});
    chains_.complete(row, 1);
    chains_.write_state(row, state);
  }

  [[nodiscard]] index ladders() const noexcept { return std::ssize(exchanges_); }
  [[nodiscard]] const std::vector<double>& ladder() const noexcept { return ladder_; }
  /// How the swaps of one ladder went.
  [[nodiscard]] const replica_exchange& exchange(index ladder) const {
    return exchanges_[static_cast<std::size_t>(ladder)];
  }

 private:
  static index checked(const std::vector<double>& ladder, index ladders) {
    check_ladder(ladder, "tempered_block_chains");
    require(ladders >= 1, "tempered_block_chains", "at least one ladder is needed");
    return ladders * std::ssize(ladder);
  }
  [[nodiscard]] index row_of(std::size_t ladder, std::size_t rung) const {
    return static_cast<index>(ladder * ladder_.size() + exchanges_[ladder].holder(rung));
  }
  void order_temperatures() {
    for (std::size_t i = 0; i < betas_.size(); ++i) betas_[i] = ladder_[i % ladder_.size()];
  }
  void seed_swaps(random_engine& rng) {
    const random_streams streams(rng);
    swaps_.clear();
    for (std::size_t c = 0; c < exchanges_.size(); ++c)
      swaps_.push_back(streams[static_cast<std::uint64_t>(c)]);
  }

  void swap_neighbours(std::size_t c) {
    exchanges_[c].round(
        swaps_[c],
        [&](std::size_t i) {
          double gain = 0;
          chains_.add_log_ratio(row_of(c, i), ladder_[i], ladder_[i + 1], gain);
          chains_.add_log_ratio(row_of(c, i + 1), ladder_[i + 1], ladder_[i], gain);
          return gain;
        },
        [&](std::size_t i) {
          std::swap(betas_[static_cast<std::size_t>(row_of(c, i))],
                    betas_[static_cast<std::size_t>(row_of(c, i + 1))]);
        });
  }

  std::vector<double> ladder_;
  annealed_block_chains<Model> chains_;      ///< ladder after ladder, as many as temperatures each
  std::vector<replica_exchange> exchanges_;  ///< of every ladder
  std::vector<double> betas_;                ///< of every chain
  std::vector<random_engine> swaps_;         ///< of every ladder
};

}  // namespace harmonium::inline v0_2

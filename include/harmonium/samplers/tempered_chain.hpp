// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering over collapsed chains: replicas at lower inverse temperatures cross what
/// separates the modes of p*(h_1), and hand their states down by swaps (Swendsen and Wang 1986;
/// Geyer 1991, "Markov chain Monte Carlo maximum likelihood").
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/replica_exchange.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"

namespace harmonium::inline v0_2 {

/// One collapsed chain per inverse temperature; neighbours swap. The product of all p*_beta is left
/// invariant, so the replica at beta = 1 samples the model. Even and odd pairs of neighbours are
/// tried in turn, which is not reversible: a replica goes on in its direction until a swap is
/// rejected, and crosses the ladder in about as many rounds as it has temperatures, where pairs
/// chosen at random need the square (Okabe et al. 2001; Syed et al. 2022). With a ladder of equal
/// rejection r (`tuned_ladder`) and sweeps that mix at every temperature, all replicas together
/// make at most 1 / (2 + 2 sum r / (1 - r)) round trips a round.
/// Refers to the model; not shared between threads. Cost of a sweep: that of a collapsed sweep for
/// every temperature.
template <collapsible Model>
class tempered_chain {
 public:
  using state_type = typename Model::state_type;

  /// @param ladder inverse temperatures, falling from 1
  /// @throws std::invalid_argument for another ladder
  tempered_chain(const Model& model, std::vector<double> ladder)
      : tempered_chain(collapsed_chain<Model>(model), std::move(ladder)) {}

  /// @param prototype a collapsed chain with the reference distribution that beta = 0 stands for
  tempered_chain(const collapsed_chain<Model>& prototype, std::vector<double> ladder)
      : ladder_(std::move(ladder)) {
    check_ladder(ladder_, "tempered_chain");
    replicas_.assign(ladder_.size(), prototype);
    for (std::size_t i = 0; i < ladder_.size(); ++i)
      replicas_[i].set_inverse_temperature(ladder_[i]);
    exchange_ = replica_exchange(ladder_.size());
  }

  /// Goes on with other inverse temperatures, as many as before; counts begin anew.
  /// @throws std::invalid_argument for another ladder
  void set_ladder(std::vector<double> ladder) {
    check_ladder(ladder, "tempered_chain");
    require(ladder.size() == ladder_.size(), "tempered_chain", "the ladder must keep its length");
    ladder_ = std::move(ladder);
    for (std::size_t i = 0; i < ladder_.size(); ++i)
      replicas_[exchange_.holder(i)].set_inverse_temperature(ladder_[i]);
    clear_counts();
  }

  /// Every replica from the reference distribution.
  template <bit_source Engine>
  void start(Engine& rng) {
    for (auto& replica : replicas_) replica.start(rng);
  }

  /// All replicas go on from the given state.
  void set_state(const state_type& state) {
    for (auto& replica : replicas_) replica.set_state(state);
  }

  /// `sweeps` sweeps of every replica, then one swap of every other pair of neighbours, the even
  /// ones and the odd ones in turn.
  template <bit_source Engine>
  void sweep(Engine& rng, index sweeps = 1) {
    for (std::size_t i = 0; i < ladder_.size(); ++i)
      for (index k = 0; k < sweeps; ++k) holder(i).sweep(rng);
    // The densities along the path differ by (beta_i - beta_j) times the tilt, exactly; neighbours
    // exchange temperatures rather than states.
    exchange_.round(
        rng,
        [&](std::size_t i) {
          return (ladder_[i] - ladder_[i + 1]) * (holder(i + 1).tilt() - holder(i).tilt());
        },
        [&](std::size_t i) {
          holder(i).set_inverse_temperature(ladder_[i]);
          holder(i + 1).set_inverse_temperature(ladder_[i + 1]);
        });
  }

  /// The visible layer of the replica at beta = 1, given its first hidden layer.
  template <bit_source Engine>
  void draw_visible(Engine& rng) {
    holder(0).draw_visible(rng);
  }

  /// Of the replica at beta = 1. The visible layer is that replica's last `draw_visible`.
  [[nodiscard]] const state_type& state() const noexcept {
    return replicas_[exchange_.holder(0)].state();
  }

  /// How the swaps went: rejection rates, barrier and round trips. Without round trips the replica
  /// at beta = 1 keeps its mode.
  [[nodiscard]] const replica_exchange& exchange() const noexcept { return exchange_; }
  [[nodiscard]] double acceptance(std::size_t i) const { return exchange_.acceptance(i); }
  [[nodiscard]] double rejection(std::size_t i) const { return exchange_.rejection(i); }
  [[nodiscard]] double barrier() const { return exchange_.barrier(); }
  [[nodiscard]] index round_trips() const noexcept { return exchange_.round_trips(); }
  [[nodiscard]] index rounds() const noexcept { return exchange_.rounds(); }
  /// Forgets rates, round trips and rounds; states and temperatures stay.
  void clear_counts() { exchange_.clear_counts(); }
  [[nodiscard]] const std::vector<double>& ladder() const noexcept { return ladder_; }

 private:
  [[nodiscard]] collapsed_chain<Model>& holder(std::size_t i) {
    return replicas_[exchange_.holder(i)];
  }

  std::vector<double> ladder_;
  std::vector<collapsed_chain<Model>> replicas_;
  replica_exchange exchange_{1};
};

}  // namespace harmonium::inline v0_2

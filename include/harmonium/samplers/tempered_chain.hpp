// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering over collapsed chains: replicas at lower inverse temperatures cross what
/// separates the modes of p*(h_1), and hand their states down by swaps (Swendsen and Wang 1986;
/// Geyer 1991, "Markov chain Monte Carlo maximum likelihood").
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"

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
    check(ladder_);
    replicas_.assign(ladder_.size(), prototype);
    for (std::size_t i = 0; i < ladder_.size(); ++i) {
      replicas_[i].set_inverse_temperature(ladder_[i]);
      holder_.push_back(i);
    }
    tried_.assign(ladder_.size() - 1, 0);
    accepted_.assign(ladder_.size() - 1, 0);
    rejection_.assign(ladder_.size() - 1, 0.0);
    travelled_.assign(ladder_.size(), journey::none);
  }

  /// Goes on with other inverse temperatures, as many as before; counts begin anew.
  /// @throws std::invalid_argument for another ladder
  void set_ladder(std::vector<double> ladder) {
    check(ladder);
    require(ladder.size() == ladder_.size(), "tempered_chain", "the ladder must keep its length");
    ladder_ = std::move(ladder);
    for (std::size_t i = 0; i < ladder_.size(); ++i)
      replicas_[holder_[i]].set_inverse_temperature(ladder_[i]);
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
    for (const std::size_t which : holder_)
      for (index k = 0; k < sweeps; ++k) replicas_[which].sweep(rng);
    for (std::size_t i = odd_ ? 1 : 0; i + 1 < ladder_.size(); i += 2) swap(i, rng);
    odd_ = !odd_;
    ++rounds_;
    note_ends();
  }

  /// The visible layer of the replica at beta = 1, given its first hidden layer.
  template <bit_source Engine>
  void draw_visible(Engine& rng) {
    replicas_[holder_[0]].draw_visible(rng);
  }

  /// Of the replica at beta = 1. The visible layer is that replica's last `draw_visible`.
  [[nodiscard]] const state_type& state() const noexcept { return replicas_[holder_[0]].state(); }

  /// Share of swaps between temperature i and i + 1 that were accepted so far. Below about 0.1 the
  /// ladder has a gap there: more temperatures help.
  [[nodiscard]] double acceptance(std::size_t i) const {
    return tried_[i] > 0 ? static_cast<double>(accepted_[i]) / static_cast<double>(tried_[i]) : 0;
  }
  /// Mean probability so far that a swap between temperature i and i + 1 is rejected: less noisy
  /// than 1 - acceptance(i). 0 before the first try.
  [[nodiscard]] double rejection(std::size_t i) const {
    return tried_[i] > 0 ? rejection_[i] / static_cast<double>(tried_[i]) : 0;
  }
  /// Communication barrier: the sum of the rejection rates, about the same for every dense ladder
  /// between the same ends. A ladder of equal rejection should have about twice as many
  /// temperatures (Syed et al. 2022, section 4.2).
  [[nodiscard]] double barrier() const {
    double total = 0;
    for (std::size_t i = 0; i < rejection_.size(); ++i) total += rejection(i);
    return total;
  }
  /// How often a replica went from beta = 1 to the other end of the ladder and came back. What
  /// tempering is for: without round trips the replica at beta = 1 keeps its mode.
  [[nodiscard]] index round_trips() const noexcept { return round_trips_; }
  /// Calls of `sweep` so far.
  [[nodiscard]] index rounds() const noexcept { return rounds_; }
  /// Forgets rates, round trips and rounds; states and temperatures stay.
  void clear_counts() {
    std::fill(tried_.begin(), tried_.end(), 0);
    std::fill(accepted_.begin(), accepted_.end(), 0);
    std::fill(rejection_.begin(), rejection_.end(), 0.0);
    std::fill(travelled_.begin(), travelled_.end(), journey::none);
    round_trips_ = rounds_ = 0;
  }
  [[nodiscard]] const std::vector<double>& ladder() const noexcept { return ladder_; }

 private:
  enum class journey : unsigned char { none, from_cold, back_from_warm };

  static void check(const std::vector<double>& ladder) {
    require(!ladder.empty() && ladder[0] == 1, "tempered_chain", "the ladder must begin with 1");
    for (std::size_t i = 1; i < ladder.size(); ++i)
      require(ladder[i] < ladder[i - 1], "tempered_chain", "the ladder must fall");
  }

  void note_ends() {
    if (ladder_.size() < 2) return;
    journey& cold = travelled_[holder_.front()];
    if (cold == journey::back_from_warm) ++round_trips_;
    cold = journey::from_cold;
    journey& warm = travelled_[holder_.back()];
    if (warm == journey::from_cold) warm = journey::back_from_warm;
  }

  /// Neighbours exchange temperatures rather than states. The densities along the path differ by
  /// (beta_i - beta_j) times the tilt, exactly.
  template <bit_source Engine>
  void swap(std::size_t i, Engine& rng) {
    auto& colder = replicas_[holder_[i]];
    auto& warmer = replicas_[holder_[i + 1]];
    const double gain = (ladder_[i] - ladder_[i + 1]) * (warmer.tilt() - colder.tilt());
    ++tried_[i];
    rejection_[i] += gain < 0 ? 1 - math::exp(gain) : 0;
    if (!(math::log(draw::uniform(rng)) < gain)) return;
    ++accepted_[i];
    std::swap(holder_[i], holder_[i + 1]);
    replicas_[holder_[i]].set_inverse_temperature(ladder_[i]);
    replicas_[holder_[i + 1]].set_inverse_temperature(ladder_[i + 1]);
  }

  std::vector<double> ladder_;
  std::vector<collapsed_chain<Model>> replicas_;
  std::vector<std::size_t> holder_;  ///< which replica has the i-th temperature
  std::vector<index> tried_, accepted_;
  std::vector<double> rejection_;   ///< sums of the probabilities of rejection
  std::vector<journey> travelled_;  ///< of every replica
  index round_trips_ = 0, rounds_ = 0;
  bool odd_ = false;
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The books of replica exchange: who holds which rung of a ladder, and how its swaps went.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Even and odd pairs of neighbouring rungs are tried in turn, which is not reversible: a replica
/// goes on in its direction until a swap is rejected (Okabe et al. 2001; Syed et al. 2022). Rung 0
/// is the model that is sampled. A value.
class replica_exchange {
 public:
  explicit replica_exchange(std::size_t rungs)
      : tried_(rungs - 1), accepted_(rungs - 1), rejection_(rungs - 1), travelled_(rungs) {
    for (std::size_t i = 0; i < rungs; ++i) holder_.push_back(i);
    clear_counts();
  }

  /// As just made: every replica on its rung, nothing counted.
  void restart() {
    for (std::size_t i = 0; i < holder_.size(); ++i) holder_[i] = i;
    odd_ = false;
    clear_counts();
  }

  /// Which replica is on rung `i`.
  [[nodiscard]] std::size_t holder(std::size_t i) const { return holder_[i]; }

  /// One round: every other pair of neighbours is offered a swap.
  /// @param gain    `gain(i)`: log ratio of the joint density after a swap of rungs i and i + 1 to
  ///                the one before it
  /// @param swapped `swapped(i)`: called when the holders of i and i + 1 have been exchanged
  template <bit_source Engine, class Gain, class Swapped>
  void round(Engine& rng, const Gain& gain, const Swapped& swapped) {
    for (std::size_t i = odd_ ? 1 : 0; i + 1 < holder_.size(); i += 2) {
      const double won = gain(i);
      ++tried_[i];
      rejection_[i] += won < 0 ? 1 - math::exp(won) : 0;
      if (!(math::log(draw::uniform(rng)) < won)) continue;
      ++accepted_[i];
      std::swap(holder_[i], holder_[i + 1]);
      swapped(i);
    }
    odd_ = !odd_;
    ++rounds_;
    note_ends();
  }

  /// Share of swaps between rung i and i + 1 that were accepted so far. Below about 0.1 the ladder
  /// has a gap there: more rungs help.
  [[nodiscard]] double acceptance(std::size_t i) const {
    return tried_[i] > 0 ? static_cast<double>(accepted_[i]) / static_cast<double>(tried_[i]) : 0;
  }
  /// Mean probability so far that a swap between rung i and i + 1 is rejected: less noisy than
  /// 1 - acceptance(i). 0 before the first try.
  [[nodiscard]] double rejection(std::size_t i) const {
    return tried_[i] > 0 ? rejection_[i] / static_cast<double>(tried_[i]) : 0;
  }
  /// Communication barrier: the sum of the rejection rates, about the same for every dense ladder
  /// between the same ends. A ladder of equal rejection should have about twice as many rungs (Syed
  /// et al. 2022, section 4.2).
  [[nodiscard]] double barrier() const {
    double total = 0;
    for (std::size_t i = 0; i < rejection_.size(); ++i) total += rejection(i);
    return total;
  }
  /// How often a replica went from rung 0 to the other end of the ladder and came back.
  [[nodiscard]] index round_trips() const noexcept { return round_trips_; }
  [[nodiscard]] index rounds() const noexcept { return rounds_; }

  /// Forgets rates, round trips and rounds; holders stay.
  void clear_counts() {
    std::fill(tried_.begin(), tried_.end(), 0);
    std::fill(accepted_.begin(), accepted_.end(), 0);
    std::fill(rejection_.begin(), rejection_.end(), 0.0);
    std::fill(travelled_.begin(), travelled_.end(), nowhere);
    round_trips_ = rounds_ = 0;
  }

 private:
  // Where a replica has been of the two ends of the ladder.
  static constexpr index nowhere = 0, from_first = 1, back_from_last = 2;

  void note_ends() {
    if (holder_.size() < 2) return;
    index& first = travelled_[holder_.front()];
    if (first == back_from_last) ++round_trips_;
    first = from_first;
    index& last = travelled_[holder_.back()];
    if (last == from_first) last = back_from_last;
  }

  std::vector<std::size_t> holder_;
  std::vector<index> tried_, accepted_;
  std::vector<double> rejection_;  ///< sums of the probabilities of rejection
  std::vector<index> travelled_;   ///< of every replica
  index round_trips_ = 0, rounds_ = 0;
  bool odd_ = false;
};

}  // namespace harmonium::inline v0_2

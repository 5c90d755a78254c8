// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering over collapsed chains: replicas at lower inverse temperatures cross what
/// separates the modes of p*(h_1), and hand their states down by swaps (Swendsen and Wang 1986;
/// Geyer 1991, "Markov chain Monte Carlo maximum likelihood").
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"

namespace harmonium::inline v0_2 {

/// `count` inverse temperatures from 1 down to `lowest`, each the same share of the one before.
/// @throws std::invalid_argument unless count >= 1 and 0 < lowest <= 1.
inline std::vector<double> geometric_ladder(index count, double lowest) {
  require(count >= 1, "geometric_ladder", "at least one temperature is needed");
  require(lowest > 0 && lowest <= 1, "geometric_ladder", "lowest must be in (0, 1]");
  std::vector<double> ladder(static_cast<std::size_t>(count), 1.0);
  for (std::size_t i = 1; i < ladder.size(); ++i)
    ladder[i] = math::exp(math::log(lowest) * static_cast<double>(i) /
                          static_cast<double>(ladder.size() - 1));
  return ladder;
}

/// One collapsed chain per inverse temperature; neighbours swap. The product of all p*_beta is left
/// invariant, so the replica at beta = 1 samples the model. Refers to the model; not shared between
/// threads. Cost of a sweep: that of a collapsed sweep for every temperature.
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
    require(!ladder_.empty() && ladder_[0] == 1, "tempered_chain", "the ladder must begin with 1");
    for (std::size_t i = 1; i < ladder_.size(); ++i)
      require(ladder_[i] < ladder_[i - 1], "tempered_chain", "the ladder must fall");
    replicas_.assign(ladder_.size(), prototype);
    for (std::size_t i = 0; i < ladder_.size(); ++i) {
      replicas_[i].set_inverse_temperature(ladder_[i]);
      holder_.push_back(i);
    }
    tried_.assign(ladder_.size() - 1, 0);
    accepted_.assign(ladder_.size() - 1, 0);
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
  [[nodiscard]] const std::vector<double>& ladder() const noexcept { return ladder_; }

 private:
  /// Neighbours exchange temperatures rather than states. The densities along the path differ by
  /// (beta_i - beta_j) times the tilt, exactly.
  template <bit_source Engine>
  void swap(std::size_t i, Engine& rng) {
    auto& colder = replicas_[holder_[i]];
    auto& warmer = replicas_[holder_[i + 1]];
    const double gain = (ladder_[i] - ladder_[i + 1]) * (warmer.tilt() - colder.tilt());
    ++tried_[i];
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
  bool odd_ = false;
};

/// Sampler: fresh replicas for every draw, `burn_in` rounds of sweeps and swaps from a uniform
/// start, then the visible layer of the one at beta = 1. For models whose first-layer modes are
/// more than one flip apart. Costs `temperatures` times as much as `collapsed`.
struct tempered {
  index temperatures = 12;          ///< more raise the acceptance of swaps
  double lowest = 0.01;             ///< smallest inverse temperature; lower crosses higher barriers
  std::vector<double> ladder = {};  ///< inverse temperatures in place of the two above, from 1 down
  index sweeps_between_swaps = 1;
  index burn_in = 50;  ///< rounds before the state is used; more is closer to the model

  template <class Model>
  class source {
   public:
    source(const Model& model, std::vector<double> ladder, index sweeps, index burn_in)
        : start_(model, std::move(ladder)), sweeps_(sweeps), burn_in_(burn_in) {}

    class chain {
     public:
      chain(const tempered_chain<Model>& start, index sweeps, index burn_in)
          : start_(&start), markov_(start), sweeps_(sweeps), burn_in_(burn_in) {}

      template <bit_source Engine>
      void draw(Engine& rng) {
        markov_ = *start_;  // temperatures back in order: a draw depends on nothing but `rng`
        markov_.start(rng);
        for (index round = 0; round < burn_in_; ++round) markov_.sweep(rng, sweeps_);
        markov_.draw_visible(rng);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept {
        return markov_.state();
      }

     private:
      const tempered_chain<Model>* start_;
      tempered_chain<Model> markov_;
      index sweeps_, burn_in_;
    };

    /// The chain refers to this source, which must outlive it.
    [[nodiscard]] chain make_chain() const& { return chain(start_, sweeps_, burn_in_); }
    chain make_chain() const&& = delete;

   private:
    tempered_chain<Model> start_;
    index sweeps_, burn_in_;
  };

  /// @throws std::invalid_argument for settings out of range.
  template <collapsible Model>
  [[nodiscard]] source<Model> prepare(const Model& model) const {
    require(sweeps_between_swaps >= 1, "tempered", "sweeps_between_swaps must be at least 1");
    require(burn_in >= 0, "tempered", "burn_in must not be negative");
    return source<Model>(model, ladder.empty() ? geometric_ladder(temperatures, lowest) : ladder,
                         sweeps_between_swaps, burn_in);
  }
};

}  // namespace harmonium::inline v0_2

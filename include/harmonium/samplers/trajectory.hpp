// SPDX-License-Identifier: MIT
/// @file
/// Trajectory tempering as a sampler of cells.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/trajectory_chain.hpp"

namespace harmonium::inline v0_2 {

/// Sampler: fresh replicas for every draw, `burn_in` rounds of sweeps and swaps from states of the
/// last rung, then the visible layer of rung 0.
///
///     trajectory<scdbm> sampler{tuned_trajectory(path, {.rungs = 12}, rng).rungs};
///
/// @tparam Chain how replicas move, see `hidden_chain`
template <layered_model Model, hidden_chain<Model> Chain = collapsed_chain<Model>>
struct trajectory {
  static constexpr std::string_view name = "trajectory";

  std::vector<Model> rungs;        ///< from the model itself down to one without weights
  index sweeps_between_swaps = 1;  ///< of every chain, >= 1
  index burn_in = 200;             ///< rounds before the state is used: many times the rungs, as
                                   ///< replicas take about twice as many for one round trip

  class source {
   public:
    source(const trajectory& settings, const Model& model)
        : rungs_(settings.rungs),
          sweeps_(settings.sweeps_between_swaps),
          burn_in_(settings.burn_in) {
      rungs_.front() = model;
    }

    class chain {
     public:
      chain(std::span<const Model> rungs, index sweeps, index burn_in)
          : markov_(rungs), sweeps_(sweeps), burn_in_(burn_in) {}

      template <bit_source Engine>
      void draw(Engine& rng) {
        markov_.start(rng);
        for (index round = 0; round < burn_in_; ++round) markov_.sweep(rng, sweeps_);
        markov_.draw_visible(rng);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept {
        return markov_.state();
      }

     private:
      trajectory_chain<Model, Chain> markov_;
      index sweeps_, burn_in_;
    };

    /// The chain refers to this source, which must outlive it.
    [[nodiscard]] chain make_chain() const& { return chain(rungs_, sweeps_, burn_in_); }
    chain make_chain() const&& = delete;

   private:
    std::vector<Model> rungs_;
    index sweeps_, burn_in_;
  };

  /// @throws std::invalid_argument for settings out of range, or if rung 0 is another model.
  [[nodiscard]] source prepare(const Model& model) const {
    require(!rungs.empty(), "trajectory", "at least one rung is needed");
    require(rungs.front().parameters() == model.parameters(), "trajectory",
            "rung 0 must be the model that is sampled");
    require(sweeps_between_swaps >= 1, "trajectory", "sweeps_between_swaps must be at least 1");
    require(burn_in >= 0, "trajectory", "burn_in must not be negative");
    return source(*this, model);
  }
};

}  // namespace harmonium::inline v0_2

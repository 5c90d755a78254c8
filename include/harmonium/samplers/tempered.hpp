// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering as a sampler of cells.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
#include "harmonium/samplers/tempered_chain.hpp"

namespace harmonium::inline v0_2 {

/// Sampler: fresh replicas for every draw, `burn_in` rounds of sweeps and swaps from a uniform
/// start, then the visible layer of the one at beta = 1. For models whose first-layer modes are
/// more than one flip apart. Costs `temperatures` times as much as `collapsed`.
struct tempered {
  static constexpr std::string_view name = "tempered";

  index temperatures = 12;          ///< more raise the acceptance of swaps
  double lowest = 0.01;             ///< smallest inverse temperature; lower crosses higher barriers
  std::vector<double> ladder = {};  ///< in place of the two above, from 1 down; see `tuned_ladder`
  index sweeps_between_swaps = 1;   ///< of every chain, >= 1
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

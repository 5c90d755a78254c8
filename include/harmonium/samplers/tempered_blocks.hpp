// SPDX-License-Identifier: MIT
/// @file
/// Parallel tempering of block Gibbs chains as a sampler of cells.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/concepts.hpp"
#include "harmonium/samplers/temperature_ladder.hpp"
#include "harmonium/samplers/tempered_block_chains.hpp"

namespace harmonium::inline v0_2 {

/// Sampler: fresh replicas for every draw, `burn_in` rounds of sweeps and swaps from independent
/// units, then the state of the one at beta = 1. As `tempered`, by block Gibbs in place of
/// collapsed chains: a round is far cheaper, but layers move only as far as the one beside them
/// lets them, which below thousands of counts is not far. For any stack.
struct tempered_blocks {
  static constexpr std::string_view name = "tempered-blocks";

  index temperatures = 12;          ///< more raise the acceptance of swaps
  double lowest = 0.01;             ///< smallest inverse temperature; lower crosses higher barriers
  std::vector<double> ladder = {};  ///< in place of the two above, from 1 down
  index sweeps_between_swaps = 1;   ///< of every chain, >= 1
  index burn_in = 200;  ///< rounds before the state is used; more is closer to the model

  template <class Model>
  class source {
   public:
    source(const Model& model, std::vector<double> ladder, index sweeps, index burn_in)
        : model_(&model),
          reference_(central_reference(model)),
          ladder_(std::move(ladder)),
          sweeps_(sweeps),
          burn_in_(burn_in) {
      check_ladder(ladder_, "tempered_blocks");
    }

    class chain {
     public:
      explicit chain(const source& from)
          : state_(from.model_->make_state()), sweeps_(from.sweeps_), burn_in_(from.burn_in_) {
        random_engine any(0);  // every draw begins with streams of its own
        markov_.emplace(*from.model_, from.reference_, from.ladder_, 1, any);
      }

      /// @param rng moves on by two words
      void draw(random_engine& rng) {
        markov_->restart(rng);
        for (index round = 0; round < burn_in_; ++round) markov_->sweep(serial_executor{}, sweeps_);
        markov_->draw_state(0, state_);
      }

      [[nodiscard]] const typename Model::state_type& state() const noexcept { return state_; }

     private:
      typename Model::state_type state_;
      index sweeps_, burn_in_;
      std::optional<tempered_block_chains<Model>> markov_;
    };

    [[nodiscard]] chain make_chain() const { return chain(*this); }

   private:
    const Model* model_;
    typename Model::state_type reference_;
    std::vector<double> ladder_;
    index sweeps_, burn_in_;
  };

  /// @throws std::invalid_argument for settings out of range.
  template <layered_model Model>
  [[nodiscard]] source<Model> prepare(const Model& model) const {
    require(sweeps_between_swaps >= 1, "tempered_blocks",
            "sweeps_between_swaps must be at least 1");
    require(burn_in >= 0, "tempered_blocks", "burn_in must not be negative");
    return source<Model>(model, ladder.empty() ? geometric_ladder(temperatures, lowest) : ladder,
                         sweeps_between_swaps, burn_in);
  }
};

}  // namespace harmonium::inline v0_2

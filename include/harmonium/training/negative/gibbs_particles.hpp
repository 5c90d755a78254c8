// SPDX-License-Identifier: MIT
/// @file
/// What persistent and restarted particles share: Gibbs sweeps, and the statistics after them.
/// @internal
#pragma once

#include <cstdint>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/input_factors.hpp"
#include "harmonium/samplers/gibbs_batch.hpp"
#include "harmonium/states/concepts.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Particles moved by block Gibbs sampling, each with an engine of its own for every step.
template <class Model>
class gibbs_particles {
 public:
  using scalar = typename Model::scalar;

  gibbs_particles(index sweeps, const random_streams& streams)
      : sweeps_(sweeps), streams_(streams) {}

  [[nodiscard]] state_batch<Model>& states() noexcept { return states_; }
  /// One per particle, of this step.
  [[nodiscard]] std::vector<random_engine>& engines() noexcept { return engines_; }

  /// Fresh engines for `particles` particles.
  void next_engines(index particles) {
    engines_.clear();
    for (index p = 0; p < particles; ++p) engines_.push_back(streams_[items_++]);
  }

  /// Draws one layer of every particle given its neighbours.
  template <std::size_t Layer, executor Executor>
  void draw(const Executor& run, const Model& model) {
    chains_.template draw<Layer>(run, model, {}, states_, engines_);
  }

  /// The sweeps of one step, then the mean statistics of the particles.
  /// @param out as long as the model's parameters, overwritten
  template <executor Executor>
  void write_statistics(const Executor& run, const Model& model,
                        const input_factors<Model>& factors, vector<scalar>& out) {
    // Means in place of states, where it costs least: of the odd layers, which the last draw made
    // from inputs that are at hand, if visible states are lists; else of the visible layer.
    constexpr bool lists = zero_one_states<units_of<Model, 0>>;
    for (index k = 0; k < sweeps_; ++k)
      chains_.sweep(run, model, factors, states_, engines_,
                    lists && k + 1 == sweeps_ ? &odd_means_ : nullptr);
    const scalar share = scalar(1) / static_cast<scalar>(states_[0].rows());
    if constexpr (lists) {
      write_particle_statistics(run, model, chains_.visible_rows(), states_, odd_means_, share,
                                out);
    } else {
      chains_.write_visible_means(run, model, states_, visible_);
      out.setZero(model.parameters().size());
      add_particle_statistics(run, model, visible_, states_, share, out);
    }
  }

 private:
  index sweeps_;
  random_streams streams_;
  std::uint64_t items_ = 0;
  state_batch<Model> states_;
  gibbs_batch<Model> chains_;
  std::vector<random_engine> engines_;
  matrix<scalar> visible_;        ///< E[x | h_1]
  state_batch<Model> odd_means_;  ///< [1], [3], ...
};

}  // namespace harmonium::inline v0_2

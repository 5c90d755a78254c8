// SPDX-License-Identifier: MIT
/// @file
/// Persistent particles moved by block Gibbs sampling.
#pragma once

#include <cstdint>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/gibbs_batch.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"

namespace harmonium::inline v0_2 {

/// Persistent contrastive divergence (Tieleman 2008), as in the paper: particles go on from step to
/// step through the visible layer, which hardly mixes where counts are many.
struct block_particles {
  index particles = 128;      ///< more are steadier; cost in proportion
  index sweeps = 1;           ///< Gibbs sweeps of every particle per step
  bool double_inputs = true;  ///< factor-two rule of greedy pretraining, see `input_factors`

  template <class Model>
  class state {
   public:
    using scalar = typename Model::scalar;
    static constexpr bool follows = false;

    state(index particles, index sweeps, const random_streams& streams)
        : particles_(particles), sweeps_(sweeps), streams_(streams) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>& factors,
                          const positive_phase<Model>&, vector<scalar>& out) {
      next_engines();
      if (states_[0].rows() == 0) start(run, model);
      for (index k = 0; k < sweeps_; ++k) chains_.sweep(run, model, factors, states_, engines_);
      chains_.write_visible_means(run, model, states_, visible_);
      out.setZero(model.parameters().size());
      add_particle_statistics(run, model, visible_, states_,
                              scalar(1) / static_cast<scalar>(particles_), out);
    }
    template <executor Executor>
    void follow(const Executor&, const Model&, Model&, index) const noexcept {}
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept { return nullptr; }

   private:
    void next_engines() {
      engines_.clear();
      for (index p = 0; p < particles_; ++p) engines_.push_back(streams_[items_++]);
    }

    /// Hidden layers uniform over their states, the visible layer from its conditional.
    template <executor Executor>
    void start(const Executor& run, const Model& model) {
      states_ = make_state_batch(model, particles_);
      for (index p = 0; p < particles_; ++p) {
        Model::for_each_layer([&](auto layer) {
          if constexpr (layer() > 0) {
            const vector<scalar> none = vector<scalar>::Zero(model.size(layer()));
            model.template units<layer()>().sample(as_span(none), row_span(states_[layer()], p),
                                                   engines_[static_cast<std::size_t>(p)]);
          }
        });
      }
      chains_.template draw<0>(run, model, {}, states_, engines_);
    }

    index particles_, sweeps_;
    random_streams streams_;
    std::uint64_t items_ = 0;
    state_batch<Model> states_;
    gibbs_batch<Model> chains_;
    std::vector<random_engine> engines_;
    matrix<scalar> visible_;
  };

  template <class Model>
  [[nodiscard]] bool suits(const Model&) const noexcept {
    return true;
  }
  template <class Model>
  [[nodiscard]] bool doubles_inputs(const Model&) const noexcept {
    return double_inputs;
  }
  /// @throws std::invalid_argument for settings out of range.
  template <class Model>
  [[nodiscard]] state<Model> begin(const Model&, const random_streams& streams) const {
    require(particles >= 1, "block_particles", "particles must be at least 1");
    require(sweeps >= 1, "block_particles", "sweeps must be at least 1");
    return state<Model>(particles, sweeps, streams);
  }
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Persistent particles moved by block Gibbs sampling.
#pragma once

#include <cstddef>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/gibbs_particles.hpp"

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
        : count_(particles), particles_(sweeps, streams) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>& factors,
                          const positive_phase<Model>&, vector<scalar>& out) {
      particles_.next_engines(count_);
      if (particles_.states()[0].rows() == 0) start(run, model);
      particles_.write_statistics(run, model, factors, out);
    }
    template <executor Executor>
    void follow(const Executor&, const Model&, Model&, index) const noexcept {}
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept { return nullptr; }

   private:
    /// Hidden layers uniform over their states, the visible layer from its conditional.
    template <executor Executor>
    void start(const Executor& run, const Model& model) {
      auto& states = particles_.states();
      states = make_state_batch(model, count_);
      for (index p = 0; p < count_; ++p) {
        Model::for_each_layer([&](auto layer) {
          if constexpr (layer() > 0) {
            const vector<scalar> none = vector<scalar>::Zero(model.size(layer()));
            model.template units<layer()>().sample(
                as_span(none), row_span(states[layer()], p),
                particles_.engines()[static_cast<std::size_t>(p)]);
          }
        });
      }
      particles_.template draw<0>(run, model);
    }

    index count_;
    gibbs_particles<Model> particles_;
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

// SPDX-License-Identifier: MIT
/// @file
/// Contrastive divergence: particles that start at the data in every step.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/gibbs_particles.hpp"

namespace harmonium::inline v0_2 {

/// CD-k (Hinton 2002): one particle per row of the batch, k Gibbs sweeps from its hidden means.
/// Biased towards the data; the larger k, the less.
struct restarted_particles {
  index sweeps = 1;           ///< k
  bool double_inputs = true;  ///< factor-two rule of greedy pretraining, see `input_factors`

  template <class Model>
  class state {
   public:
    using scalar = typename Model::scalar;
    static constexpr bool follows = false;

    state(index sweeps, const random_streams& streams) : particles_(sweeps, streams) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>& factors,
                          const positive_phase<Model>& batch, vector<scalar>& out) {
      const index rows = batch.rows();
      particles_.next_engines(rows);
      auto& states = particles_.states();
      for (std::size_t l = 0; l < Model::layers; ++l) states[l].setZero(rows, model.size(l));
      for_each_range(run, rows, 16, [&](index begin, index end) {
        for (index p = begin; p < end; ++p) {
          std::array<std::span<scalar>, Model::layers> own;
          for (std::size_t l = 1; l < Model::layers; ++l) own[l] = row_span(states[l], p);
          draw_hidden(model, batch.means(), p, own,
                      particles_.engines()[static_cast<std::size_t>(p)]);
        }
      });
      particles_.write_statistics(run, model, factors, out);
    }
    template <executor Executor>
    void follow(const Executor&, const Model&, Model&, index) const noexcept {}
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept { return nullptr; }

   private:
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
  /// @throws std::invalid_argument if `sweeps` is less than 1.
  template <class Model>
  [[nodiscard]] state<Model> begin(const Model&, const random_streams& streams) const {
    require(sweeps >= 1, "restarted_particles", "sweeps must be at least 1");
    return state<Model>(sweeps, streams);
  }
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Contrastive divergence: particles that start at the data in every step.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/gibbs_batch.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"

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

    state(index sweeps, const random_streams& streams) : sweeps_(sweeps), streams_(streams) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>& factors,
                          const positive_phase<Model>& batch, vector<scalar>& out) {
      const index rows = batch.rows();
      engines_.clear();
      for (index p = 0; p < rows; ++p) engines_.push_back(streams_[items_++]);
      for (std::size_t l = 0; l < Model::layers; ++l) states_[l].setZero(rows, model.size(l));
      for_each_range(run, rows, 16, [&](index begin, index end) {
        for (index p = begin; p < end; ++p) {
          std::array<std::span<scalar>, Model::layers> own;
          for (std::size_t l = 1; l < Model::layers; ++l) own[l] = row_span(states_[l], p);
          draw_hidden(model, batch.means(), p, own, engines_[static_cast<std::size_t>(p)]);
        }
      });
      for (index k = 0; k < sweeps_; ++k) chains_.sweep(run, model, factors, states_, engines_);
      chains_.write_visible_means(run, model, states_, visible_);
      out.setZero(model.parameters().size());
      add_particle_statistics(run, model, visible_, states_, scalar(1) / static_cast<scalar>(rows),
                              out);
    }
    template <executor Executor>
    void follow(const Executor&, const Model&, Model&, index) const noexcept {}
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept { return nullptr; }

   private:
    index sweeps_;
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
  /// @throws std::invalid_argument if `sweeps` is less than 1.
  template <class Model>
  [[nodiscard]] state<Model> begin(const Model&, const random_streams& streams) const {
    require(sweeps >= 1, "restarted_particles", "sweeps must be at least 1");
    return state<Model>(sweeps, streams);
  }
};

}  // namespace harmonium::inline v0_2

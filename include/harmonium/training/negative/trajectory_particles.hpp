// SPDX-License-Identifier: MIT
/// @file
/// Persistent particles that swap with those of the model's own past.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/model_path.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/samplers/gibbs.hpp"
#include "harmonium/samplers/trajectory_chain.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/particle_statistics.hpp"

namespace harmonium::inline v0_2 {

/// How hidden states move: a type that names their chain.
struct collapsed_moves {
  template <class Model>
  using chain = collapsed_chain<Model>;  ///< for counts
};
/// In blocks through the visible layer.
struct block_moves {
  template <class Model>
  using chain = gibbs_chain<Model>;  ///< where visible units hold the hidden ones loosely
};

/// Trajectory tempering while the trajectory comes about (Bereux et al. 2024): every particle is a
/// column of replicas, one of the model at hand and one of every checkpoint kept so far, down to a
/// model without weights. A checkpoint is kept when swaps between the model and the last one are no
/// longer accepted often enough.
/// @tparam Moves `collapsed_moves`, for counts, or `block_moves`
template <class Moves = collapsed_moves>
struct trajectory_particles {
  index particles = 64;  ///< more are steadier; cost in proportion
  index sweeps = 1;      ///< of every replica between swaps; there are two rounds of these a step
  double acceptance = 0.3;  ///< of swaps with the last checkpoint, below which one is kept
  index most = 24;          ///< checkpoints; of more, every other one is dropped

  template <class Model>
  class state {
   public:
    using scalar = typename Model::scalar;
    using state_type = typename Model::state_type;
    static constexpr bool follows = false;

    state(const trajectory_particles& settings, const random_streams& streams)
        : settings_(settings), streams_(streams) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>&,
                          const positive_phase<Model>&, vector<scalar>& out) {
      if (columns_.empty()) start(model);
      move(run, model);
      out.setZero(model.parameters().size());
      const scalar share = scalar(1) / static_cast<scalar>(columns_.size());
      for (const auto& column : columns_)
        add_particle_statistics(model, column.front(), share, out);
    }
    template <executor Executor>
    void follow(const Executor&, const Model&, Model&, index) const noexcept {}
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept { return nullptr; }

    /// The model at hand as of the last step, then the checkpoints, the latest first.
    [[nodiscard]] const std::vector<Model>& rungs() const noexcept { return rungs_; }

   private:
    using chain_type = trajectory_chain<Model, typename Moves::template chain<Model>>;
    static constexpr index per_chain = 8;

    /// Exact draws of a model without weights, for it and for the model at hand.
    void start(const Model& model) {
      rungs_.assign(2, independent_model(model, model.bias(0), model.bias(1)));
      for (index p = 0; p < settings_.particles; ++p) {
        random_engine engine = streams_[items_++];
        auto drawn = model.make_state();
        Model::for_each_layer([&](auto layer) {
          if constexpr (layer() > 0)
            model.template units<layer()>().sample(rungs_.back().bias(layer()),
                                                   as_span(drawn[layer()]), engine);
        });
        columns_.emplace_back(2, drawn);
      }
    }

    /// An even and an odd round of sweeps and swaps for every column.
    template <executor Executor>
    void move(const Executor& run, const Model& model) {
      if (keep_) keep();
      rungs_.front() = model;
      const index count = std::ssize(columns_);
      const auto blocks = static_cast<std::size_t>((count + per_chain - 1) / per_chain);
      std::vector<double> rejection(blocks);
      const std::uint64_t first = items_;
      items_ += static_cast<std::uint64_t>(count);
      for_each_range(run, count, per_chain, [&](index begin, index end) {
        chain_type chain{std::span<const Model>(rungs_)};
        for (index p = begin; p < end; ++p) {
          auto& column = columns_[static_cast<std::size_t>(p)];
          random_engine engine = streams_[first + static_cast<std::uint64_t>(p)];
          for (std::size_t i = 0; i < column.size(); ++i) chain.set_state(i, column[i]);
          for (int round = 0; round < 2; ++round) chain.sweep(engine, settings_.sweeps);
          for (std::size_t i = 0; i < column.size(); ++i) column[i] = chain.state(i);
        }
        rejection[static_cast<std::size_t>(begin / per_chain)] =
            chain.exchange().rejection(0) * static_cast<double>(end - begin);
      });
      double rejected = 0;
      for (const double own : rejection) rejected += own / static_cast<double>(count);
      keep_ = 1 - rejected < settings_.acceptance;
    }

    /// The model of the last step becomes a checkpoint.
    void keep() {
      if (std::ssize(rungs_) > settings_.most) {
        for (std::size_t i = rungs_.size() - 2; i > 0; i -= std::min<std::size_t>(i, 2)) {
          rungs_.erase(rungs_.begin() + static_cast<std::ptrdiff_t>(i));
          for (auto& column : columns_)
            column.erase(column.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      rungs_.insert(rungs_.begin(), Model(rungs_.front()));
      for (auto& column : columns_) column.insert(column.begin(), state_type(column.front()));
    }

    trajectory_particles settings_;
    random_streams streams_;
    std::uint64_t items_ = 0;
    std::vector<Model> rungs_;
    std::vector<std::vector<state_type>> columns_;  ///< particles x rungs
    bool keep_ = false;
  };

  template <layered_model Model>
  requires hidden_chain<typename Moves::template chain<Model>, Model>
  [[nodiscard]] bool suits(const Model&) const noexcept { return true; }
  template <layered_model Model>
  requires hidden_chain<typename Moves::template chain<Model>, Model>
  [[nodiscard]] bool doubles_inputs(const Model&) const noexcept { return false; }
  /// @throws std::invalid_argument for settings out of range.
  template <layered_model Model>
  requires hidden_chain<typename Moves::template chain<Model>, Model>
  [[nodiscard]] state<Model> begin(const Model&, const random_streams& streams) const {
    require(particles >= 1 && sweeps >= 1, "trajectory_particles",
            "particles and sweeps must be at least 1");
    require(acceptance > 0 && acceptance < 1, "trajectory_particles",
            "acceptance must be in (0, 1)");
    require(most >= 3, "trajectory_particles", "most must be at least 3");
    return state<Model>(*this, streams);
  }
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Persistent particles of the hidden layers alone, which follow the model's steps.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/samplers/collapsed.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/training/contrastive/positive_phase.hpp"
#include "harmonium/training/negative/particle_population.hpp"
#include "harmonium/training/negative/particle_statistics.hpp"
#include "harmonium/training/negative/running_hidden_means.hpp"

namespace harmonium::inline v0_2 {

/// A `particle_population`: sites of h_1 with the visible layer summed out, reweighted and
/// resampled along every step.
struct collapsed_particles {
  index particles = 128;         ///< more are steadier; cost in proportion
  index sweeps = 1;              ///< collapsed sweeps of every particle per step
  double least_effective = 0.5;  ///< share of effective particles that a step must leave
  index bridges = 2;             ///< resamplings a step may take; what is left of it is dropped

  template <class Model>
  class state {
   public:
    using scalar = typename Model::scalar;
    static constexpr bool follows = true;

    state(const collapsed_particles& settings, random_engine own)
        : bridges_(settings.bridges),
          population_({.particles = settings.particles,
                       .sweeps = settings.sweeps,
                       .least_effective = settings.least_effective,
                       .bridges = settings.bridges},
                      own) {}

    template <executor Executor>
    void write_statistics(const Executor& run, Model& model, const input_factors<Model>&,
                          const positive_phase<Model>& batch, vector<scalar>& out) {
      target_.add(model, batch);
      covariance_.add(model, batch);
      if (!population_.started()) start(run, model, batch);
      out.setZero(model.parameters().size());
      const auto& sample = population_.states();
      const scalar share = scalar(1) / static_cast<scalar>(sample.size());
      for (const auto& particle : sample) add_particle_statistics(model, particle, share, out);
    }

    template <executor Executor>
    void follow(const Executor& run, const Model& before, Model& model, index effort) {
      if (population_.started())
        population_.follow(run, before, model, target_.means(), effort * bridges_);
    }
    [[nodiscard]] const matrix<double>* hidden_covariance() const noexcept {
      return &covariance_.covariance();
    }

   private:
    /// At the data's hidden states, from which the particles are led to the model's.
    template <executor Executor>
    void start(const Executor& run, Model& model, const positive_phase<Model>& batch) {
      population_.start([&](index p, random_engine& engine) {
        auto particle = model.make_state();
        std::array<std::span<scalar>, Model::layers> own;
        for (std::size_t l = 1; l < Model::layers; ++l) own[l] = as_span(particle[l]);
        draw_hidden(model, batch.means(), p % batch.rows(), own, engine);
        return particle;
      });
      for (int round = 0; round < rounds_at_start; ++round) {
        const Model before = model;
        population_.follow(run, before, model, target_.means());
      }
    }

    static constexpr int rounds_at_start = 30;

    index bridges_;
    particle_population<Model> population_;
    running_hidden_means<Model> target_;
    running_hidden_covariance<Model> covariance_;
  };

  template <collapsible Model>
  [[nodiscard]] bool suits(const Model&) const noexcept {
    return true;
  }
  template <collapsible Model>
  [[nodiscard]] bool doubles_inputs(const Model&) const noexcept {
    return false;
  }
  /// @throws std::invalid_argument for settings out of range.
  template <collapsible Model>
  [[nodiscard]] state<Model> begin(const Model&, const random_streams& streams) const {
    return state<Model>(*this, streams[0]);
  }
};

}  // namespace harmonium::inline v0_2

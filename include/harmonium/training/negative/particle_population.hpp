// SPDX-License-Identifier: MIT
/// @file
/// Particles that follow a model while it learns. A step of the weights of all genes moves
/// log p*(h_1) by a sum over genes, and particles that lag behind it bias the gradient. So the
/// model goes in steps that the particles can follow: they are reweighted by the exact ratio of
/// collapsed densities, b_1 is refitted to what the reweighting does not explain, a step that
/// leaves too few effective particles is cut, and the rest is resampled and moved by collapsed
/// sweeps (sequential Monte Carlo: Neal 2001; Chopin 2002, "A sequential particle filter method for
/// static models", Biometrika 89). Modes of p(h_1) thus change their shares by weights, not by
/// crossing what lies between.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/models/between.hpp"
#include "harmonium/samplers/collapsed.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `particle_population`.
struct population_options {
  index particles = 128;         ///< more are steadier; cost in proportion
  index sweeps = 1;              ///< collapsed sweeps of every particle after each resampling
  double least_effective = 0.5;  ///< share of effective particles that a step must leave
  index bridges = 2;        ///< resamplings a step may take; what is left of it then is dropped
  double stiffness = 0.02;  ///< prior precision of a refit of b_1; larger follows noise less
};

/// How far particles could follow a step of a model.
struct followed_step {
  double share;      ///< of the step, in [0, 1]
  double effective;  ///< smallest share of effective particles on the way
};

/// Refits b_1 so that particles with the given log weights average to `target`, as far as a normal
/// prior on its change lets it; then gives the weights. Concave: Newton's method.
/// @param hidden particles x size(1)
/// @param[out] weights normalised, one per particle
template <std::same_as<matrix<double>> Hidden>
void balance_particles(const Hidden& hidden, std::span<const double> log_weights,
                       std::span<const double> target, double stiffness, std::span<double> bias,
                       std::span<double> weights) {
  const index particles = hidden.rows(), units = hidden.cols();
  scratch_vector<double> terms(particles);
  const auto objective = [&](const scratch_vector<double>& moved) {
    for (index p = 0; p < particles; ++p) {
      double term = log_weights[static_cast<std::size_t>(p)];
      for (index k = 0; k < units; ++k) term += moved[k] * hidden(p, k);
      terms[p] = term;
    }
    const double total = math::log_sum_exp(as_span(std::as_const(terms)));
    for (std::size_t p = 0; p < weights.size(); ++p)
      weights[p] = math::exp(terms[static_cast<index>(p)] - total);
    double value = -total;
    for (index k = 0; k < units; ++k)
      value +=
          moved[k] * target[static_cast<std::size_t>(k)] - 0.5 * stiffness * moved[k] * moved[k];
    return value;
  };
  scratch_vector<double> moved(units, 0.0), mean(units), gradient(units), step(units), trial(units);
  matrix<double> information(units, units);
  symmetric_factor factor;
  double current = objective(moved);
  for (int iteration = 0; iteration < 20; ++iteration) {
    std::fill(mean.begin(), mean.end(), 0.0);
    information.setZero();
    for (index p = 0; p < particles; ++p) {
      const double w = weights[static_cast<std::size_t>(p)];
      for (index j = 0; j < units; ++j) {
        const double wh = w * hidden(p, j);
        if (wh == 0) continue;
        mean[j] += wh;
        for (index k = 0; k <= j; ++k) information(j, k) += wh * hidden(p, k);
      }
    }
    double largest = 0;
    for (index j = 0; j < units; ++j) {
      for (index k = 0; k <= j; ++k) information(j, k) -= mean[j] * mean[k];
      information(j, j) += stiffness;
      gradient[j] = target[static_cast<std::size_t>(j)] - mean[j] - stiffness * moved[j];
      largest = std::max(largest, std::abs(gradient[j]));
    }
    if (largest < 1e-6) break;
    factor.compute(information);
    std::copy(gradient.begin(), gradient.end(), step.begin());
    factor.solve(as_span(step));
    bool improved = false;
    for (double length = 1; length > 1e-3 && !improved; length *= 0.5) {
      for (index k = 0; k < units; ++k) trial[k] = moved[k] + length * step[k];
      const double value = objective(trial);
      if (!(value > current)) continue;
      current = value;
      std::copy(trial.begin(), trial.end(), moved.begin());
      improved = true;
    }
    if (!improved) break;
  }
  (void)objective(moved);
  for (index k = 0; k < units; ++k) bias[static_cast<std::size_t>(k)] += moved[k];
}

/// A value; copies go on independently and alike. Particles are states of all hidden layers. They
/// allocate when they first follow, and not again.
template <collapsible Model>
class particle_population {
 public:
  using scalar = typename Model::scalar;
  using state_type = typename Model::state_type;

  /// @param rng moves on by one word
  /// @throws std::invalid_argument for options out of range.
  particle_population(const population_options& options, random_engine& rng)
      : options_(options), streams_(rng) {
    require(options.particles >= 2, "particle_population", "at least 2 particles are needed");
    require(options.sweeps >= 1, "particle_population", "sweeps must be at least 1");
    require(options.least_effective > 0 && options.least_effective < 1, "particle_population",
            "least_effective must be in (0, 1)");
    require(options.bridges >= 1, "particle_population", "bridges must be at least 1");
    require(options.stiffness > 0, "particle_population", "stiffness must be positive");
  }

  [[nodiscard]] bool started() const noexcept { return !states_.empty(); }
  [[nodiscard]] const std::vector<state_type>& states() const noexcept { return states_; }

  /// Takes the particles from `draw(particle, engine)`, a state.
  template <class Draw>
  void start(Draw&& draw) {
    states_.clear();
    const std::uint64_t first = next_items(options_.particles);
    for (index p = 0; p < options_.particles; ++p) {
      random_engine engine = streams_[first + static_cast<std::uint64_t>(p)];
      states_.push_back(draw(p, engine));
    }
  }

  /// Takes the particles along from `from` towards `to`; on return `to` is the model that was
  /// reached, with its b_1 refitted, and the particles are a sample of it. `from` may be `to`: then
  /// it is one refit and one move.
  /// @param target what E[h_1] should be, length size(1)
  /// @param bridges most resamplings on the way
  template <executor Executor>
  followed_step follow(const Executor& run, const Model& from, Model& to,
                       std::span<const scalar> target, index bridges) {
    const index units = from.size(1), particles = std::ssize(states_);
    reached_ = from;
    if (!trial_) trial_ = to;
    theta_.resize(to.size(0));
    followed_step result{0, 1};
    double length = std::min(1.0, 4 * last_length_);
    for (index bridge = 0; bridge < bridges && result.share < 1; ++bridge) {
      scratch_vector<double> before(particles), ratio(particles), weights(particles);
      scratch_vector<double> mean(units, 0.0), bias(units), near(units);
      write_log_densities(run, *reached_, before);
      set_first_layers();
      length = std::min(length, 1 - result.share);
      for (index p = 0; p < particles; ++p)
        for (index k = 0; k < units; ++k) mean[k] += hidden_(p, k) / static_cast<double>(particles);
      double pull = 1;  // how much of the way to the target
      for (int halving = 0;; ++halving, length *= 0.5, pull *= 0.5) {
        Model& trial = *trial_;
        set_between(from, to, result.share + length, trial, theta_);
        for (index k = 0; k < units; ++k) {
          const auto u = static_cast<std::size_t>(k);
          bias[k] = static_cast<double>(reached_->bias(1)[u]) +
                    length * static_cast<double>(to.bias(1)[u] - from.bias(1)[u]);
          trial.bias(1)[u] = static_cast<scalar>(bias[k]);
        }
        write_log_densities(run, trial, ratio);
        for (index p = 0; p < particles; ++p) ratio[p] -= before[p];
        for (index k = 0; k < units; ++k)
          near[k] =
              mean[k] + pull * (static_cast<double>(target[static_cast<std::size_t>(k)]) - mean[k]);
        balance_particles(hidden_, as_span(std::as_const(ratio)), as_span(std::as_const(near)),
                          options_.stiffness, as_span(bias), as_span(weights));
        double squares = 0;
        for (const double w : weights) squares += w * w;
        const double effective = 1 / squares / static_cast<double>(particles);
        if (effective < options_.least_effective && halving < 20) continue;
        for (index k = 0; k < units; ++k)
          trial.bias(1)[static_cast<std::size_t>(k)] = static_cast<scalar>(bias[k]);
        reached_ = trial;
        result.effective = std::min(result.effective, effective);
        random_engine engine = streams_[next_items(1)];
        resample(as_span(std::as_const(weights)), engine);
        break;
      }
      move(run, *reached_);
      result.share += length;
      last_length_ = length;
      length *= 2;
    }
    to = *reached_;
    return result;
  }

  template <executor Executor>
  followed_step follow(const Executor& run, const Model& from, Model& to,
                       std::span<const scalar> target) {
    return follow(run, from, to, target, options_.bridges);
  }

  /// Particles in proportion to their weights, by systematic resampling.
  /// @param weights one per particle, not negative
  template <bit_source Engine>
  void resample(std::span<const double> weights, Engine& engine) {
    scratch_vector<index> copies(std::ssize(states_));
    draw::systematic(weights, std::ssize(states_), as_span(copies), engine);
    resampled_.resize(states_.size());
    std::size_t next = 0;
    for (std::size_t p = 0; p < states_.size(); ++p)
      for (index copy = 0; copy < copies[static_cast<index>(p)]; ++copy)
        resampled_[next++] = states_[p];
    states_.swap(resampled_);
  }

 private:
  std::uint64_t next_items(index count) {
    const std::uint64_t first = items_;
    items_ += static_cast<std::uint64_t>(count);
    return first;
  }

  void set_first_layers() {
    hidden_.resize(std::ssize(states_), states_[0][1].size());
    for (index p = 0; p < hidden_.rows(); ++p)
      for (index k = 0; k < hidden_.cols(); ++k)
        hidden_(p, k) = static_cast<double>(states_[static_cast<std::size_t>(p)][1][k]);
  }

  /// Calls `body(chain, begin, end)` for ranges of particles, with a chain of the model.
  template <executor Executor, class Body>
  void with_chains(const Executor& run, const Model& model, const Body& body) {
    constexpr index per_chain = 8;
    const auto count = static_cast<std::size_t>((std::ssize(states_) + per_chain - 1) / per_chain);
    columns_ = columns_of(model.weights(0));
    if (chains_.size() < count) chains_.resize(count, collapsed_chain<Model>(model));
    for_each_range(run, std::ssize(states_), per_chain, [&](index begin, index end) {
      collapsed_chain<Model>& chain = chains_[static_cast<std::size_t>(begin / per_chain)];
      chain.set_model(model, columns_);
      body(chain, begin, end);
    });
  }

  /// log p* of every particle's hidden layers.
  template <executor Executor>
  void write_log_densities(const Executor& run, const Model& model, scratch_vector<double>& out) {
    with_chains(run, model, [&](collapsed_chain<Model>& chain, index begin, index end) {
      for (index p = begin; p < end; ++p) {
        chain.set_state(states_[static_cast<std::size_t>(p)]);
        out[p] = chain.tilt();
      }
    });
  }

  template <executor Executor>
  void move(const Executor& run, const Model& model) {
    const std::uint64_t first = next_items(std::ssize(states_));
    with_chains(run, model, [&](collapsed_chain<Model>& chain, index begin, index end) {
      for (index p = begin; p < end; ++p) {
        const auto u = static_cast<std::size_t>(p);
        random_engine engine = streams_[first + u];
        chain.set_state(states_[u]);
        for (index k = 0; k < options_.sweeps; ++k) chain.sweep(engine);
        states_[u] = chain.state();
      }
    });
  }

  population_options options_;
  random_streams streams_;
  std::uint64_t items_ = 0;
  double last_length_ = 1;  ///< steps alike leave alike: where the next search begins
  std::vector<state_type> states_;
  // Memory for the next resampling and for the next step.
  std::vector<state_type> resampled_;
  std::optional<Model> reached_, trial_;
  vector<scalar> theta_;
  matrix<double> hidden_;   ///< first hidden layers, particles x units
  matrix<scalar> columns_;  ///< W_0 of a model transposed
  std::vector<collapsed_chain<Model>> chains_;
};

}  // namespace harmonium::inline v0_2

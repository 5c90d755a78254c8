// SPDX-License-Identifier: MIT
/// @file
/// Particles that follow a model while it learns. A step of the weights of all genes moves
/// log p*(h_1) by a sum over genes, and particles that lag behind it then teach nonsense. So the
/// model goes in steps that the particles can follow: they are reweighted by the exact ratio of
/// collapsed densities, b_1 is refitted to what the reweighting does not explain, a step that
/// leaves too few effective particles is cut, and the rest is resampled and moved by collapsed
/// sweeps (sequential Monte Carlo: Neal 2001; Chopin 2002, "A sequential particle filter method for
/// static models", Biometrika 89). Modes of p(h_1) thus change their shares by weights, not by
/// crossing what lies between.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <cstdint>
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
#include "harmonium/samplers/collapsed.hpp"

namespace harmonium {

struct population_options {
  index particles = 128;         ///< more are steadier; cost in proportion
  index sweeps = 1;              ///< collapsed sweeps of every particle after each resampling
  double least_effective = 0.5;  ///< share of effective particles that a step must leave
  index bridges = 2;        ///< resamplings a step may take; what is left of it then is dropped
  double stiffness = 0.02;  ///< prior precision of a refit of b_1; larger follows noise less
};

/// How far a model went.
struct following {
  double share;      ///< of the step, in [0, 1]
  double effective;  ///< smallest share of effective particles on the way
};

/// A model between two that differ in parameters and inverse dispersions: linear in the first,
/// geometric in the second.
template <class Model>
Model between(const Model& from, const Model& to, double share) {
  using scalar = typename Model::scalar;
  Model result = to;
  if (share >= 1) return result;
  const auto s = static_cast<scalar>(share);
  for (index i = 0; i < result.parameters().size(); ++i)
    result.parameters()[i] = (scalar(1) - s) * from.parameters()[i] + s * to.parameters()[i];
  if constexpr (requires { result.visible().set_inverse_dispersion(vector<scalar>()); }) {
    const auto& low = from.visible().inverse_dispersion();
    vector<scalar> theta = to.visible().inverse_dispersion();
    for (index m = 0; m < theta.size(); ++m)
      if (theta[m] != low[m])
        theta[m] = math::exp((scalar(1) - s) * math::log(low[m]) + s * math::log(theta[m]));
    result.visible().set_inverse_dispersion(theta);
  }
  return result;
}

/// Refits b_1 so that particles with the given log weights average to `target`, as far as a normal
/// prior on its change lets it; then gives the weights. Concave: Newton's method.
/// @param hidden particles x size(1)
/// @return normalised weights
inline std::vector<double> balance_particles(const matrix<double>& hidden,
                                             std::span<const double> log_weights,
                                             std::span<const double> target, double stiffness,
                                             std::span<double> bias) {
  const index particles = hidden.rows(), units = hidden.cols();
  std::vector<double> terms(log_weights.size()), weights(log_weights.size());
  const auto objective = [&](const vector<double>& moved) {
    for (index p = 0; p < particles; ++p) {
      double term = log_weights[static_cast<std::size_t>(p)];
      for (index k = 0; k < units; ++k) term += moved[k] * hidden(p, k);
      terms[static_cast<std::size_t>(p)] = term;
    }
    const double total = math::log_sum_exp(std::span<const double>(terms));
    for (std::size_t p = 0; p < terms.size(); ++p) weights[p] = math::exp(terms[p] - total);
    double value = -total;
    for (index k = 0; k < units; ++k)
      value +=
          moved[k] * target[static_cast<std::size_t>(k)] - 0.5 * stiffness * moved[k] * moved[k];
    return value;
  };
  vector<double> moved = vector<double>::Zero(units);
  double current = objective(moved);
  for (int iteration = 0; iteration < 20; ++iteration) {
    vector<double> mean = vector<double>::Zero(units), gradient(units);
    matrix<double> information = matrix<double>::Zero(units, units);
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
    const vector<double> step =
        information.template selfadjointView<Eigen::Lower>().ldlt().solve(gradient);
    bool improved = false;
    for (double length = 1; length > 1e-3 && !improved; length *= 0.5) {
      const vector<double> trial = moved + length * step;
      const double value = objective(trial);
      if (!(value > current)) continue;
      current = value;
      moved = trial;
      improved = true;
    }
    if (!improved) break;
  }
  (void)objective(moved);
  for (index k = 0; k < units; ++k) bias[static_cast<std::size_t>(k)] += moved[k];
  return weights;
}

/// A value; copies go on independently and alike. Particles are states of all hidden layers.
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
  following follow(const Executor& run, const Model& from, Model& to,
                   std::span<const scalar> target, index bridges) {
    const std::vector<double> aim(target.begin(), target.end());
    Model reached = from;
    following result{0, 1};
    double length = std::min(1.0, 4 * last_length_);
    for (index bridge = 0; bridge < bridges && result.share < 1; ++bridge) {
      const std::vector<double> before = log_densities(run, reached);
      const matrix<double> hidden = first_layers();
      length = std::min(length, 1 - result.share);
      vector<double> mean = vector<double>::Zero(hidden.cols());
      for (index p = 0; p < hidden.rows(); ++p)
        for (index k = 0; k < hidden.cols(); ++k)
          mean[k] += hidden(p, k) / static_cast<double>(hidden.rows());
      double pull = 1;  // how much of the way to the target
      for (int halving = 0;; ++halving, length *= 0.5, pull *= 0.5) {
        Model trial = between(from, to, result.share + length);
        std::vector<double> bias(hidden_size(from));
        for (std::size_t k = 0; k < bias.size(); ++k) {
          bias[k] = static_cast<double>(reached.bias(1)[k]) +
                    length * static_cast<double>(to.bias(1)[k] - from.bias(1)[k]);
          trial.bias(1)[k] = static_cast<scalar>(bias[k]);
        }
        std::vector<double> ratio = log_densities(run, trial);
        for (std::size_t p = 0; p < ratio.size(); ++p) ratio[p] -= before[p];
        std::vector<double> near(aim);
        for (std::size_t k = 0; k < near.size(); ++k)
          near[k] = mean[static_cast<index>(k)] + pull * (aim[k] - mean[static_cast<index>(k)]);
        const auto weights = balance_particles(hidden, ratio, near, options_.stiffness, bias);
        double squares = 0;
        for (const double w : weights) squares += w * w;
        const double effective = 1 / squares / static_cast<double>(weights.size());
        if (effective < options_.least_effective && halving < 20) continue;
        for (std::size_t k = 0; k < bias.size(); ++k)
          trial.bias(1)[k] = static_cast<scalar>(bias[k]);
        reached = std::move(trial);
        result.effective = std::min(result.effective, effective);
        resample(weights);
        break;
      }
      move(run, reached);
      result.share += length;
      last_length_ = length;
      length *= 2;
    }
    to = std::move(reached);
    return result;
  }

  template <executor Executor>
  following follow(const Executor& run, const Model& from, Model& to,
                   std::span<const scalar> target) {
    return follow(run, from, to, target, options_.bridges);
  }

 private:
  static std::size_t hidden_size(const Model& model) {
    return static_cast<std::size_t>(model.size(1));
  }

  std::uint64_t next_items(index count) {
    const std::uint64_t first = items_;
    items_ += static_cast<std::uint64_t>(count);
    return first;
  }

  [[nodiscard]] matrix<double> first_layers() const {
    matrix<double> hidden(std::ssize(states_), states_[0][1].size());
    for (index p = 0; p < hidden.rows(); ++p)
      for (index k = 0; k < hidden.cols(); ++k)
        hidden(p, k) = static_cast<double>(states_[static_cast<std::size_t>(p)][1][k]);
    return hidden;
  }

  /// log p* of every particle's hidden layers.
  template <executor Executor>
  std::vector<double> log_densities(const Executor& run, const Model& model) const {
    const collapsed_chain<Model> prototype(model);
    std::vector<double> result(states_.size());
    for_each_range(run, std::ssize(states_), 16, [&](index begin, index end) {
      auto chain = prototype;
      for (index p = begin; p < end; ++p) {
        chain.set_state(states_[static_cast<std::size_t>(p)]);
        result[static_cast<std::size_t>(p)] = chain.tilt();
      }
    });
    return result;
  }

  void resample(const std::vector<double>& weights) {
    random_engine engine = streams_[next_items(1)];
    const auto copies =
        draw::systematic(std::span<const double>(weights), std::ssize(states_), engine);
    resampled_.resize(states_.size());
    std::size_t next = 0;
    for (std::size_t p = 0; p < states_.size(); ++p)
      for (index copy = 0; copy < copies[p]; ++copy) resampled_[next++] = states_[p];
    states_.swap(resampled_);
  }

  template <executor Executor>
  void move(const Executor& run, const Model& model) {
    const collapsed_chain<Model> prototype(model);
    const std::uint64_t first = next_items(std::ssize(states_));
    for_each_range(run, std::ssize(states_), 8, [&](index begin, index end) {
      auto chain = prototype;
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
  std::vector<state_type> resampled_;  ///< memory for the next
};

}  // namespace harmonium

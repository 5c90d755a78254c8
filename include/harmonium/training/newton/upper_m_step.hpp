// SPDX-License-Identifier: MIT
/// @file
/// The M-step of exact EM over what shapes p(h_1) without touching a gene: b_1 and all biases and
/// weights above it.
///
/// With q the data's and p the model's distribution of h_1, the layers above h_1 summed out, the
/// expected log-likelihood has the gradient E_q[T] - E_p[T], T(h_1) the expected statistics of the
/// hidden layers given h_1. It is not concave. Where q is near p its second derivative is minus the
/// covariance of T under p, the Fisher information of p(h_1), which a damped Newton step uses
/// (Levenberg-Marquardt).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/entrywise.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/states/exact_statistics.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/posterior_statistics.hpp"

namespace harmonium::inline v0_2 {

/// Settings of Newton's steps for the parameters above the first layer.
struct upper_m_step_options {
  index steps = 5;      ///< most Newton steps; it ends earlier when little is gained
  double ridge = 1e-3;  ///< prior precision of a weight between hidden layers; larger shrinks more
};

/// What these steps gained.
struct upper_m_step_result {
  double objective_before;  ///< E_q[log p(h_1)] less the ridge, nats per cell, but for what the
  double objective_after;   ///< visible parameters add; never less
  index accepted_steps;     ///< those that gained something
};

/// Random weights between hidden layers, uniform between -spread and spread, and biases that leave
/// the units undecided: no two units of a layer start alike. b_1 stays.
/// @param rng moves on by the same number of words for equal shapes.
template <class Model>
void start_upper_layers(Model& model, double spread, random_engine& rng) {
  using scalar = typename Model::scalar;
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0 && layer() < Model::hidden_layers) {
      const std::vector<scalar> none(static_cast<std::size_t>(model.size(layer())), scalar(0));
      std::vector<scalar> undecided(none.size());
      model.template units<layer()>().mean(std::span<const scalar>(none),
                                           std::span<scalar>(undecided));
      auto weights = model.weights(layer());
      auto bias = model.bias(layer() + 1);
      std::fill(bias.begin(), bias.end(), scalar(0));
      for (index j = 0; j < weights.rows(); ++j)
        for (index k = 0; k < weights.cols(); ++k) {
          weights(j, k) = static_cast<scalar>(draw::uniform(-spread, spread, rng));
          bias[static_cast<std::size_t>(k)] -=
              undecided[static_cast<std::size_t>(j)] * weights(j, k);
        }
    }
  });
  keep_parts(model);
}

/// Levenberg-Marquardt for the M-step. The parameters are b_1 ... b_L, W_1 ... W_{L-1}, one after
/// another.
template <class Model>
requires(Model::hidden_layers > 1) class upper_m_step {
 public:
  using scalar = typename Model::scalar;

  /// Borrows all but the options.
  /// @param hidden enumeration of `model`; follows it
  /// @param weight of all rows behind `data`, which weighs the data against the ridge
  upper_m_step(Model& model, hidden_enumeration<Model>& hidden,
               const posterior_statistics<scalar>& data, double weight,
               const upper_m_step_options& options)
      : model_(&model),
        hidden_(&hidden),
        data_(&data),
        options_(options),
        prior_(options.ridge / weight) {
    for (std::size_t l = 1; l < Model::layers; ++l) biases_ += model.size(l);
    Model::for_each_layer([&](auto layer) {
      if constexpr (layer() > 0 && layer() < Model::hidden_layers) {
        const auto linked = linked_units<layer()>(std::as_const(model));
        for (std::size_t j = 0; j < linked.size(); ++j)
          for (index k = 0; k < model.size(layer() + 1); ++k)
            if (!linked[j].holds(k))
              stay_.push_back(biases_ + size_ + static_cast<index>(j) * model.size(layer() + 1) +
                              k);
        size_ += model.size(layer()) * model.size(layer() + 1);
      }
    });
    size_ += biases_;
  }

  /// Each accepted step raises the objective. Cost of a step: that of
  /// `hidden_enumeration::set_layers_above` per trial, twice that for the gradient, and states that
  /// count times parameters^2.
  template <executor Executor>
  upper_m_step_result run(const Executor& run) {
    evaluate(run, *model_, now_);
    upper_m_step_result result{now_.objective, now_.objective, 0};
    double damping = 1e-3;
    while (result.accepted_steps < options_.steps) {
      expand(run, *model_, now_, local_);
      const double before = now_.objective;
      bool accepted = false;
      while (!accepted && damping < 1e4) {
        trial_ = *model_;
        move(*trial_, local_, damping);
        evaluate(run, *trial_, next_);
        accepted = next_.objective > now_.objective;
        damping = accepted ? std::max(1e-6, damping * 0.1) : damping * 10;
        if (!accepted) continue;
        *model_ = *trial_;
        std::swap(now_, next_);
      }
      if (!accepted) break;
      ++result.accepted_steps;
      if (now_.objective - before < 1e-9) break;
    }
    if (result.accepted_steps > 0) hidden_->set_layers_above(run, *model_);
    result.objective_after = now_.objective;
    return result;
  }

  /// Gradient of the penalised objective at the model as it is.
  template <executor Executor>
  [[nodiscard]] vector<double> gradient(const Executor& run) const {
    point here;
    expansion local;
    evaluate(run, *model_, here);
    expand(run, *model_, here, local);
    return local.gradient;
  }
  template <executor Executor>
  [[nodiscard]] double objective(const Executor& run) const {
    point here;
    evaluate(run, *model_, here);
    return here.objective;
  }
  /// Half the ridge times the squared weights, nats per cell.
  [[nodiscard]] double penalty() const { return penalty_of(*model_); }

  /// Parameter `i` of this step, for reading and writing.
  [[nodiscard]] scalar& parameter(Model& model, index i) const {
    return i < biases_ ? model.bias(1).data()[i] : model.weights(1).data()[i - biases_];
  }
  [[nodiscard]] index size() const noexcept { return size_; }

 private:
  struct point {
    double objective = 0;
    vector<double> log_probability;  ///< of every state of h_1
  };
  struct expansion {
    vector<double> gradient;
    matrix<double> information;  ///< lower triangle
    // States that count, their probabilities under model and data, and T less its mean.
    std::vector<index> active;
    std::vector<double> p, q;
    matrix<double> statistics;
  };

  [[nodiscard]] double penalty_of(const Model& at) const {
    double norm = 0;
    for (std::size_t l = 1; l < Model::hidden_layers; ++l) {
      const auto w = at.weights(l);
      for (index i = 0; i < w.size(); ++i) {
        const auto value = static_cast<double>(w.data()[i]);
        norm += value * value;
      }
    }
    return 0.5 * prior_ * norm;
  }

  template <executor Executor>
  void evaluate(const Executor& run, const Model& at, point& out) const {
    const auto& states = hidden_->all_states();
    vector<double>& terms = out.log_probability;
    terms.resize(states.size());
    scratch_vector<double> above(states.size()), bias(at.size(1));
    for_each_range(run, states.size(), 256, [&](index begin, index end) {
      for (index s = begin; s < end; ++s)
        above[s] = static_cast<double>(at.template log_sum_above<1>(states[s]));
    });
    std::copy(at.bias(1).begin(), at.bias(1).end(), bias.begin());
    states.template products<double>(as_span(std::as_const(bias)), as_span(terms));
    double value = -penalty_of(at);
    for (index k = 0; k < bias.size(); ++k)
      value += bias[k] * static_cast<double>(data_->hidden_means[k]);
    for (index s = 0; s < states.size(); ++s)
      value += data_->state_mass[static_cast<std::size_t>(s)] * above[s];
    const vector<double>& visible = hidden_->visible_terms();
    for (index s = 0; s < states.size(); ++s) terms[s] = (terms[s] + above[s]) + visible[s];
    const double log_partition = math::log_sum_exp(as_span(std::as_const(terms)));
    for (index s = 0; s < states.size(); ++s) terms[s] -= log_partition;
    out.objective = value - log_partition;
  }

  /// Gradient and Fisher information; states that neither data nor model has are left out.
  template <executor Executor>
  void expand(const Executor& run, const Model& at, const point& now, expansion& result) const {
    const auto& states = hidden_->all_states();
    auto& [gradient, information, active, p, q, statistics] = result;
    active.clear();
    p.clear();
    q.clear();
    for (index s = 0; s < states.size(); ++s) {
      const double own = math::exp(now.log_probability[s]);
      const double data = data_->state_mass[static_cast<std::size_t>(s)];
      if (own < negligible && data < negligible) continue;
      active.push_back(s);
      p.push_back(own);
      q.push_back(data);
    }
    statistics.resize(std::ssize(active), size_);
    for_each_range(run, std::ssize(active), 64, [&](index begin, index end) {
      scratch_vector<scalar> memory(at.parameters().size());
      const auto flat = as_span(memory);
      scalar* biases = at.bias_of(flat, 1).data();
      scalar* weights = at.weights_of(flat, 1).data();
      for (index i = begin; i < end; ++i) {
        const auto h = states[result.active[static_cast<std::size_t>(i)]];
        std::fill_n(biases, biases_, scalar(0));
        std::fill_n(weights, size_ - biases_, scalar(0));
        std::copy(h.begin(), h.end(), biases);
        add_statistics_above<1>(at, h, scalar(1), flat);
        for (index j = 0; j < size_; ++j)
          result.statistics(i, j) =
              static_cast<double>(j < biases_ ? biases[j] : weights[j - biases_]);
      }
    });

    gradient.setZero(size_);
    information.setZero(size_, size_);
    scratch_vector<double> mean(size_, 0.0), centred(size_);
    double total = 0;
    for (std::size_t i = 0; i < active.size(); ++i) {
      const double* const row = statistics.data() + static_cast<index>(i) * size_;
      entrywise::add_scaled(q[i] - p[i], row, size_, gradient.data());
      entrywise::add_scaled(p[i], row, size_, mean.data());
      total += p[i];
    }
    // The target of E[h_1] is what the Newton step over the genes takes, kept off the border.
    for (index k = 0; k < at.size(1); ++k)
      gradient[k] = static_cast<double>(data_->hidden_means[k]) - mean[k];
    for (index i = biases_; i < size_; ++i)
      gradient[i] -= prior_ * static_cast<double>(at.weights(1).data()[i - biases_]);
    for (double& each : mean) each /= total;
    for (std::size_t i = 0; i < active.size(); ++i) {
      if (p[i] < couples) continue;
      for (index k = 0; k < size_; ++k) centred[k] = statistics(static_cast<index>(i), k) - mean[k];
      for (index k = 0; k < size_; ++k) {
        const double own = p[i] * centred[k];
        for (index j = k; j < size_; ++j) information(j, k) += own * centred[j];
      }
    }
    for (index i = biases_; i < size_; ++i) information(i, i) += prior_;
    for (const index i : stay_) {
      gradient[i] = 0;
      for (index k = 0; k < i; ++k) information(i, k) = 0;
      for (index k = i + 1; k < size_; ++k) information(k, i) = 0;
    }
  }

  /// One damped step, shortened so that nothing moves by more than 10: far out units are decided
  /// whatever h_1 is, and no gradient brings them back.
  void move(Model& trial, const expansion& local, double damping) const {
    matrix<double> damped = local.information;
    for (index i = 0; i < size_; ++i) damped(i, i) += damping;
    const vector<double> step = symmetric_factor(damped).solved(local.gradient);
    double most = 0;
    for (index i = 0; i < size_; ++i) most = std::max(most, std::abs(step[i]));
    const double length = most > 10 ? 10 / most : 1;
    for (index i = 0; i < size_; ++i) parameter(trial, i) += static_cast<scalar>(length * step[i]);
  }

  static constexpr double negligible = 1e-12;  ///< less of a state does not show in the gradient
  static constexpr double couples = 1e-6;      ///< less does not show in the information

  Model* model_;
  hidden_enumeration<Model>* hidden_;
  const posterior_statistics<scalar>* data_;
  upper_m_step_options options_;
  double prior_;
  index biases_ = 0;  ///< number of biases, which come first
  index size_ = 0;
  std::vector<index> stay_;  ///< weights between parts (models/part_blocks.hpp): zero
  point now_, next_;
  expansion local_;
  std::optional<Model> trial_;
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// One gene's negative binomial regression on the joint hidden states: a Newton step that stays
/// where every state has an admissible visible input.
#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/symmetric_factor.hpp"
#include "harmonium/models/semi_restricted.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// What one gene's regression is fitted to.
struct gene_regression_task {
  index gene;
  double theta;  ///< inverse dispersion
  double ridge;  ///< prior precision of every weight, per cell
  double limit;  ///< largest admissible visible input, < 0
};

/// Maximises, over a gene's bias a and weights w,
///
///     sum_h q(h) [ E[x | h] eta_h - A(eta_h) ] - ridge/2 |w|^2,  eta_h = a + w'h,
///
/// with q the mean posterior probability of the states, by damped Newton steps. Borrows the model,
/// whose genes may be fitted by several threads at a time, and the statistics.
class gene_regression {
 public:
  /// @param data of an E-step of the model, see `posterior_statistics`
  gene_regression(semi_restricted& model, const posterior_statistics<double>& data)
      : model_(&model), data_(&data) {
    for (index s = 0; s < model.states().size(); ++s)
      if (mass(s) > 1e-12) active_.push_back(s);
  }

  /// One Newton step, cut to the admissible region and halved until the objective rises; the gene
  /// stays as it is if it does not within 20 halvings. Cost: states x units^2.
  /// A template, so that only who calls it compiles the factorisation.
  template <std::same_as<gene_regression_task> Task = gene_regression_task>
  void step(const Task& task) const {
    const index units = model_->size(1);
    vector<double> at(units + 1);
    at[0] = bias(task.gene);
    for (index k = 0; k < units; ++k) at[k + 1] = std::as_const(*model_).weights(0)(task.gene, k);
    vector<double> direction;
    matrix<double> covariance;
    newton(task, at, direction, covariance);
    keep_inside(task, at, direction, covariance);
    double length = admissible_length(task, at, direction);
    const double before = objective(task, at);
    for (int trial = 0; trial < 20 && length > 0; ++trial, length *= 0.5) {
      const vector<double> next = at + length * direction;
      if (!(objective(task, next) > before)) continue;
      bias(task.gene) = next[0];
      for (index k = 0; k < units; ++k) model_->weights(0)(task.gene, k) = next[k + 1];
      return;
    }
  }

 private:
  [[nodiscard]] double mass(index state) const {
    return data_->state_mass[static_cast<std::size_t>(state)];
  }
  [[nodiscard]] double& bias(index gene) const {
    return model_->bias(0)[static_cast<std::size_t>(gene)];
  }

  /// [1, h]'coefficients.
  static double input(const vector<double>& coefficients, std::span<const double> h) {
    double eta = coefficients[0];
    for (std::size_t k = 0; k < h.size(); ++k)
      eta += coefficients[static_cast<index>(k) + 1] * h[k];
    return eta;
  }

  [[nodiscard]] double objective(const gene_regression_task& task, const vector<double>& at) const {
    double value = 0;
    for (index k = 0; k < at.size(); ++k)
      value += at[k] * data_->pairs(task.gene, k) - (k > 0 ? 0.5 * task.ridge * at[k] * at[k] : 0);
    for (const index s : active_)
      value -= mass(s) * nb_log_partition(input(at, model_->states()[s]), task.theta);
    return value;
  }

  /// @param[out] direction  information^-1 gradient
  /// @param[out] covariance information^-1
  template <std::same_as<gene_regression_task> Task>
  void newton(const Task& task, const vector<double>& at, vector<double>& direction,
              matrix<double>& covariance) const {
    const index columns = at.size();
    vector<double> gradient = data_->pairs.row(task.gene).transpose();
    vector<double> phi = vector<double>::Ones(columns);                   // [1, h]
    matrix<double> information = matrix<double>::Zero(columns, columns);  // lower triangle
    for (const index s : active_) {
      const auto h = model_->states()[s];
      std::copy(h.begin(), h.end(), phi.data() + 1);
      const double eta = input(at, h);
      const double mean = mass(s) * nb_mean(eta, task.theta);
      const double variance = mass(s) * nb_variance(eta, task.theta);
      for (index j = 0; j < columns; ++j) {
        if (phi[j] == 0) continue;
        gradient[j] -= mean * phi[j];
        for (index k = 0; k <= j; ++k) information(j, k) += variance * phi[j] * phi[k];
      }
    }
    for (index k = 0; k < columns; ++k) {
      information(k, k) += k > 0 ? task.ridge : 1e-3 * task.ridge;
      if (k > 0) gradient[k] -= task.ridge * at[k];
    }
    const symmetric_factor factor(information);
    direction = factor.solved(gradient);
    covariance = factor.inverse();
  }

  /// The state that comes nearest to the limit after a step of that length.
  struct nearest_state {
    std::vector<double> h;
    double room;    ///< that its input may rise: 80 % of the way to the limit
    double wanted;  ///< that its input rises per unit of length
    [[nodiscard]] bool free() const { return wanted <= 1e-12; }
  };
  [[nodiscard]] nearest_state nearest(const gene_regression_task& task, const vector<double>& at,
                                      const vector<double>& direction, double length) const {
    const auto units = static_cast<std::size_t>(at.size() - 1);
    const vector<double> mixed =
        length * direction.tail(at.size() - 1) + 0.8 * at.tail(at.size() - 1);
    nearest_state found{std::vector<double>(units), 0, 0};
    model_->write_maximiser(as_span(mixed), found.h);
    found.room = 0.8 * std::max(0.0, task.limit - input(at, found.h));
    found.wanted = input(direction, found.h);
    return found;
  }

  /// Turns the direction, in the metric of the information, so that the states that would come too
  /// near the limit go just so far: at most one face per unit.
  void keep_inside(const gene_regression_task& task, const vector<double>& at,
                   vector<double>& direction, matrix<double>& covariance) const {
    const index columns = at.size();
    for (index face = 0; face + 1 < columns; ++face) {
      const nearest_state near = nearest(task, at, direction, 1);
      if (near.free() || near.wanted <= near.room) return;
      vector<double> phi(columns), turned = vector<double>::Zero(columns);
      phi[0] = 1;
      std::copy(near.h.begin(), near.h.end(), phi.data() + 1);
      double length = 0;
      for (index j = 0; j < columns; ++j) {
        for (index k = 0; k < columns; ++k) turned[j] += covariance(j, k) * phi[k];
        length += phi[j] * turned[j];
      }
      if (!(length > 0)) return;
      for (index j = 0; j < columns; ++j) {
        direction[j] += turned[j] * ((near.room - near.wanted) / length);
        for (index k = 0; k < columns; ++k) covariance(j, k) -= turned[j] * turned[k] / length;
      }
    }
  }

  /// The largest share of the step, at most 1, after which no state is too near the limit.
  [[nodiscard]] double admissible_length(const gene_regression_task& task, const vector<double>& at,
                                         const vector<double>& direction) const {
    double length = 1;
    for (int round = 0; round < 100; ++round) {
      const nearest_state near = nearest(task, at, direction, length);
      if (near.free() || near.wanted * length <= near.room * (1 + 1e-9)) break;
      length = near.room > 1e-14 ? near.room / near.wanted : 0;
    }
    return length;
  }

  semi_restricted* model_;
  const posterior_statistics<double>* data_;
  std::vector<index> active_;  ///< states with some mass
};

}  // namespace harmonium::inline v0_2

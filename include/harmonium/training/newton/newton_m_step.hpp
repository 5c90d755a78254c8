// SPDX-License-Identifier: MIT
/// @file
/// The M-step of exact EM over the visible biases and first-layer weights.
///
/// Concave. A plain or per-gene Newton step fails: each gene's step is right, yet together they
/// move log p*(h_1) by the *sum* over all genes and put all probability on one state. The Fisher
/// information (coupled_information.hpp) couples them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/part_blocks.hpp"
#include "harmonium/states/hidden_enumeration.hpp"
#include "harmonium/training/newton/admissible_faces.hpp"
#include "harmonium/training/newton/conjugate_gradients.hpp"
#include "harmonium/training/newton/coupled_information.hpp"
#include "harmonium/training/newton/hidden_balance.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/units/log_mean_scale.hpp"
#include "harmonium/units/maximiser.hpp"

namespace harmonium::inline v0_2 {

/// Settings of Newton's steps for the visible parameters.
struct newton_options {
  index steps = 3;   ///< most per M-step; it ends earlier when little is gained
  double ridge = 1;  ///< prior precision of a weight in units of d log mean; larger shrinks more,
                     ///< most where a gene has few counts
  bool biases_only =
      false;  ///< true: only the biases move, which makes the model's E[x] the data's
  double negligible = 1e-10;  ///< states less probable than this do not count in the gradient
  index rank = 200;           ///< most probable states that couple the genes in a Newton step
  double damping = 1e-3;      ///< added to every state's probability in the information: where the
                              ///< model has hardly any, the linear gradient reaches less far than a
                              ///< Newton step would go; larger makes steps more careful
  double accuracy = 1e-2;     ///< relative, of the conjugate gradients that solve for a step
  index halvings = 20;        ///< lengths of a step that are tried, each half the one before
};

/// What an M-step gained.
struct m_step_result {
  double objective_before;  ///< penalised expected log-likelihood of the M-step, nats per row
  double objective_after;   ///< never less
  index accepted_steps;     ///< those that gained something
};

/// Newton's method for the M-step, with the first hidden biases refitted at every trial; a trial is
/// accepted only if the objective rises.
/// Cost of a step: states x genes, times one logarithm, and for the states that count genes x
/// hidden^2.
template <class Model>
class newton_m_step {
 public:
  using scalar = typename Model::scalar;

  /// Borrows all but the options.
  /// @param hidden enumeration of `model`; follows it
  /// @param limits largest admissible visible input per gene (a constraint's limits)
  /// @param weight of all rows behind `data`, which weighs the data against the ridge
  newton_m_step(Model& model, hidden_enumeration<Model>& hidden,
                const posterior_statistics<scalar>& data, std::span<const scalar> limits,
                double weight, const newton_options& options)
      : model_(&model), hidden_(&hidden), data_(&data), options_(options) {
    const index genes = model.size(0), units = model.size(1);
    target_.assign(data.hidden_means.data(), data.hidden_means.data() + units);
    problem_.columns = options.biases_only ? 1 : units + 1;
    problem_.pairs = data.pairs;
    problem_.damping = options.damping;
    problem_.linked = linked_units<0>(std::as_const(model));
    problem_.limits.assign(limits.begin(), limits.end());
    vector<scalar> mean(genes);
    for (index m = 0; m < genes; ++m) mean[m] = static_cast<scalar>(data.pairs(m, 0));
    const vector<scalar> scale = log_mean_scale(model.visible(), as_span(std::as_const(mean)));
    for (index m = 0; m < genes; ++m) {
      const auto own = static_cast<double>(scale[m]);
      problem_.scale.push_back(own);
      problem_.prior.push_back(options.ridge / weight / (own * own));
    }
  }

  template <executor Executor>
  m_step_result run(const Executor& run) {
    return this->run(run, [](const Model&) { return true; });
  }

  /// The same with steps that raise the objective taken only if `allows(model after it)`.
  template <executor Executor, class Guard>
  m_step_result run(const Executor& run, const Guard& allows) {
    std::vector<double> bias(model_->bias(1).begin(), model_->bias(1).end());
    double current = refit(*model_, hidden_->visible_terms(), bias);
    accept_bias(bias);
    m_step_result result{current, current, 0};
    for (index step = 0; step < options_.steps; ++step) {
      const double before = current;
      const active_states states = expand(run);
      load_parameters();
      coupled_information information(run, states, problem_);
      admissible_faces faces(information, problem_, maximiser(),
                             !std::isinf(model_->visible().natural_supremum()));
      // Shortening bends the direction gene by gene, after which it need not lead uphill; the
      // direction without the coupling of genes still does.
      bool accepted = false;
      for (const bool coupled : {true, false}) {
        const auto solve = [&] {
          return coupled ? coupled_direction(run, information, faces.offset(), faces.any(),
                                             options_.accuracy)
                         : separate_direction(information, faces.offset());
        };
        matrix<double> direction = solve();
        for (int round = 0; round < 3 && faces.hold(run, direction); ++round) direction = solve();
        faces.shorten(run, direction);
        accepted = search_line(run, information, direction, current, allows);
        if (accepted) break;
      }
      if (!accepted) break;
      ++result.accepted_steps;
      if (current - before < 1e-9 * std::abs(current)) break;
    }
    result.objective_after = current;
    return result;
  }

 private:
  /// Refits the biases of h_1 and gives the penalised objective.
  double refit(const Model& at, const vector<double>& visible_terms,
               std::vector<double>& bias) const {
    const auto& states = hidden_->all_states();
    const vector<double>&above = hidden_->terms_above(), &weights = hidden_->log_weights();
    std::vector<double> base;
    for (index s = 0; s < states.size(); ++s)
      base.push_back((above[s] + visible_terms[s]) + weights[s]);
    const auto balanced = balance_bias(states, std::span<const double>(base), target_, bias);
    double value = -balanced.log_partition;
    for (std::size_t k = 0; k < bias.size(); ++k) value += bias[k] * target_[k];
    for (index s = 0; s < states.size(); ++s)
      value += data_->state_mass[static_cast<std::size_t>(s)] * hidden_->terms_above()[s];
    for (index m = 0; m < at.size(0); ++m) {
      value += data_->pairs(m, 0) * static_cast<double>(at.bias(0)[static_cast<std::size_t>(m)]);
      double norm = 0;
      for (index k = 0; k < at.size(1); ++k) {
        const auto w = static_cast<double>(at.weights(0)(m, k));
        value += data_->pairs(m, k + 1) * w;
        norm += w * w;
      }
      value -= 0.5 * problem_.prior[static_cast<std::size_t>(m)] * norm;
    }
    return value;
  }

  void accept_bias(const std::vector<double>& bias) {
    auto out = model_->bias(1);
    for (std::size_t k = 0; k < bias.size(); ++k) out[k] = static_cast<scalar>(bias[k]);
    hidden_->set_hidden_bias(model_->bias(1));
  }

  /// Probabilities, features [1, h_1], means and variances of the states that count.
  template <executor Executor>
  active_states expand(const Executor& run) const {
    const auto& states = hidden_->all_states();
    const Model& model = *model_;
    active_states active(model.size(1));
    std::vector<index> place(static_cast<std::size_t>(states.size()), -1);
    for (index s = 0; s < states.size(); ++s) {
      const auto p = static_cast<double>(hidden_->probability(s));
      if (p > options_.negligible) place[static_cast<std::size_t>(s)] = active.add(p, states[s]);
    }
    active.resize_moments(model.size(0));
    const visible_steps<typename Model::visible_units> steps(model.visible(), model.weights(0));
    for_each_range(run, states.size(), 64, [&](index begin, index end) {
      if (std::all_of(place.begin() + begin, place.begin() + end, [](index p) { return p < 0; }))
        return;
      walk_visible(model, steps, states, begin, end, [&](index s, const auto& by, const auto& at) {
        const index row = place[static_cast<std::size_t>(s)];
        if (row < 0) return;
        const auto genes = static_cast<std::size_t>(model.size(0));
        by.moments(at, {active.means.row(row).data(), genes},
                   {active.variances.row(row).data(), genes});
      });
    });
    active.find_coupling(options_.rank);
    return active;
  }

  void load_parameters() {
    problem_.weights = model_->weights(0).template cast<double>();
    problem_.bias.assign(model_->bias(0).begin(), model_->bias(0).end());
  }

  [[nodiscard]] state_maximiser maximiser() const {
    return [&units = model_->template units<1>()](std::span<const double> weights,
                                                  std::span<double> h) {
      if constexpr (std::same_as<scalar, double>) {
        write_maximiser(units, weights, h);
      } else {
        std::vector<scalar> state(h.size());
        write_maximiser(units, weights, std::span<scalar>(state));
        std::copy(state.begin(), state.end(), h.begin());
      }
    };
  }

  /// Halves the step until the objective rises and the step is allowed. @return whether it did.
  template <executor Executor, class Guard>
  bool search_line(const Executor& run, const coupled_information& information,
                   const matrix<double>& direction, double& current, const Guard& allows) {
    std::vector<double> change = information.visible_change(run, direction);
    const std::vector<double> slopes = information.take_residual(change);
    double length = 1;
    for (index trial = 0; trial < options_.halvings; ++trial, length *= 0.5) {
      Model candidate = *model_;
      std::vector<double> bias(candidate.bias(1).begin(), candidate.bias(1).end());
      for (index m = 0; m < candidate.size(0); ++m) {
        candidate.bias(0)[static_cast<std::size_t>(m)] +=
            static_cast<scalar>(length * direction(0, m));
        for (index j = 1; j < direction.rows(); ++j)
          candidate.weights(0)(m, j - 1) += static_cast<scalar>(length * direction(j, m));
      }
      for (std::size_t k = 0; k < bias.size(); ++k) bias[k] -= length * slopes[k];
      const vector<double> terms = visible_log_partitions(run, candidate, hidden_->all_states());
      const double value = refit(candidate, terms, bias);
      if (!(value > current)) continue;
      for (std::size_t k = 0; k < bias.size(); ++k)
        candidate.bias(1)[k] = static_cast<scalar>(bias[k]);
      if (allows(candidate)) {
        *model_ = std::move(candidate);
        hidden_->set_visible_terms(terms);
        accept_bias(bias);
        current = value;
        return true;
      }
    }
    return false;
  }

  Model* model_;
  hidden_enumeration<Model>* hidden_;
  const posterior_statistics<scalar>* data_;
  newton_options options_;
  std::vector<double> target_;  ///< what E[h_1] of the model becomes
  newton_problem problem_;
};

}  // namespace harmonium::inline v0_2

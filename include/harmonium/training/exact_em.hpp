// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood by expectation-maximisation, for models whose first hidden layer can be
/// enumerated. No learning rate.
///
/// The M-step over (a, W) is concave. A plain or per-gene Newton step fails: each gene's step is
/// right, yet together they move log p*(h_1) by the *sum* over all genes and put all probability on
/// one state. The Fisher information is block diagonal over genes plus one rank per hidden state,
/// which couples them; Woodbury's identity inverts that sum exactly.
#pragma once

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/likelihood/enumeration.hpp"
#include "harmonium/training/hidden_balance.hpp"
#include "harmonium/training/log_mean_scale.hpp"

namespace harmonium {

struct exact_em_options {
  index max_states = 1024;  ///< of the first hidden layer; larger layers are refused
  index newton_steps = 3;   ///< most per M-step; it ends earlier when nothing is gained
  double ridge = 1;         ///< prior precision of a weight in units of d log mean; larger
                            ///< shrinks more, most where a gene has few counts
  bool fix_weights =
      false;  ///< true: only the biases move, which makes E[x] of the model the data's
  double negligible = 1e-10;  ///< states less probable than this, in data and model, do not count
};

struct exact_em_result {
  double objective_before;  ///< penalised expected log-likelihood of the M-step, nats per cell
  double objective_after;   ///< never less
  index accepted_steps;
};

/// Expected statistics of the data under p(h_1 | x): what an M-step needs.
template <class Scalar>
struct posterior_statistics {
  matrix<double> pairs;            ///< genes x (1 + size(1)): mean of x [1, h_1]'
  std::vector<double> state_mass;  ///< mean posterior probability of every state
  vector<Scalar> hidden_means;     ///< mean of h_1
  matrix<Scalar> hidden;           ///< cells x size(1): E[h_1 | x]
};

/// The E-step. Cost: cells x (non-zeros x hidden units + states x hidden units).
template <executor Executor, class Model, count_source Counts>
auto posterior_of(const Executor& run, const Model& model, const hidden_enumeration<Model>& hidden,
                  const Counts& counts) {
  using scalar = typename Model::scalar;
  const index units = model.size(1), states = hidden.states();
  posterior_statistics<scalar> result;
  result.hidden = matrix<scalar>::Zero(counts.cells(), units);
  matrix<double> mass(counts.cells(), states);
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    for (index i = begin; i < end; ++i) {
      const auto terms = log_posterior_terms(model, hidden, counts.cell(i));
      const scalar total = math::log_sum_exp(std::span<const scalar>(terms));
      std::span<scalar> own(result.hidden.data() + i * units, static_cast<std::size_t>(units));
      for (index s = 0; s < states; ++s) {
        const scalar q = math::exp(terms[static_cast<std::size_t>(s)] - total);
        mass(i, s) = static_cast<double>(q);
        row::add<scalar>(hidden.state(s), q, own);
      }
    }
  });
  const double share = 1.0 / static_cast<double>(counts.cells());
  result.pairs = matrix<double>::Zero(counts.genes(), units + 1);
  result.state_mass.assign(static_cast<std::size_t>(states), 0.0);
  result.hidden_means = vector<scalar>::Zero(units);
  for (index i = 0; i < counts.cells(); ++i) {
    row::for_each_nonzero(counts.cell(i), [&](index m, auto value) {
      const double x = share * static_cast<double>(value);
      result.pairs(m, 0) += x;
      for (index k = 0; k < units; ++k)
        result.pairs(m, k + 1) += x * static_cast<double>(result.hidden(i, k));
    });
    for (index s = 0; s < states; ++s)
      result.state_mass[static_cast<std::size_t>(s)] += share * mass(i, s);
    for (index k = 0; k < units; ++k)
      result.hidden_means[k] += static_cast<scalar>(share) * result.hidden(i, k);
  }
  keep_inside(model.template units<1>(), 1e-4, as_span(result.hidden_means));
  return result;
}

/// Newton's method for the M-step. Holds what one step needs, so that the parts can be named.
template <class Model>
class newton_m_step {
 public:
  using scalar = typename Model::scalar;

  newton_m_step(Model& model, const posterior_statistics<scalar>& data,
                std::span<const scalar> limits, index cells, const exact_em_options& options)
      : model_(&model),
        data_(&data),
        limits_(limits),
        options_(options),
        genes_(model.size(0)),
        units_(model.size(1)),
        columns_(options.fix_weights ? 1 : units_ + 1),
        prior_(genes_),
        scale_(genes_),
        solved_(static_cast<std::size_t>(genes_)),
        direction_(genes_, columns_) {
    vector<scalar> mean(genes_);
    for (index m = 0; m < genes_; ++m) mean[m] = static_cast<scalar>(data.pairs(m, 0));
    const auto scale = log_mean_scale(model.visible(), as_span(std::as_const(mean)));
    for (index m = 0; m < genes_; ++m) {
      scale_[m] = static_cast<double>(scale[m]);
      prior_[m] = options.ridge / static_cast<double>(cells) / (scale_[m] * scale_[m]);
    }
  }

  exact_em_result run() {
    double current = refit(*model_);
    exact_em_result result{current, current, 0};
    for (index step = 0; step < options_.newton_steps; ++step) {
      const double before = current;
      const hidden_enumeration<Model> hidden(*model_, options_.max_states);
      expand(hidden);
      solve_genes();
      // The guards bend the direction gene by gene, after which it need not lead uphill; the
      // direction without the coupling of genes still does.
      bool accepted = false;
      for (const double coupling : {1.0, 0.0}) {
        set_direction(coupling);
        guard(hidden);
        accepted = search_line(current);
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
  /// Refits b_1 of `at` and gives the penalised objective.
  double refit(Model& at) const {
    const hidden_enumeration<Model> hidden(at, options_.max_states);
    const auto bias = at.bias(1);
    const std::vector<scalar> before(bias.begin(), bias.end());
    balance_hidden_bias(at, hidden, as_span(data_->hidden_means));
    std::vector<double> terms(static_cast<std::size_t>(hidden.states()));
    double value = 0;
    for (index s = 0; s < hidden.states(); ++s) {
      double moved = 0;
      for (std::size_t k = 0; k < before.size(); ++k)
        moved += static_cast<double>(bias[k] - before[k]) * static_cast<double>(hidden.state(s)[k]);
      const auto u = static_cast<std::size_t>(s);
      terms[u] = static_cast<double>(hidden.log_probability(s) + hidden.log_partition()) + moved;
      value += data_->state_mass[u] * (static_cast<double>(hidden.hidden_term(s)) + moved);
    }
    value -= math::log_sum_exp(std::span<const double>(terms));
    for (index m = 0; m < genes_; ++m) {
      value += data_->pairs(m, 0) * static_cast<double>(at.bias(0)[static_cast<std::size_t>(m)]);
      double norm = 0;
      for (index k = 0; k < units_; ++k) {
        const auto w = static_cast<double>(at.weights(0)(m, k));
        value += data_->pairs(m, k + 1) * w;
        norm += w * w;
      }
      value -= 0.5 * prior_[m] * norm;
    }
    return value;
  }

  /// Probabilities, features [1, h_1], means and variances of the states that count.
  void expand(const hidden_enumeration<Model>& hidden) {
    active_.clear();
    root_.clear();
    for (index s = 0; s < hidden.states(); ++s) {
      const auto p = static_cast<double>(hidden.probability(s));
      if (p > options_.negligible ||
          data_->state_mass[static_cast<std::size_t>(s)] > options_.negligible) {
        active_.push_back(s);
        root_.push_back(std::sqrt(p));
      }
    }
    const auto count = static_cast<index>(active_.size());
    means_.resize(count, genes_);
    variances_.resize(count, genes_);
    feature_.resize(count, units_ + 1);
    vector<scalar> eta(genes_), out(genes_);
    for (index s = 0; s < count; ++s) {
      const auto h = hidden.state(active_[static_cast<std::size_t>(s)]);
      feature_(s, 0) = 1;
      for (index k = 0; k < units_; ++k)
        feature_(s, k + 1) = static_cast<double>(h[static_cast<std::size_t>(k)]);
      model_->visible_input(h, as_span(eta));
      model_->visible().mean(as_span(std::as_const(eta)), as_span(out));
      for (index m = 0; m < genes_; ++m) means_(s, m) = static_cast<double>(out[m]);
      model_->visible().variance(as_span(std::as_const(eta)), as_span(out));
      for (index m = 0; m < genes_; ++m) variances_(s, m) = static_cast<double>(out[m]);
    }
    regress_on_hidden();
  }

  /// b_1 is refitted at every trial, so of the coupling between states only what b_1 cannot follow
  /// counts: the residual of a regression on h_1, weighted by the states' probabilities.
  void regress_on_hidden() {
    const auto count = static_cast<index>(active_.size());
    matrix<double> centred(count, units_);
    for (index k = 0; k < units_; ++k) {
      double mean = 0;
      for (index s = 0; s < count; ++s) mean += root(s) * root(s) * feature_(s, k + 1);
      for (index s = 0; s < count; ++s) centred(s, k) = root(s) * (feature_(s, k + 1) - mean);
    }
    matrix<double> gram = 1e-9 * matrix<double>::Identity(units_, units_);
    for (index s = 0; s < count; ++s)
      for (index j = 0; j < units_; ++j)
        for (index k = 0; k < units_; ++k) gram(j, k) += centred(s, j) * centred(s, k);
    const matrix<double> slopes = gram.ldlt().solve(matrix<double>(centred.transpose()));
    residual_ = matrix<double>::Identity(count, count);
    for (index s = 0; s < count; ++s)
      for (index r = 0; r < count; ++r)
        for (index k = 0; k < units_; ++k) residual_(s, r) -= centred(s, k) * slopes(k, r);
  }

  /// Per gene D^-1 [U, g, I], with D the gene's information, U its coupling to the states and g its
  /// gradient; over all genes (I + U'D^-1 U)^-1 U'D^-1 g.
  void solve_genes() {
    const auto count = static_cast<index>(active_.size());
    matrix<double> coupling = matrix<double>::Identity(count, count);
    vector<double> projected = vector<double>::Zero(count);
    matrix<double> block(columns_, columns_), right(columns_, count + 1 + columns_);
    for (index m = 0; m < genes_; ++m) {
      block.setZero();
      right.setZero();
      right.rightCols(columns_).setIdentity();
      vector<double> expected = vector<double>::Zero(columns_);
      for (index s = 0; s < count; ++s) {
        const double p = root(s) * root(s);
        for (index j = 0; j < columns_; ++j) {
          expected[j] += p * means_(s, m) * feature_(s, j);
          for (index k = 0; k <= j; ++k)
            block(j, k) += p * variances_(s, m) * feature_(s, j) * feature_(s, k);
        }
      }
      for (index j = 0; j < columns_; ++j) {
        // The bias has no prior; a hair keeps the block regular.
        block(j, j) += j > 0 ? prior_[m] : 1e-3 * prior_[m];
        right(j, count) = data_->pairs(m, j) - expected[j];
        if (j > 0) right(j, count) -= prior_[m] * static_cast<double>(model_->weights(0)(m, j - 1));
        for (index s = 0; s < count; ++s) {
          const double spread = root(s) * (means_(s, m) * feature_(s, j) - expected[j]);
          for (index r = 0; r < count; ++r) right(j, r) += spread * residual_(s, r);
        }
      }
      matrix<double>& solution = solved_[static_cast<std::size_t>(m)];
      solution = block.template selfadjointView<Eigen::Lower>().ldlt().solve(right);
      for (index j = 0; j < columns_; ++j) {
        for (index s = 0; s < count; ++s) {
          projected[s] += right(j, s) * solution(j, count);
          for (index r = 0; r <= s; ++r) coupling(s, r) += right(j, s) * solution(j, r);
        }
      }
    }
    collective_ = coupling.template selfadjointView<Eigen::Lower>().ldlt().solve(projected);
  }

  void set_direction(double coupling) {
    const auto count = static_cast<index>(active_.size());
    for (index m = 0; m < genes_; ++m) {
      const matrix<double>& solution = solved_[static_cast<std::size_t>(m)];
      for (index j = 0; j < columns_; ++j) {
        double d = solution(j, count);
        for (index s = 0; s < count; ++s) d -= coupling * solution(j, s) * collective_[s];
        direction_(m, j) = d;
      }
    }
  }

  /// How far state `s` of gene `m` is from its limit, in natural parameter.
  double room(const hidden_enumeration<Model>& hidden, index m, index s) const {
    const auto u = static_cast<std::size_t>(m);
    double input = static_cast<double>(model_->bias(0)[u]);
    for (index k = 0; k < units_; ++k)
      input += static_cast<double>(model_->weights(0)(m, k)) *
               static_cast<double>(hidden.state(s)[static_cast<std::size_t>(k)]);
    return static_cast<double>(limits_[u]) - input;
  }

  /// How much the direction moves the input of state `s` of gene `m`.
  double change(const hidden_enumeration<Model>& hidden, index m, index s) const {
    double moved = direction_(m, 0);
    for (index j = 1; j < columns_; ++j)
      moved +=
          direction_(m, j) * static_cast<double>(hidden.state(s)[static_cast<std::size_t>(j - 1)]);
    return moved;
  }

  /// Over all states, however improbable: one that stands at its limit and wants beyond stays there
  /// (the step goes along that face, in the metric of the gene's information); the others go at
  /// most 80 % of the way and change their log mean by at most 1.
  void guard(const hidden_enumeration<Model>& hidden) {
    for (index m = 0; m < genes_; ++m) {
      for (index face = 0; face < columns_; ++face) {
        index worst = -1;
        double excess = 1e-12;
        for (index s = 0; s < hidden.states(); ++s) {
          if (room(hidden, m, s) > 1e-2 * scale_[m]) continue;
          const double beyond = change(hidden, m, s);
          if (beyond > excess) {
            excess = beyond;
            worst = s;
          }
        }
        if (worst < 0) break;
        stay_on_face(hidden.state(worst), m, excess);
      }
      double shorten = 1;
      for (index s = 0; s < hidden.states(); ++s) {
        const double wanted = change(hidden, m, s);
        const double available = 0.8 * std::max(0.0, room(hidden, m, s));
        if (wanted > 1e-12 && wanted * shorten > available) shorten = available / wanted;
        if (std::abs(wanted) * shorten > scale_[m]) shorten = scale_[m] / std::abs(wanted);
      }
      for (index j = 0; j < columns_; ++j) direction_(m, j) *= shorten;
    }
  }

  void stay_on_face(std::span<const scalar> state, index m, double excess) {
    const auto inverse = solved_[static_cast<std::size_t>(m)].rightCols(columns_);
    vector<double> phi = vector<double>::Ones(columns_), turned = vector<double>::Zero(columns_);
    for (index j = 1; j < columns_; ++j)
      phi[j] = static_cast<double>(state[static_cast<std::size_t>(j - 1)]);
    double length = 0;
    for (index j = 0; j < columns_; ++j) {
      for (index k = 0; k < columns_; ++k) turned[j] += inverse(j, k) * phi[k];
      length += phi[j] * turned[j];
    }
    for (index j = 0; j < columns_; ++j) direction_(m, j) -= turned[j] * excess / length;
  }

  /// Halves the step until the objective rises. @return whether it did.
  bool search_line(double& current) {
    double length = 1;
    for (int trial = 0; trial < 20; ++trial, length *= 0.5) {
      Model candidate = *model_;
      for (index m = 0; m < genes_; ++m) {
        candidate.bias(0)[static_cast<std::size_t>(m)] +=
            static_cast<scalar>(length * direction_(m, 0));
        for (index j = 1; j < columns_; ++j)
          candidate.weights(0)(m, j - 1) += static_cast<scalar>(length * direction_(m, j));
      }
      const double value = refit(candidate);
      if (value > current) {
        *model_ = std::move(candidate);
        current = value;
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] double root(index s) const { return root_[static_cast<std::size_t>(s)]; }

  Model* model_;
  const posterior_statistics<scalar>* data_;
  std::span<const scalar> limits_;
  exact_em_options options_;
  index genes_, units_, columns_;
  vector<double> prior_;  ///< precision of each gene's weights, per cell
  vector<double> scale_;  ///< d eta = scale x d log mean, at the gene's mean
  std::vector<matrix<double>> solved_;
  matrix<double> direction_;
  std::vector<index> active_;
  std::vector<double> root_;  ///< square roots of the active states' probabilities
  matrix<double> means_, variances_, feature_, residual_;
  vector<double> collective_;
};

/// The M-step: Newton over visible biases and first-layer weights with the first hidden biases
/// refitted at every trial; a trial is accepted only if the objective rises. The layers above keep
/// their parameters. Cost of a step: genes x (states x hidden^2 + states^2 x hidden).
/// @param limits largest admissible visible input per gene (a constraint's `limits`)
/// @param cells  number of cells behind `data`, which weighs the data against the ridge
/// @throws std::invalid_argument if the first hidden layer has more than `max_states` states.
template <class Model>
exact_em_result maximise_expected(Model& model,
                                  const posterior_statistics<typename Model::scalar>& data,
                                  std::span<const typename Model::scalar> limits, index cells,
                                  const exact_em_options& options = {}) {
  return newton_m_step<Model>(model, data, limits, cells, options).run();
}

}  // namespace harmonium

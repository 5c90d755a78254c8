// SPDX-License-Identifier: MIT
/// @file
/// Maximum likelihood for semi-restricted harmoniums. With a free potential for every joint hidden
/// state, V can compensate whatever the weights do to A, so that the M-step falls apart: p(h) is
/// the mean posterior, and every gene has a negative binomial regression of its own on h.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/models/semi_restricted.hpp"
#include "harmonium/training/dispersion_update.hpp"
#include "harmonium/training/gene_regression.hpp"
#include "harmonium/training/grouped_start.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/trainer_concept.hpp"
#include "harmonium/training/training_log.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

/// Estimation of theta between iterations.
struct theta_updates {
  index every = 4;  ///< iterations from one to the next, at least 1; the first is at the start
  dispersion_options fit = {};  ///< of the estimates
};

/// Settings of a run.
struct compensated_options {
  /// Hidden units, such as {6, 1, 1}: a group of six categories and two Bernoulli units; see
  /// `grouped_states`. Must be given.
  std::vector<index> groups = {};
  index max_iterations = 60;  ///< stated cap
  double tolerance = 1e-5;    ///< ends when an iteration gains less than this share of log p(x)
  double ridge = 1;           ///< prior precision of a weight in units of d log mean
  double prior_cells = 1;     ///< cells' worth of independent groups mixed into p(h); with 0 the
                              ///< likelihood rises strictly, but states without cells are lost
  double initial_dispersion = 0.5;                       ///< theta at the start, every gene
  std::optional<theta_updates> theta = theta_updates{};  ///< none: theta stays as at the start
  double max_mean_factor = 10;  ///< no state's mean beyond this times the largest count, plus one
  index components = 10;        ///< principal components that the start sees
};

/// EM, one iteration per `step`. A value; borrows the counts, which must outlive it.
/// The figure of its log: `log_likelihood`, mean of log p(x) in nats per cell after the iteration.
template <count_source Counts>
class compensated_trainer {
 public:
  /// Starts from clusters: see `grouped_start`.
  /// @throws std::invalid_argument for options out of range, or if there is no cell, gene or count.
  template <executor Executor>
  compensated_trainer(const Executor& run, const Counts& counts, compensated_options options,
                      random_engine& rng)
      : counts_(&counts),
        options_(check(std::move(options))),
        model_(negative_binomial(counts.genes(), options_.initial_dispersion), options_.groups) {
    require(counts.cells() > 0 && counts.genes() > 0 && counts.nonzeros() > 0, "compensated EM",
            "the pilot holds no counts");
    max_mean_ = vector<double>::Ones(counts.genes());
    for (index i = 0; i < counts.cells(); ++i)
      row::for_each_nonzero(counts.cell(i), [&](index m, auto x) {
        max_mean_[m] =
            std::max(max_mean_[m], 1 + options_.max_mean_factor * static_cast<double>(x));
      });
    const vector<double> means = gene_means(counts);
    model_.visible().natural_from_mean(as_span(means), model_.bias(0));
    const auto shares = grouped_start(run, model_, counts, options_.components, rng);
    if (options_.theta) {
      by_gene_.emplace(counts);
      update_theta(run, matrix<double>::Zero(counts.cells(), model_.size(1)));
    } else {
      base_ = log_base_measures(model_.visible(), counts);
    }
    data_ = sum_posterior<double>(model_.states(), counts,
                                  std::span<const std::vector<state_probability>>(shares));
    for (int round = 0; round < 5; ++round) maximise(run);
    expect(run);
    last_cycle_ = data_.log_likelihood;
  }
  template <executor Executor>
  compensated_trainer(const Executor&, const Counts&&, compensated_options,
                      random_engine&) = delete;

  /// M-step, theta if it is due, E-step. @return the line it adds to the log.
  template <executor Executor>
  const training_record& step(const Executor& run) {
    require(!done(), "compensated_trainer::step", "training is finished");
    maximise(run);
    const index iteration = std::ssize(log_) + 1;
    if (options_.theta && iteration % options_.theta->every == 0) update_theta(run, data_.hidden);
    expect(run);
    log_.push_back({"compensated EM", iteration, {{"log_likelihood", data_.log_likelihood}}});
    // Theta moves the likelihood up or down: iterations are compared over whole cycles.
    const index cycle = options_.theta ? options_.theta->every : 1;
    if (iteration % cycle == 0) {
      converged_ = data_.log_likelihood - last_cycle_ <
                   static_cast<double>(cycle) * options_.tolerance * std::abs(data_.log_likelihood);
      last_cycle_ = data_.log_likelihood;
    }
    return log_.back();
  }

  /// Steps to the end, or until the observer says stop. @return whether training is finished.
  template <executor Executor, observer Observer>
  bool run(const Executor& executor, Observer&& watch) {
    return run_to_end(*this, executor, watch,
                      [](const auto& training) { return training.options_.max_iterations; });
  }

  [[nodiscard]] bool converged() const noexcept { return converged_; }
  [[nodiscard]] bool done() const noexcept {
    return converged_ || std::ssize(log_) >= options_.max_iterations;
  }
  [[nodiscard]] const training_log& log() const noexcept { return log_; }
  [[nodiscard]] const semi_restricted& model() const noexcept { return model_; }
  /// Of the model as it is: the expectations of the last E-step, and mean log p(x).
  [[nodiscard]] const posterior_statistics<double>& data() const noexcept { return data_; }

 private:
  static compensated_options check(compensated_options options) {
    require(options.max_iterations >= 0, "compensated EM", "max_iterations must not be negative");
    require(options.ridge > 0, "compensated EM",
            "ridge must be positive, got " + std::to_string(options.ridge));
    require(options.prior_cells >= 0, "compensated EM", "prior_cells must not be negative");
    require(!options.theta || options.theta->every >= 1, "compensated EM",
            "theta.every must be at least 1");
    return options;
  }

  /// The E-step.
  template <executor Executor>
  void expect(const Executor& run) {
    const vector<double> potential = potentials(run, model_);
    sum_over_cells(
        run, model_.states(), *counts_, data_,
        [&](index i, std::span<double> terms) {
          log_joint_terms(model_, as_span(potential), counts_->cell(i), terms);
        },
        [&](index i, double log_sum) {
          return log_sum + base_[i] + row::dot<double>(counts_->cell(i), model_.bias(0));
        });
  }

  template <executor Executor>
  void maximise(const Executor& run) {
    set_prior();
    const vector<double> means = data_.pairs.col(0), most = limits();
    vector<double> scale(model_.genes());
    log_mean_scale(model_.visible(), as_span(means), as_span(scale));
    const gene_regression regression(model_, data_);
    for_each_range(run, model_.genes(), 32, [&](index begin, index end) {
      for (index m = begin; m < end; ++m)
        regression.step({.gene = m,
                         .theta = model_.visible().inverse_dispersion()[m],
                         .ridge = options_.ridge / static_cast<double>(counts_->cells()) /
                                  (scale[m] * scale[m]),
                         .limit = most[m]});
    });
  }

  /// p(h): the mean posterior, with some of the product of its groups' margins.
  void set_prior() {
    const auto& states = model_.states();
    std::vector<double> prior = data_.state_mass;
    const double n = static_cast<double>(counts_->cells()), c = options_.prior_cells;
    for (index s = 0; c > 0 && s < states.size(); ++s) {
      double product = 1;
      index k = 0;
      for (const index size : model_.groups()) {
        for (index j = k; j < k + size; ++j) {
          const double on = states[s][static_cast<std::size_t>(j)];
          const double mean = data_.hidden_means[j];
          if (on != 0) product *= mean;
          if (on == 0 && size == 1) product *= 1 - mean;
        }
        k += size;
      }
      double& p = prior[static_cast<std::size_t>(s)];
      p = (n * p + c * std::max(0.0, product)) / (n + c);
    }
    model_.set_prior(prior);
  }

  /// Largest visible input of every gene.
  [[nodiscard]] vector<double> limits() const {
    vector<double> inputs(model_.genes());
    model_.visible().natural_from_mean(as_span(max_mean_), as_span(inputs));
    return inputs;
  }

  template <executor Executor>
  void update_theta(const Executor& run, const matrix<double>& hidden) {
    const vector<double> before = limits();
    update_dispersion(run, model_, *by_gene_, hidden, as_span(before), options_.theta->fit);
    // The mean limit means another eta now, and W was rescaled: bring states beyond it back.
    const vector<double> after = limits();
    std::vector<double> h(static_cast<std::size_t>(model_.size(1)));
    for (index m = 0; m < model_.genes(); ++m) {
      const std::span<const double> weights(
          std::as_const(model_).weights(0).data() + m * model_.size(1), h.size());
      model_.write_maximiser(weights, h);
      double& a = model_.bias(0)[static_cast<std::size_t>(m)];
      a = std::min(a, after[m] - row::dot<double>(std::span<const double>(h), weights));
    }
    base_ = log_base_measures(model_.visible(), *counts_);
  }

  const Counts* counts_;
  compensated_options options_;
  semi_restricted model_;
  std::optional<counts_by_gene<typename Counts::value_type>> by_gene_;
  vector<double> max_mean_;
  posterior_statistics<double> data_;
  vector<double> base_;  ///< log base measure of every cell
  training_log log_;
  double last_cycle_ = 0;
  bool converged_ = false;
};

static_assert(trainer<compensated_trainer<count_matrix<>>>);

/// A semi-restricted harmonium by compensated EM:
///
///     auto model = train<semi_restricted>(run, counts, {.groups = {6, 1, 1, 1}}, rng);
///
/// @throws std::invalid_argument for options out of range or counts without counts.
template <std::same_as<semi_restricted> Model, executor Executor, count_source Counts>
Model train(const Executor& run, const Counts& counts, const compensated_options& options,
            random_engine& rng) {
  compensated_trainer<Counts> training(run, counts, options, rng);
  training.run(run, silent{});
  return training.model();
}

}  // namespace harmonium::inline v0_2

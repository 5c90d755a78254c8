// SPDX-License-Identifier: MIT
/// @file
/// Maximum likelihood for semi-restricted harmoniums. With a free potential for every joint hidden
/// state, V can compensate whatever the weights do to A, so that the M-step falls apart: p(h) is
/// the mean posterior, and every gene has a negative binomial regression of its own on h.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/base_measures.hpp"
#include "harmonium/models/semi_restricted.hpp"
#include "harmonium/training/dispersion_update.hpp"
#include "harmonium/training/posterior_statistics.hpp"
#include "harmonium/training/scratch_ldlt.hpp"
#include "harmonium/units/log_mean_scale.hpp"

namespace harmonium::inline v0_2 {

struct compensated_options {
  index max_iterations = 60;
  double tolerance = 1e-5;     ///< ends when an iteration gains less than this share of log p(x)
  double ridge = 1;            ///< prior precision of a weight in units of d log mean
  double prior_cells = 1;      ///< cells' worth of independent groups mixed into p(h); with 0 the
                               ///< likelihood rises strictly, but states without cells are lost
  index dispersion_every = 4;  ///< iterations between updates of theta; 0: never
  dispersion_options dispersion = {};
  double initial_dispersion = 0.5;  ///< theta at the start, every gene
  double max_mean_factor = 10;  ///< no state's mean beyond this times the largest count, plus one
  index components = 10;        ///< principal components that the start sees
};

/// EM, one iteration per `step`. A value; borrows the counts, which must outlive it. On the calling
/// thread a step asks for no memory after the first.
template <count_source Counts>
class compensated_em {
 public:
  /// Starts from clusters: of the largest group by k-means on principal components, of each further
  /// one by k-means on what the clusters before leave (two clusters for a Bernoulli unit).
  /// @param groups see `grouped_states`
  /// @throws std::invalid_argument if there is no cell, gene or count.
  template <executor Executor>
  compensated_em(const Executor& run, const Counts& counts, std::vector<index> groups,
                 compensated_options options, random_engine& rng)
      : counts_(&counts),
        options_(options),
        model_(negative_binomial(counts.genes(), options.initial_dispersion), std::move(groups)) {
    require(counts.cells() > 0 && counts.genes() > 0 && counts.nonzeros() > 0, "compensated_em",
            "the pilot holds no counts");
    vector<double> largest = vector<double>::Ones(counts.genes());
    for (index i = 0; i < counts.cells(); ++i)
      row::for_each_nonzero(counts.cell(i), [&](index m, auto x) {
        largest[m] = std::max(largest[m], 1 + options_.max_mean_factor * static_cast<double>(x));
      });
    max_mean_ = largest;
    const vector<double> means = gene_means(counts);
    model_.visible().natural_from_mean(as_span(means), model_.bias(0));
    const auto shares = start(run, rng);
    by_gene_.emplace(counts);  // after what needs much memory for a moment
    if (options_.dispersion_every > 0)
      update_theta(run, matrix<double>::Zero(counts.cells(), model_.size(1)));
    else
      set_base();
    data_ = sum_posterior<double>(model_.states(), counts,
                                  std::span<const std::vector<posterior_share>>(shares));
    for (int round = 0; round < 5; ++round) maximise(run);
    expect(run);
  }
  template <executor Executor>
  compensated_em(const Executor&, const Counts&&, std::vector<index>, compensated_options,
                 random_engine&) = delete;

  /// M-step, theta if it is due, E-step. @return mean log-likelihood of the new model, nats a cell.
  template <executor Executor>
  double step(const Executor& run) {
    maximise(run);
    ++iterations_;
    if (theta_is_due()) update_theta(run, data_.hidden);
    expect(run);
    return log_likelihood_;
  }

  /// Whether the last step moved theta, which the likelihood does not have to like.
  [[nodiscard]] bool theta_is_due() const noexcept {
    return options_.dispersion_every > 0 && iterations_ % options_.dispersion_every == 0;
  }
  [[nodiscard]] const semi_restricted& model() const noexcept { return model_; }
  [[nodiscard]] double log_likelihood() const noexcept { return log_likelihood_; }
  [[nodiscard]] const posterior_statistics<double>& data() const noexcept { return data_; }

 private:
  template <executor Executor>
  std::vector<std::vector<posterior_share>> start(const Executor& run, random_engine& rng) const {
    matrix<double> scores = cell_components(*counts_, options_.components);
    const auto& groups = model_.groups();
    std::vector<std::size_t> order(groups.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return groups[a] > groups[b]; });
    matrix<double> hidden = matrix<double>::Zero(scores.rows(), model_.size(1));
    for (const std::size_t g : order) {
      const index size = groups[g];
      const auto found = k_means(run, scores, {.clusters = std::max<index>(size, 2)}, rng);
      const index first =
          std::accumulate(groups.begin(), groups.begin() + static_cast<index>(g), index{0});
      for (index i = 0; i < scores.rows(); ++i) {
        const index label = found.labels[static_cast<std::size_t>(i)];
        if (size > 1) {
          hidden(i, first + label) = 1;
        } else {
          hidden(i, first) = static_cast<double>(label);
        }
        for (index c = 0; c < scores.cols(); ++c) scores(i, c) -= found.centroids(label, c);
      }
    }
    // The cell's state is the one that agrees with most of its units.
    std::vector<std::vector<posterior_share>> shares(static_cast<std::size_t>(scores.rows()));
    std::vector<double> agreement(static_cast<std::size_t>(model_.states().size()));
    std::vector<double> weights(static_cast<std::size_t>(model_.size(1)));
    for (std::size_t i = 0; i < shares.size(); ++i) {
      for (std::size_t k = 0; k < weights.size(); ++k)
        weights[k] = 2 * hidden(static_cast<index>(i), static_cast<index>(k)) - 1;
      model_.states().products<double>(weights, agreement);
      shares[i] = {{std::max_element(agreement.begin(), agreement.end()) - agreement.begin(), 1.0}};
    }
    return shares;
  }

  /// The E-step.
  template <executor Executor>
  void expect(const Executor& run) {
    scratch_vector<double> potential(model_.states().size());
    potentials(run, model_, as_span(potential));
    sum_over_cells(
        run, model_.states(), *counts_, shares_, data_,
        [&](index i, std::span<double> terms) {
          log_joint_terms(model_, as_span(std::as_const(potential)), counts_->cell(i), terms);
        },
        [&](index i, double log_sum) {
          return log_sum + base_[i] + row::dot<double>(counts_->cell(i), model_.bias(0));
        });
    log_likelihood_ = data_.log_likelihood;
  }

  template <executor Executor>
  void maximise(const Executor& run) {
    set_prior();
    const index genes = model_.genes(), states = model_.states().size();
    scratch_vector<double> means(genes), scale(genes), limits(genes);
    as_vector(means) = data_.pairs.col(0);
    log_mean_scale(model_.visible(), as_span(std::as_const(means)), as_span(scale));
    write_limits(as_span(limits));
    scratch_vector<index> active(states);
    std::size_t count = 0;
    for (index s = 0; s < states; ++s)
      if (data_.state_mass[static_cast<std::size_t>(s)] > 1e-12)
        active[static_cast<index>(count++)] = s;
    const auto counted = as_span(std::as_const(active)).first(count);
    for_each_range(run, genes, 32, [&](index begin, index end) {
      for (index m = begin; m < end; ++m) fit_gene(m, counted, scale[m], limits[m]);
    });
  }

  /// p(h): the mean posterior, with some of the product of its groups' margins.
  void set_prior() {
    const auto& states = model_.states();
    scratch_vector<double> prior(states.size());
    std::copy(data_.state_mass.begin(), data_.state_mass.end(), prior.begin());
    const double n = static_cast<double>(counts_->cells()), c = options_.prior_cells;
    if (c > 0) {
      for (index s = 0; s < states.size(); ++s) {
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
        double& p = prior[s];
        p = (n * p + c * std::max(0.0, product)) / (n + c);
      }
    }
    model_.set_prior(as_span(std::as_const(prior)));
  }

  /// One Newton step of a gene's regression, halved until its penalised likelihood rises.
  void fit_gene(index m, std::span<const index> active, double scale, double limit) {
    const index columns = model_.size(1) + 1;
    const double theta = model_.visible().inverse_dispersion()[m];
    const double prior = options_.ridge / static_cast<double>(counts_->cells()) / (scale * scale);
    scratch_vector<double> at(columns), gradient(columns), phi(columns, 1.0), direction(columns);
    scratch_vector<double> entries(columns * columns, 0.0), solved(columns * columns);
    auto information = as_matrix(entries, columns, columns);  // lower triangle
    auto inverse = as_matrix(solved, columns, columns);
    at[0] = model_.bias(0)[static_cast<std::size_t>(m)];
    for (index k = 1; k < columns; ++k) at[k] = model_.weights(0)(m, k - 1);
    const auto input = [&](const scratch_vector<double>& of, std::span<const double> h) {
      double eta = of[0];
      for (index k = 1; k < columns; ++k) eta += of[k] * h[static_cast<std::size_t>(k - 1)];
      return eta;
    };
    const auto objective = [&](const scratch_vector<double>& of) {
      double value = 0;
      for (index k = 0; k < columns; ++k)
        value += of[k] * data_.pairs(m, k) - (k > 0 ? 0.5 * prior * of[k] * of[k] : 0.0);
      for (const index s : active)
        value -= data_.state_mass[static_cast<std::size_t>(s)] *
                 nb_log_partition(input(of, model_.states()[s]), theta);
      return value;
    };
    as_vector(gradient) = data_.pairs.row(m).transpose();
    for (const index s : active) {
      const double q = data_.state_mass[static_cast<std::size_t>(s)];
      const auto h = model_.states()[s];
      for (index k = 1; k < columns; ++k) phi[k] = h[static_cast<std::size_t>(k - 1)];
      const double eta = input(at, h);
      const double mean = q * nb_mean(eta, theta), variance = q * nb_variance(eta, theta);
      for (index j = 0; j < columns; ++j) {
        if (phi[j] == 0) continue;
        gradient[j] -= mean * phi[j];
        for (index k = 0; k <= j; ++k) information(j, k) += variance * phi[j] * phi[k];
      }
    }
    for (index k = 0; k < columns; ++k) {
      information(k, k) += k > 0 ? prior : 1e-3 * prior;
      if (k > 0) gradient[k] -= prior * at[k];
    }
    auto& factor = scratch_ldlt(columns);
    factor.compute(information);
    as_vector(direction) = factor.solve(as_vector(gradient));

    // A state that would go beyond 80 % of the way to the limit goes just so far.
    scratch_vector<double> mixed(columns - 1), h(columns - 1), turned(columns), next(columns);
    const auto nearest = [&](double length) {
      for (index k = 1; k < columns; ++k) mixed[k - 1] = length * direction[k] + 0.8 * at[k];
      model_.write_maximiser(as_span(std::as_const(mixed)), as_span(h));
      const auto state = as_span(std::as_const(h));
      return std::pair{0.8 * std::max(0.0, limit - input(at, state)), input(direction, state)};
    };
    inverse = factor.solve(matrix<double>::Identity(columns, columns));
    for (index face = 0; face + 1 < columns; ++face) {
      const auto [room, wanted] = nearest(1);
      if (wanted <= 1e-12 || wanted <= room) break;
      for (index k = 1; k < columns; ++k) phi[k] = h[k - 1];
      std::fill(turned.begin(), turned.end(), 0.0);
      double length = 0;
      for (index j = 0; j < columns; ++j) {
        for (index k = 0; k < columns; ++k) turned[j] += inverse(j, k) * phi[k];
        length += phi[j] * turned[j];
      }
      if (!(length > 0)) break;
      for (index j = 0; j < columns; ++j) {
        direction[j] += turned[j] * ((room - wanted) / length);
        for (index k = 0; k < columns; ++k) inverse(j, k) -= turned[j] * turned[k] / length;
      }
    }
    double length = 1;
    for (int round = 0; round < 100; ++round) {
      const auto [room, wanted] = nearest(length);
      if (wanted <= 1e-12 || wanted * length <= room * (1 + 1e-9)) break;
      length = room > 1e-14 ? room / wanted : 0;
    }
    const double before = objective(at);
    for (int trial = 0; trial < 20 && length > 0; ++trial, length *= 0.5) {
      as_vector(next) = as_vector(at) + length * as_vector(direction);
      if (!(objective(next) > before)) continue;
      model_.bias(0)[static_cast<std::size_t>(m)] = next[0];
      for (index k = 1; k < columns; ++k) model_.weights(0)(m, k - 1) = next[k];
      return;
    }
  }

  void write_limits(std::span<double> out) const {
    model_.visible().natural_from_mean(as_span(max_mean_), out);
  }

  template <executor Executor>
  void update_theta(const Executor& run, const matrix<double>& hidden) {
    scratch_vector<double> limits(model_.genes());
    write_limits(as_span(limits));
    update_dispersion(run, model_, *by_gene_, hidden, as_span(std::as_const(limits)),
                      options_.dispersion, dispersion_work_, statuses_);
    // The mean limit means another eta now, and W was rescaled: bring states beyond it back.
    write_limits(as_span(limits));
    scratch_vector<double> h(model_.size(1));
    for (index m = 0; m < model_.genes(); ++m) {
      const std::span<const double> weights(std::as_const(model_).weights(0).data() + m * h.size(),
                                            static_cast<std::size_t>(h.size()));
      model_.write_maximiser(weights, as_span(h));
      double& a = model_.bias(0)[static_cast<std::size_t>(m)];
      a = std::min(a, limits[m] - row::dot<double>(as_span(std::as_const(h)), weights));
    }
    set_base();
  }

  /// After a change of theta.
  void set_base() { log_base_measures(model_.visible(), *counts_, masses_, base_); }

  const Counts* counts_;
  compensated_options options_;
  semi_restricted model_;
  std::optional<counts_by_gene<typename Counts::value_type>> by_gene_;
  vector<double> max_mean_;
  posterior_statistics<double> data_;
  posterior_shares shares_;
  vector<double> base_;  ///< log base measure of every cell
  dispersion_work<double> dispersion_work_;
  std::vector<dispersion_status> statuses_;
  std::optional<nb_log_masses> masses_;
  double log_likelihood_ = 0;
  index iterations_ = 0;
};

struct compensated_fit {
  semi_restricted model;
  std::vector<double> log_likelihoods;  ///< after every iteration, nats per training cell
  bool converged;
};

/// Fits a semi-restricted harmonium, such as groups {6, 1, 1, 1}: one group of six categories and
/// three Bernoulli units.
template <executor Executor, count_source Counts>
compensated_fit train_compensated(const Executor& run, const Counts& counts,
                                  std::vector<index> groups, const compensated_options& options,
                                  random_engine& rng) {
  compensated_em<Counts> em(run, counts, std::move(groups), options, rng);
  std::vector<double> log;
  double last_cycle = em.log_likelihood();
  bool converged = false;
  const index cycle = std::max<index>(1, options.dispersion_every);
  while (!converged && std::ssize(log) < options.max_iterations) {
    log.push_back(em.step(run));
    if (std::ssize(log) % cycle != 0) continue;
    converged = log.back() - last_cycle <
                static_cast<double>(cycle) * options.tolerance * std::abs(log.back());
    last_cycle = log.back();
  }
  return {em.model(), std::move(log), converged};
}

}  // namespace harmonium::inline v0_2

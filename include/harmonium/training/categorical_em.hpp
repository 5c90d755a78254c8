// SPDX-License-Identifier: MIT
/// @file
/// Exact maximum likelihood for a harmonium whose hidden layer is one categorical group, which is a
/// mixture of negative binomials in other words: closed-form EM, no Monte Carlo, no learning rate.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/cell_components.hpp"
#include "harmonium/analysis/k_means.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

struct categorical_em_options {
  index components = 8;  ///< categories of the group; at most one per `min_cells` cells are used
  index min_cells = 12;
  index principal_components = 10;  ///< of the deviance residuals, in which k-means starts
  index restarts = 10;              ///< of k-means
  index min_iterations = 12;        ///< of EM
  index max_iterations = 30;
  double tolerance = 1e-5;     ///< EM ends when the log-likelihood rises by less, relatively
  double pseudo_cells = 1;     ///< average cells that every component starts with, >= 0
  index dispersion_every = 4;  ///< iterations between updates of theta; 0: never
  double initial_dispersion = 1;
  dispersion_options dispersion = {.lower = 0.02, .upper = 1e3};
};

/// A trained categorical harmonium, in the parameters of the mixture that it is.
struct categorical_fit {
  vector<double> weights;                   ///< pi of every component, sums to 1
  matrix<double> mean;                      ///< components x genes
  vector<double> theta;                     ///< inverse dispersion per gene
  std::vector<dispersion_status> statuses;  ///< per gene
  std::vector<index> type;                  ///< label that each component belongs to; all 0 without
  vector<double> sizes;                     ///< size factor of every training cell
  matrix<double> responsibilities;          ///< cells x components: p(component | cell)
  std::vector<double> log_likelihood;       ///< nats per cell, after each iteration's E-step
  bool converged = false;

  [[nodiscard]] index components() const noexcept { return mean.rows(); }
  [[nodiscard]] index genes() const noexcept { return mean.cols(); }

  /// The most probable component of every training cell.
  [[nodiscard]] std::vector<index> assignments() const {
    std::vector<index> best(static_cast<std::size_t>(responsibilities.rows()), 0);
    for (index i = 0; i < responsibilities.rows(); ++i)
      for (index c = 1; c < components(); ++c)
        if (responsibilities(i, c) > responsibilities(i, best[static_cast<std::size_t>(i)]))
          best[static_cast<std::size_t>(i)] = c;
    return best;
  }
};

/// log NB(x; s mean_c, theta) without the base measure, for every component c: what tells the
/// components apart. Prepared once per M-step, as a local variable; borrows both arguments.
template <size_factor_policy Sizes>
class component_likelihood {
 public:
  component_likelihood(const matrix<double>& mean, const vector<double>& theta)
      : mean_(&mean), theta_(&theta), eta_(mean.size()), partition_(mean.rows()) {
    for (index c = 0; c < mean.rows(); ++c) {
      double sum = 0;
      for (index m = 0; m < mean.cols(); ++m) {
        eta_[m * mean.rows() + c] = nb_natural_from_mean(mean(c, m), theta[m]);
        sum += theta[m] * math::log1p(mean(c, m) / theta[m]);
      }
      partition_[c] = sum;
    }
  }

  /// @param[out] terms length components, overwritten
  template <class Cell>
  void evaluate(const Cell& cell, double size, std::span<double> terms) const {
    const auto components = terms.size();
    std::fill(terms.begin(), terms.end(), 0.0);
    if constexpr (std::same_as<Sizes, scaled_mean>) {
      for (std::size_t c = 0; c < components; ++c)
        for (index m = 0; m < theta_->size(); ++m)
          terms[c] -=
              (*theta_)[m] * math::log1p(size * (*mean_)(static_cast<index>(c), m) / (*theta_)[m]);
      row::for_each_nonzero(cell, [&](index m, auto value) {
        for (std::size_t c = 0; c < components; ++c)
          terms[c] += static_cast<double>(value) *
                      nb_natural_from_mean(size * (*mean_)(static_cast<index>(c), m), (*theta_)[m]);
      });
    } else {
      row::for_each_nonzero(cell, [&](index m, auto value) {
        const double* eta = eta_.data() + m * static_cast<index>(components);
        const auto x = static_cast<double>(value);
        for (std::size_t c = 0; c < components; ++c) terms[c] += x * eta[c];
      });
      // The log-partition is proportional to theta.
      for (std::size_t c = 0; c < components; ++c)
        terms[c] -= Sizes::dispersion(size, 1.0) * partition_[static_cast<index>(c)];
    }
  }

  /// The part that all components have in common.
  template <class Cell>
  [[nodiscard]] double log_base_measure(const Cell& cell, double size) const {
    double base = 0;
    row::for_each_nonzero(cell, [&](index m, auto value) {
      base +=
          nb_log_base_measure(static_cast<double>(value), Sizes::dispersion(size, (*theta_)[m]));
    });
    return base;
  }

 private:
  const matrix<double>* mean_;
  const vector<double>* theta_;
  scratch_vector<double> eta_;  ///< genes x components
  scratch_vector<double> partition_;
};

/// Mean log-likelihood of cells under a fit, in nats per cell; of held-out cells as of any others.
/// @param sizes size factor of each cell, relative to the training cells; without effect for
///              `no_size_factors`
template <size_factor_policy Sizes = no_size_factors, executor Executor, count_source Counts>
double mean_log_likelihood(const Executor& run, const categorical_fit& fit, const Counts& counts,
                           const vector<double>& sizes) {
  require(counts.genes() == fit.genes(), "mean_log_likelihood", "the numbers of genes differ");
  require(sizes.size() == counts.cells(), "mean_log_likelihood", "one size per cell is needed");
  const component_likelihood<Sizes> likelihood(fit.mean, fit.theta);
  scratch_vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    scratch_vector<double> terms(fit.components());
    for (index i = begin; i < end; ++i) {
      likelihood.evaluate(counts.cell(i), sizes[i], as_span(terms));
      for (index c = 0; c < terms.size(); ++c) terms[c] += math::log(fit.weights[c]);
      per_cell[i] = math::log_sum_exp(as_span(std::as_const(terms))) +
                    likelihood.log_base_measure(counts.cell(i), sizes[i]);
    }
  });
  double sum = 0;
  for (index i = 0; i < per_cell.size(); ++i) sum += per_cell[i];
  return counts.cells() > 0 ? sum / static_cast<double>(counts.cells()) : 0;
}

/// Training by EM, one iteration per `step`; a value, like `dbm_trainer`: a copy is a checkpoint.
/// On the calling thread an iteration after the first asks for no memory.
/// With labels the group is clamped: a cell belongs to the components of its own label alone, of
/// which there is one or, where `components` exceeds the number of labels, several in proportion
/// to its cells.
/// @tparam Sizes how the depth of a cell enters
template <count_source Counts, size_factor_policy Sizes = no_size_factors>
class categorical_trainer {
 public:
  /// @param counts cells x genes, borrowed
  /// @param labels one label >= 0 per cell, or none
  /// @throws std::invalid_argument for an empty pilot, options out of range or misfitting labels.
  template <executor Executor>
  categorical_trainer(const Executor& run, const Counts& counts, std::span<const index> labels,
                      const categorical_em_options& options, random_engine& rng)
      : counts_(&counts), options_(options) {
    require(counts.cells() > 0 && counts.nonzeros() > 0, "train",
            "the pilot holds no counts at all");
    require(options.components >= 1, "train",
            "components must be at least 1, got " + std::to_string(options.components));
    require(options.min_cells >= 1, "train", "min_cells must be at least 1");
    require(options.max_iterations >= 1, "train", "max_iterations must be at least 1");
    require(options.pseudo_cells >= 0, "train", "pseudo_cells must not be negative");
    require(options.initial_dispersion > 0, "train", "initial_dispersion must be positive");
    require(labels.empty() || std::cmp_equal(labels.size(), counts.cells()), "train",
            "labels must have one entry per cell (" + std::to_string(counts.cells()) + "), got " +
                std::to_string(labels.size()));
    fit_.sizes = size_factors<Sizes>(counts);
    fit_.theta = vector<double>::Constant(counts.genes(), options.initial_dispersion);
    fit_.log_likelihood.reserve(static_cast<std::size_t>(options.max_iterations));
    fit_.statuses.assign(static_cast<std::size_t>(counts.genes()), dispersion_status::all_zero);
    gene_means_ = gene_means(counts);
    start(run, labels, rng);
    by_gene_.emplace(counts);  // after what needs much memory for a moment
    maximise(run);
    if (options.dispersion_every > 0) update_dispersions(run);
  }
  categorical_trainer(const Counts&&, auto&&...) = delete;

  [[nodiscard]] bool done() const noexcept {
    return fit_.converged || std::ssize(fit_.log_likelihood) >= options_.max_iterations;
  }

  /// One E- and one M-step. Between updates of theta the log-likelihood, with the prior's part of
  /// the pseudo cells and of the weights (a tenth of a cell in every component), never falls (for
  /// `scaled_mean`, whose M-step is only a fixed-point step, it may).
  template <executor Executor>
  void step(const Executor& run) {
    require(!done(), "categorical_trainer::step", "training is finished");
    expect(run);
    const auto iteration = std::ssize(fit_.log_likelihood);
    maximise(run);
    const bool settle = iteration + 1 >= options_.max_iterations;
    if (options_.dispersion_every > 0 && iteration % options_.dispersion_every == 0 && !settle) {
      update_dispersions(run);
    } else if (iteration > std::max<index>(options_.min_iterations, 1)) {
      const double now = fit_.log_likelihood.back();
      const double before = fit_.log_likelihood[static_cast<std::size_t>(iteration) - 2];
      fit_.converged = std::abs(now - before) < options_.tolerance * std::abs(now);
    }
  }

  /// Steps until done. @return false if the observer stopped it before.
  template <executor Executor, observer Observer>
  bool run(const Executor& run, Observer&& watch) {
    while (!done()) {
      step(run);
      const named_value shown[] = {{"log_likelihood", fit_.log_likelihood.back()}};
      const auto steps = std::ssize(fit_.log_likelihood);
      const index total = fit_.converged ? steps : options_.max_iterations;
      if (watch(progress{"expectation-maximisation", steps, total, shown}) == flow::stop)
        return done();
    }
    return true;
  }

  [[nodiscard]] const categorical_fit& fit() const noexcept { return fit_; }

 private:
  template <executor Executor>
  void start(const Executor& run, std::span<const index> labels, random_engine& rng) {
    const index cells = counts_->cells();
    const index most = std::max<index>(1, cells / options_.min_cells);
    index wanted = std::min(options_.components, most);
    std::vector<index> component(static_cast<std::size_t>(cells), 0);
    matrix<double> scores;
    const auto reduced = [&]() -> const matrix<double>& {
      if (scores.size() == 0) scores = cell_components(*counts_, options_.principal_components);
      return scores;
    };
    if (labels.empty()) {
      if (wanted > 1)
        component =
            k_means(run, reduced(), {.clusters = wanted, .restarts = options_.restarts}, rng)
                .labels;
      fit_.type.assign(
          static_cast<std::size_t>(1 + *std::max_element(component.begin(), component.end())), 0);
    } else {
      for (const index label : labels)
        require(label >= 0, "train", "labels must not be negative, got " + std::to_string(label));
      std::vector<index> types(labels.begin(), labels.end());
      std::sort(types.begin(), types.end());
      types.erase(std::unique(types.begin(), types.end()), types.end());
      for (const index type : types) {
        std::vector<index> own;
        for (index i = 0; i < cells; ++i)
          if (labels[static_cast<std::size_t>(i)] == type) own.push_back(i);
        const auto size = static_cast<index>(own.size());
        const double share = static_cast<double>(size) / static_cast<double>(cells);
        const index parts = std::clamp<index>(
            static_cast<index>(std::floor(share * static_cast<double>(wanted) + 0.5)), 1,
            std::max<index>(1, size / options_.min_cells));
        const auto first = static_cast<index>(fit_.type.size());
        std::vector<index> part(own.size(), 0);
        if (parts > 1) {
          matrix<double> points(size, reduced().cols());
          for (index i = 0; i < size; ++i)
            points.row(i) = reduced().row(own[static_cast<std::size_t>(i)]);
          part =
              k_means(run, points, {.clusters = parts, .restarts = options_.restarts}, rng).labels;
        }
        for (std::size_t i = 0; i < own.size(); ++i)
          component[static_cast<std::size_t>(own[i])] = first + part[i];
        fit_.type.resize(
            static_cast<std::size_t>(first + 1 + *std::max_element(part.begin(), part.end())),
            type);
      }
      label_.assign(labels.begin(), labels.end());
    }
    fit_.responsibilities = matrix<double>::Zero(cells, static_cast<index>(fit_.type.size()));
    for (index i = 0; i < cells; ++i)
      fit_.responsibilities(i, component[static_cast<std::size_t>(i)]) = 1;
  }

  template <executor Executor>
  void expect(const Executor& run) {
    const index components = fit_.components();
    const component_likelihood<Sizes> likelihood(fit_.mean, fit_.theta);
    scratch_vector<double> per_cell(counts_->cells());
    for_each_range(run, counts_->cells(), 32, [&](index begin, index end) {
      scratch_vector<double> terms(components);
      for (index i = begin; i < end; ++i) {
        likelihood.evaluate(counts_->cell(i), fit_.sizes[i], as_span(terms));
        for (index c = 0; c < components; ++c) {
          terms[c] += math::log(fit_.weights[c]);
          if (!label_.empty() &&
              fit_.type[static_cast<std::size_t>(c)] != label_[static_cast<std::size_t>(i)])
            terms[c] = -std::numeric_limits<double>::infinity();
        }
        const double total = math::log_sum_exp(as_span(std::as_const(terms)));
        for (index c = 0; c < components; ++c)
          fit_.responsibilities(i, c) = math::exp(terms[c] - total);
        per_cell[i] = total + likelihood.log_base_measure(counts_->cell(i), fit_.sizes[i]);
      }
    });
    double sum = 0;
    for (index i = 0; i < per_cell.size(); ++i) sum += per_cell[i];
    fit_.log_likelihood.push_back(sum / static_cast<double>(per_cell.size()));
  }

  template <executor Executor>
  void maximise(const Executor& run) {
    const index cells = counts_->cells(), components = fit_.responsibilities.cols();
    const matrix<double>& r = fit_.responsibilities;
    scratch_vector<double> mass(components, 0.0), depth(components, 0.0);
    for (index i = 0; i < cells; ++i)
      for (index c = 0; c < components; ++c) {
        mass[c] += r(i, c);
        depth[c] += r(i, c) * fit_.sizes[i];
      }
    constexpr double prior = 0.1;  // keeps an empty component possible
    fit_.weights.resize(components);
    for (index c = 0; c < components; ++c)
      fit_.weights[c] = (mass[c] + prior) /
                        (static_cast<double>(cells) + prior * static_cast<double>(components));
    const bool first = fit_.mean.size() == 0;
    if (first) fit_.mean = matrix<double>::Zero(components, counts_->genes());
    for_each_range(run, counts_->genes(), 64, [&](index begin, index end) {
      scratch_vector<double> up(components), down(components);
      for (index m = begin; m < end; ++m) {
        const auto at = by_gene_->cells(m);
        const auto values = by_gene_->values(m);
        const auto weight = [&](double size, index c) {  // NB2: counts of deep cells say less
          if constexpr (std::same_as<Sizes, scaled_mean>)
            return first ? 1.0 : 1 / (1 + size * fit_.mean(c, m) / fit_.theta[m]);
          else
            return 1.0;
        };
        for (index c = 0; c < components; ++c) {
          const double pseudo = options_.pseudo_cells * weight(1, c);
          up[c] = pseudo * gene_means_[m];
          down[c] = pseudo + depth[c];
          if constexpr (std::same_as<Sizes, scaled_mean>) {
            down[c] = pseudo;
            for (index i = 0; i < cells; ++i)
              down[c] += weight(fit_.sizes[i], c) * r(i, c) * fit_.sizes[i];
          }
        }
        for (std::size_t k = 0; k < at.size(); ++k)
          for (index c = 0; c < components; ++c)
            up[c] += weight(fit_.sizes[at[k]], c) * r(at[k], c) * static_cast<double>(values[k]);
        for (index c = 0; c < components; ++c)
          fit_.mean(c, m) = down[c] > 0 ? std::max(up[c] / down[c], least_mean) : least_mean;
      }
    });
  }

  /// theta of every gene, each count about its own cell's mean.
  template <executor Executor>
  void update_dispersions(const Executor& run) {
    const index cells = counts_->cells(), components = fit_.components();
    const matrix<double>& r = fit_.responsibilities;
    // Cells whose component is certain and whose size is 1 share its mean.
    scratch_vector<index> certain(cells, -1), others(cells);
    scratch_vector<double> number(components, 0.0);
    std::size_t uncertain = 0;
    for (index i = 0; i < cells; ++i) {
      index& own = certain[i];
      for (index c = 0; c < components && !Sizes::uses_sizes; ++c)
        if (r(i, c) > 1 - 1e-12) own = c;
      if (own < 0)
        others[static_cast<index>(uncertain++)] = i;
      else
        number[own] += 1;
    }
    for_each_range(run, counts_->genes(), 16, [&](index begin, index end) {
      dispersion_tally& tally = dispersion_tally::here(components + cells, cells);
      scratch_vector<double> totals(components);
      scratch_vector<double> count(cells, 0.0);  // of every cell
      for (index m = begin; m < end; ++m) {
        const auto at = by_gene_->cells(m);
        const auto values = by_gene_->values(m);
        tally.clear();
        std::fill(totals.begin(), totals.end(), 0.0);
        for (std::size_t k = 0; k < at.size(); ++k) {
          const index i = at[k];
          const auto x = static_cast<double>(values[k]);
          tally.add_count(x, 1, Sizes::dispersion(fit_.sizes[at[k]], 1.0));
          if (certain[i] >= 0)
            totals[certain[i]] += x;
          else
            count[i] = x;
        }
        for (index c = 0; c < components; ++c) {
          if (number[c] > 0) tally.add_cells(fit_.mean(c, m), number[c], totals[c]);
        }
        for (const index i : as_span(std::as_const(others)).first(uncertain)) {
          double mean = 0;
          for (index c = 0; c < components; ++c) mean += r(i, c) * fit_.mean(c, m);
          tally.add_cells(Sizes::mean(fit_.sizes[i], mean), 1, count[i],
                          Sizes::dispersion(fit_.sizes[i], 1.0));
          count[i] = 0;
        }
        const auto found = fit_inverse_dispersion(tally.data(), fit_.theta[m], options_.dispersion);
        fit_.statuses[static_cast<std::size_t>(m)] = found.status;
        fit_.theta[m] = found.theta;
      }
    });
  }

  const Counts* counts_;
  categorical_em_options options_;
  std::optional<counts_by_gene<typename Counts::value_type>> by_gene_;
  vector<double> gene_means_;
  std::vector<index> label_;  ///< of every cell; empty where the group is free
  categorical_fit fit_;
  static constexpr double least_mean = 1e-10;
};

/// The harmonium that a fit without size factors is: negative binomial visible units and one
/// categorical group, with b_c = log pi_c - A_c, A_c the log-partition of the visible layer given
/// category c, and W_c = eta_c relative to a = eta_0. Same likelihood of any cell.
inline rbm<negative_binomial, categorical> to_harmonium(const categorical_fit& fit) {
  const index components = fit.components();
  rbm<negative_binomial, categorical> model(negative_binomial(fit.theta),
                                            categorical(1, components));
  for (index m = 0; m < fit.genes(); ++m) {
    const double base = nb_natural_from_mean(fit.mean(0, m), fit.theta[m]);
    model.bias(0)[static_cast<std::size_t>(m)] = base;
    for (index c = 0; c < components; ++c)
      model.weights(0)(m, c) = nb_natural_from_mean(fit.mean(c, m), fit.theta[m]) - base;
  }
  for (index c = 0; c < components; ++c) {
    double partition = 0;
    for (index m = 0; m < fit.genes(); ++m)
      partition += fit.theta[m] * math::log1p(fit.mean(c, m) / fit.theta[m]);
    model.bias(1)[static_cast<std::size_t>(c)] = math::log(fit.weights[c]) - partition;
  }
  return model;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Figures that tell how a training run goes.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <optional>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/likelihood/enumeration.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/training/log_mean_scale.hpp"
#include "harmonium/training/mean_field.hpp"
#include "harmonium/units/nb_log_masses.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium {

/// Log base measure of every cell's counts, in nats. Depends on the visible units (theta), not on
/// weights or biases.
/// @param masses memory that is kept for the next time
/// @param[out] result length cells
template <class Units, count_source Counts>
void log_base_measures(const Units& units, const Counts& counts,
                       std::optional<nb_log_masses>& masses,
                       vector<typename Units::scalar>& result) {
  using scalar = typename Units::scalar;
  result.resize(counts.cells());
  if constexpr (std::same_as<Units, basic_negative_binomial<scalar>>) {
    const auto theta = as_span(units.inverse_dispersion());
    if (masses)
      masses->assign(theta);
    else
      masses.emplace(theta);
    for (index i = 0; i < counts.cells(); ++i)
      result[i] = static_cast<scalar>(masses->log_base_measure(counts.cell(i)));
    return;
  }
  scratch_vector<scalar> dense(counts.genes(), scalar(0));
  for (index i = 0; i < counts.cells(); ++i) {
    const auto cell = counts.cell(i);
    row::for_each_nonzero(cell, [&](index m, auto x) { dense[m] = static_cast<scalar>(x); });
    result[i] = units.log_base_measure(as_span(std::as_const(dense)));
    row::for_each_nonzero(cell, [&](index m, auto) { dense[m] = scalar(0); });
  }
}
template <class Units, count_source Counts>
vector<typename Units::scalar> log_base_measures(const Units& units, const Counts& counts) {
  std::optional<nb_log_masses> masses;
  vector<typename Units::scalar> result;
  log_base_measures(units, counts, masses, result);
  return result;
}

/// Mean over cells and genes of |x - E[x | h]|, in counts, with h the given means of h_1.
/// @param hidden cells x size(1), row by row
template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            std::span<const typename Model::scalar> hidden) {
  using scalar = typename Model::scalar;
  if (counts.cells() == 0) return 0;
  scratch_vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    scratch_vector<scalar> eta(model.size(0)), expected(model.size(0));
    for (index i = begin; i < end; ++i) {
      const std::span<const scalar> h(hidden.data() + i * model.size(1),
                                      static_cast<std::size_t>(model.size(1)));
      model.visible_input(h, as_span(eta));
      model.visible().mean(as_span(std::as_const(eta)), as_span(expected));
      double error = 0;
      for (index m = 0; m < expected.size(); ++m) error += static_cast<double>(expected[m]);
      row::for_each_nonzero(counts.cell(i), [&](index m, auto x) {
        const auto mu = static_cast<double>(expected[m]);
        error += std::abs(static_cast<double>(x) - mu) - mu;
      });
      per_cell[i] = error;
    }
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += per_cell[i];
  return total / static_cast<double>(counts.cells()) / static_cast<double>(counts.genes());
}

template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            const matrix<typename Model::scalar>& hidden) {
  return reconstruction_error(run, model, counts,
                              std::span<const typename Model::scalar>(
                                  hidden.data(), static_cast<std::size_t>(hidden.size())));
}

/// The same with the means of the mean-field posterior.
template <executor Executor, class Model, count_source Counts>
double reconstruction_error(const Executor& run, const Model& model, const Counts& counts,
                            const mean_field_options& options = {}) {
  scratch_vector<typename Model::scalar> hidden(counts.cells() * model.size(1));
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    layer_scratch<Model> means(model, 1);
    for (index i = begin; i < end; ++i) {
      mean_field(model, counts.cell(i), means.spans(), work, options);
      std::copy_n(means[1].data(), model.size(1), hidden.data() + i * model.size(1));
    }
  });
  return reconstruction_error(run, model, counts, as_span(std::as_const(hidden)));
}

/// Root mean square of the weights between layer `below` and the next.
template <class Model>
double weight_norm(const Model& model, std::size_t below) {
  const auto weights = model.weights(below);
  double sum = 0;
  for (index i = 0; i < weights.size(); ++i) {
    const auto w = static_cast<double>(weights.data()[i]);
    sum += w * w;
  }
  return std::sqrt(sum / static_cast<double>(weights.size()));
}

/// Mean free energy and exact mean log-likelihood of cells under a model small enough to enumerate.
struct exact_fit_figures {
  double free_energy;     ///< -log sum_h exp(-E(x, h)), nats per cell
  double log_likelihood;  ///< nats per cell
};

/// @param base what `log_base_measures` gives
template <executor Executor, class Model, count_source Counts>
exact_fit_figures exact_fit(const Executor& run, const Model& model,
                            const hidden_enumeration<Model>& hidden, const Counts& counts,
                            const vector<typename Model::scalar>& base) {
  if (counts.cells() == 0) return {0, 0};
  scratch_vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    for (index i = begin; i < end; ++i)
      per_cell[i] = static_cast<double>(log_unnormalised(model, hidden, counts.cell(i), base[i]));
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += per_cell[i];
  const double mean = total / static_cast<double>(counts.cells());
  return {-mean, mean - static_cast<double>(hidden.log_partition())};
}
template <executor Executor, class Model, count_source Counts>
exact_fit_figures exact_fit(const Executor& run, const Model& model,
                            const hidden_enumeration<Model>& hidden, const Counts& counts) {
  return exact_fit(run, model, hidden, counts, log_base_measures(model.visible(), counts));
}

/// Mean-field lower bound of log sum_h exp(-E(x, h)), the log of the unnormalised p(x): E[-E(x, h)]
/// plus the entropy of h when all hidden units are independent with the given means. For hidden
/// units without a base measure of their own.
/// @param means hidden layers as `mean_field` leaves them
template <class Model, class Row>
double mean_field_bound(const Model& model, const Row& x, double log_base,
                        const typename Model::state_type& means) {
  using scalar = typename Model::scalar;
  double bound = log_base + static_cast<double>(row::dot<scalar>(x, model.bias(0)));
  vector<scalar> below(model.size(1));
  model.first_hidden_input(x, as_span(below));
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      const auto& units = model.template units<layer()>();
      const auto own = as_span(means[layer()]);
      if constexpr (layer() > 1) {
        const auto b = model.bias(layer());
        below.resize(model.size(layer()));
        std::copy(b.begin(), b.end(), below.data());
        row::add_product<scalar>(as_span(means[layer() - 1]), model.weights(layer() - 1),
                                 as_span(below));
      }
      vector<scalar> eta(model.size(layer()));
      units.natural_from_mean(own, as_span(eta));
      double sum = static_cast<double>(units.log_partition(as_span(std::as_const(eta))));
      for (std::size_t k = 0; k < own.size(); ++k) {
        const auto i = static_cast<index>(k);
        sum += static_cast<double>(own[k]) *
               (static_cast<double>(below[i]) - static_cast<double>(eta[i]));
      }
      bound += sum;
    }
  });
  return bound;
}

/// Mean log-likelihood of cells for a given log Z, such as an estimate by annealing.
struct estimated_fit_figures {
  double log_likelihood;  ///< nats per cell
  bool lower_bound;       ///< more than one hidden layer: of the cells' hidden sums only a
                          ///< mean-field bound is known
};

/// For hidden layers of any size. With one hidden layer the cells' free energies are exact, and all
/// error is that of `log_partition`, the same for every cell.
template <executor Executor, class Model, count_source Counts>
estimated_fit_figures estimated_fit(const Executor& run, const Model& model, double log_partition,
                                    const Counts& counts, const mean_field_options& options = {}) {
  constexpr bool bounded = Model::hidden_layers > 1;
  if (counts.cells() == 0) return {0, bounded};
  const auto base = log_base_measures(model.visible(), counts);
  vector<double> per_cell(counts.cells());
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    auto means = model.make_state();
    for (index i = begin; i < end; ++i) {
      if constexpr (bounded) {
        mean_field(model, counts.cell(i), means, work, options);
        per_cell[i] = mean_field_bound(model, counts.cell(i), static_cast<double>(base[i]), means);
      } else {
        per_cell[i] = -static_cast<double>(free_energy(model, counts.cell(i), base[i]));
      }
    }
  });
  double total = 0;
  for (index i = 0; i < per_cell.size(); ++i) total += per_cell[i];
  return {total / static_cast<double>(counts.cells()) - log_partition, bounded};
}

/// Natural parameters of every hidden layer at the cells' average mean-field means: the reference
/// distribution that annealing and tempering start from best.
/// @param inside share of the way from those means to those of undecided units; more where few
///        cells say little about rare states
template <executor Executor, class Model, count_source Counts>
typename Model::state_type mean_field_reference(const Executor& run, const Model& model,
                                                const Counts& counts, double inside = 0.05,
                                                const mean_field_options& options = {}) {
  using scalar = typename Model::scalar;
  auto hidden_only = model.make_state();
  hidden_only[0].resize(0);
  std::vector<typename Model::state_type> means(static_cast<std::size_t>(counts.cells()),
                                                hidden_only);
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    mean_field_workspace<Model> work(model);
    for (index i = begin; i < end; ++i)
      mean_field(model, counts.cell(i), means[static_cast<std::size_t>(i)], work, options);
  });
  auto reference = model.make_state();
  Model::for_each_layer([&](auto layer) {
    if constexpr (layer() > 0) {
      vector<scalar> average = vector<scalar>::Zero(model.size(layer()));
      const scalar share = scalar(1) / static_cast<scalar>(std::max<index>(1, counts.cells()));
      for (const auto& cell : means)
        row::add<scalar>(as_span(cell[layer()]), share, as_span(average));
      const auto& units = model.template units<layer()>();
      keep_inside(units, inside, as_span(average));
      units.natural_from_mean(as_span(std::as_const(average)), as_span(reference[layer()]));
    }
  });
  return reference;
}

}  // namespace harmonium

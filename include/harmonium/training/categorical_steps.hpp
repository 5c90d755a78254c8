// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The steps of expectation-maximisation for a categorical harmonium, each a function of a fit.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/categorical_fit.hpp"
#include "harmonium/training/component_likelihood.hpp"
#include "harmonium/units/dispersion.hpp"

namespace harmonium::inline v0_2 {

/// E-step: responsibilities of all cells and the log-likelihood.
/// @param labels one per cell clamps it to the components of that type; empty: free
/// @param groups one per cell, the row of `fit.group_factor`; empty: none
template <size_factor_policy Sizes, executor Executor, count_source Counts>
void expect_components(const Executor& run, const Counts& counts, std::span<const index> labels,
                       std::span<const index> groups, categorical_fit& fit) {
  const index components = fit.components();
  std::vector<matrix<double>> means;  // of the groups
  for (index g = 0; g < fit.group_factor.rows(); ++g) {
    means.push_back(fit.mean);
    for (index c = 0; c < components; ++c)
      for (index m = 0; m < fit.genes(); ++m) means.back()(c, m) *= fit.group_factor(g, m);
  }
  std::vector<component_likelihood<Sizes>> likelihoods;
  if (means.empty()) likelihoods.emplace_back(fit.mean, fit.theta);
  for (const auto& mean : means) likelihoods.emplace_back(mean, fit.theta);
  std::vector<double> per_cell(static_cast<std::size_t>(counts.cells()));
  for_each_range(run, counts.cells(), 32, [&](index begin, index end) {
    std::vector<double> terms(static_cast<std::size_t>(components));
    for (index i = begin; i < end; ++i) {
      const auto& likelihood =
          likelihoods[means.empty()
                          ? 0
                          : static_cast<std::size_t>(groups[static_cast<std::size_t>(i)])];
      likelihood.evaluate(counts.cell(i), fit.sizes[i], terms);
      for (std::size_t c = 0; c < terms.size(); ++c) {
        terms[c] += math::log(fit.weights[static_cast<index>(c)]);
        if (!labels.empty() && fit.type[c] != labels[static_cast<std::size_t>(i)])
          terms[c] = -std::numeric_limits<double>::infinity();
      }
      const double total = math::log_sum_exp(std::span<const double>(terms));
      for (index c = 0; c < components; ++c)
        fit.responsibilities(i, c) = math::exp(terms[static_cast<std::size_t>(c)] - total);
      per_cell[static_cast<std::size_t>(i)] =
          total + likelihood.log_base_measure(counts.cell(i), fit.sizes[i]);
    }
  });
  double sum = 0;
  for (const double cell : per_cell) sum += cell;
  fit.log_likelihood = sum / static_cast<double>(per_cell.size());
}

/// A component's weight given its cells and all: a tenth of a cell in every component keeps an
/// empty one possible.
[[nodiscard]] inline double weight_of_component(double cells, double all,
                                                index components) noexcept {
  constexpr double prior_cells = 0.1;
  return (cells + prior_cells) / (all + prior_cells * static_cast<double>(components));
}

/// A mean given the counts and the cells that they are of, kept positive.
[[nodiscard]] inline double mean_of_component(double counts, double cells) noexcept {
  constexpr double least = 1e-10;
  return cells > 0 ? std::max(counts / cells, least) : least;
}

/// M-step: weights and means. Where the size policy is not `separable`, the means take one step of
/// a fixed-point iteration; from no means at all, one with equal weights.
/// @param groups  one per cell, the row of `fit.group_factor`; empty: none
/// @param average mean count of every gene, of which every component starts with `pseudo` cells
template <size_factor_policy Sizes, executor Executor, class Value>
void maximise_components(const Executor& run, const counts_by_gene<Value>& counts,
                         std::span<const index> groups, const vector<double>& average,
                         double pseudo, categorical_fit& fit) {
  const index cells = counts.cells(), components = fit.responsibilities.cols();
  const matrix<double>& r = fit.responsibilities;
  const index kinds = std::max<index>(fit.group_factor.rows(), 1);
  const bool grouped = fit.group_factor.rows() > 0;
  const auto factor = [&](index i, index m) {
    return grouped ? fit.group_factor(groups[static_cast<std::size_t>(i)], m) : 1.0;
  };
  vector<double> mass = vector<double>::Zero(components);
  matrix<double> depth = matrix<double>::Zero(kinds, components);
  double all = 0;
  for (index i = 0; i < cells; ++i)
    for (index c = 0; c < components; ++c) {
      mass[c] += r(i, c);
      depth(grouped ? groups[static_cast<std::size_t>(i)] : 0, c) += r(i, c) * fit.sizes[i];
    }
  for (index c = 0; c < components; ++c) all += mass[c];
  fit.weights.resize(components);
  for (index c = 0; c < components; ++c)
    fit.weights[c] = weight_of_component(mass[c], all, components);
  const bool first = fit.mean.size() == 0;
  if (first) fit.mean = matrix<double>::Zero(components, counts.genes());
  for_each_range(run, counts.genes(), 64, [&](index begin, index end) {
    std::vector<double> up(static_cast<std::size_t>(components)), down(up.size());
    for (index m = begin; m < end; ++m) {
      const auto at = counts.cells(m);
      const auto values = counts.values(m);
      const auto weight = [&](double size, std::size_t c) {
        if (Sizes::separable || first) return 1.0;
        return Sizes::weight(size, fit.mean(static_cast<index>(c), m), fit.theta[m]);
      };
      for (std::size_t c = 0; c < up.size(); ++c) {
        const double own = pseudo * weight(1, c);
        up[c] = own * average[m];
        down[c] = own;
        if constexpr (Sizes::separable) {
          for (index g = 0; g < kinds; ++g) {
            const double own_depth = depth(g, static_cast<index>(c));
            down[c] += grouped ? own_depth * fit.group_factor(g, m) : own_depth;
          }
        } else {
          for (index i = 0; i < cells; ++i) {
            const double size = fit.sizes[i] * factor(i, m);
            down[c] += weight(size, c) * r(i, static_cast<index>(c)) * size;
          }
        }
      }
      for (std::size_t k = 0; k < at.size(); ++k) {
        const double* share = r.data() + at[k] * components;
        const auto x = static_cast<double>(values[k]);
        for (std::size_t c = 0; c < up.size(); ++c)
          up[c] += weight(fit.sizes[at[k]] * factor(at[k], m), c) * share[c] * x;
      }
      for (std::size_t c = 0; c < up.size(); ++c)
        fit.mean(static_cast<index>(c), m) = mean_of_component(up[c], down[c]);
    }
  });
}

/// theta of every gene by penalised maximum likelihood, each count about its own cell's mean.
/// Cost of a gene: its non-zero counts, and a few logarithms for every cell whose component is not
/// certain (for every cell where there are size factors).
/// @param groups one per cell, the row of `fit.group_factor`; empty: none
/// @param used   one per cell, whether theta is learned from it; empty: from all
template <size_factor_policy Sizes, executor Executor, class Value>
void update_component_theta(const Executor& run, const counts_by_gene<Value>& counts,
                            std::span<const index> groups, std::span<const char> used,
                            const dispersion_options& options, categorical_fit& fit) {
  constexpr double certainty = 1 - 1e-12;
  const index cells = counts.cells(), components = fit.components();
  const matrix<double>& r = fit.responsibilities;
  const bool grouped = fit.group_factor.rows() > 0;
  const index kinds = std::max<index>(fit.group_factor.rows(), 1);
  const auto group_of = [&](index i) {
    return grouped ? groups[static_cast<std::size_t>(i)] : index{0};
  };
  // Cells whose component is certain and whose size is 1 share its mean, in their group.
  const auto mean_of = [&](index c, index g, index m) {
    return grouped ? fit.mean(c, m) * fit.group_factor(g, m) : fit.mean(c, m);
  };
  std::vector<index> others;
  std::vector<index> component(static_cast<std::size_t>(cells), -1);
  std::vector<double> number(static_cast<std::size_t>(components * kinds), 0.0);
  for (index i = 0; i < cells; ++i) {
    if (!used.empty() && !used[static_cast<std::size_t>(i)]) continue;
    index& own = component[static_cast<std::size_t>(i)];
    for (index c = 0; c < components && !Sizes::uses_sizes; ++c)
      if (r(i, c) > certainty) own = c * kinds + group_of(i);
    if (own < 0)
      others.push_back(i);
    else
      number[static_cast<std::size_t>(own)] += 1;
  }
  for_each_range(run, counts.genes(), 16, [&](index begin, index end) {
    dispersion_tally tally;
    std::vector<double> totals(number.size());
    std::vector<double> count(static_cast<std::size_t>(cells), 0.0);  // of every cell
    for (index m = begin; m < end; ++m) {
      const auto at = counts.cells(m);
      const auto values = counts.values(m);
      tally.clear();
      std::fill(totals.begin(), totals.end(), 0.0);
      for (std::size_t k = 0; k < at.size(); ++k) {
        const auto i = static_cast<std::size_t>(at[k]);
        if (!used.empty() && !used[i]) continue;
        const auto x = static_cast<double>(values[k]);
        tally.add_count(x, 1, Sizes::dispersion(fit.sizes[at[k]], 1.0));
        if (component[i] >= 0)
          totals[static_cast<std::size_t>(component[i])] += x;
        else
          count[i] = x;
      }
      for (std::size_t c = 0; c < totals.size(); ++c)
        if (number[c] > 0)
          tally.add_cells(mean_of(static_cast<index>(c) / kinds, static_cast<index>(c) % kinds, m),
                          number[c], totals[c]);
      for (const index i : others) {
        double mean = 0;
        for (index c = 0; c < components; ++c) mean += r(i, c) * mean_of(c, group_of(i), m);
        double& own = count[static_cast<std::size_t>(i)];
        tally.add_cells(Sizes::mean(fit.sizes[i], mean), 1, own,
                        Sizes::dispersion(fit.sizes[i], 1.0));
        own = 0;
      }
      const auto found = fit_inverse_dispersion(tally.data(), fit.theta[m], options);
      fit.statuses[static_cast<std::size_t>(m)] = found.status;
      fit.theta[m] = found.theta;
    }
  });
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What batches or donors of a pilot do to the means and shares of its hidden states.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/groups/group_effects.hpp"
#include "harmonium/training/groups/random_effects.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `fit_group_effects`.
struct group_effect_options {
  /// Whether a state may differ between groups in genes of its own, as a donor's monocytes do; of
  /// batches, whose machines know no types, it may not.
  bool by_state = false;
  random_effect_options effects = {};  ///< of the estimates
};

/// Concentration of the Dirichlet distribution that the groups' shares of states come from:
/// posterior mean of the correlation 1 / (1 + concentration), the prior flat in the logarithm of
/// the concentration from 1 to 10^4.
/// @param cells  groups x states, numbers of cells
/// @param shares length states, sum to 1
[[nodiscard]] inline double share_concentration(const matrix<double>& cells,
                                                const vector<double>& shares) {
  constexpr index points = 81;
  std::vector<double> log_likelihood;
  std::vector<double> at;
  for (index k = 0; k < points; ++k) {
    const double total = math::exp(math::log(1e4) * static_cast<double>(k) / (points - 1));
    double sum = 0;
    for (index g = 0; g < cells.rows(); ++g) {
      double all = 0;
      for (index s = 0; s < cells.cols(); ++s) {
        const double x = cells(g, s), own = total * shares[s];
        all += x;
        if (x > 0 && own > 0) sum += math::log_gamma(x + own) - math::log_gamma(own);
      }
      if (all > 0) sum -= math::log_gamma(all + total) - math::log_gamma(total);
    }
    log_likelihood.push_back(sum);
    at.push_back(total);
  }
  const double largest = *std::max_element(log_likelihood.begin(), log_likelihood.end());
  double sum = 0, correlation = 0;
  for (std::size_t k = 0; k < at.size(); ++k) {
    const double weight = math::exp(log_likelihood[k] - largest);
    sum += weight;
    correlation += weight / (1 + at[k]);
  }
  return sum / correlation - 1;
}

/// Effects on genes that all states of a group share. The total of unlike negative binomials is
/// taken for one with their mean and variance.
/// @param totals groups x genes
/// @param sized  groups x states, cells in sizes
/// @param mean   states x genes, of a cell of size 1
/// @param theta  inverse dispersions, `theta(s, m)`
template <executor Executor, class Theta>
random_effects effects_on_genes(const Executor& run, const matrix<double>& totals,
                                const matrix<double>& sized, const matrix<double>& mean,
                                const Theta& theta, const random_effect_options& options = {}) {
  const index groups = totals.rows(), genes = totals.cols();
  matrix<double> expected = matrix<double>::Zero(groups, genes), excess = expected;
  for (index s = 0; s < mean.rows(); ++s)
    for (index g = 0; g < groups; ++g)
      for (index m = 0; m < genes; ++m) {
        const double own = sized(g, s) * mean(s, m);
        expected(g, m) += own;
        excess(g, m) += own * mean(s, m) / theta(s, m);
      }
  for (index g = 0; g < groups; ++g)
    for (index m = 0; m < genes; ++m)
      excess(g, m) =
          excess(g, m) > 0 ? std::max(expected(g, m) * expected(g, m) / excess(g, m), 1e-6) : 1;
  return fit_random_effects(run, totals, expected, excess, options);
}

/// Learns them: factors of genes that all states share, with `by_state` then what is left of every
/// state (`fit_random_effects`, both), and shares of states, those of a group shrunk to the mean by
/// their Dirichlet distribution. Cells count for the state that they are assigned to.
/// @param counts the pilot, cells x genes
/// @param states with the state of every cell; its means are those of all groups together
/// @param group  of every cell, 0 to `groups` - 1
/// @throws std::invalid_argument for groups out of range or without a cell.
template <executor Executor, count_source Counts>
group_effects fit_group_effects(const Executor& run, const Counts& counts,
                                const count_states& states, std::span<const index> group,
                                index groups, const group_effect_options& options = {}) {
  check(states, "fit_group_effects");
  const index cells = counts.cells(), genes = counts.genes(), kinds = states.states();
  require(states.cells() == cells && states.genes() == genes && std::ssize(group) == cells,
          "fit_group_effects", "states, groups and counts are of different cells or genes");
  require(groups >= 1, "fit_group_effects", "at least one group is needed");
  group_effects found;
  found.cells.assign(static_cast<std::size_t>(groups), 0);
  matrix<double> number = matrix<double>::Zero(groups, kinds), sized = number;
  std::vector<matrix<double>> totals(static_cast<std::size_t>(kinds),
                                     matrix<double>::Zero(groups, genes));
  for (index i = 0; i < cells; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const index g = group[at], s = states.cell[at];
    require(g >= 0 && g < groups, "fit_group_effects",
            "cell " + std::to_string(i) + " is of group " + std::to_string(g) + " of " +
                std::to_string(groups));
    ++found.cells[static_cast<std::size_t>(g)];
    number(g, s) += 1;
    sized(g, s) += states.sizes[i];
    auto& own = totals[static_cast<std::size_t>(s)];
    row::for_each_nonzero(counts.cell(i),
                          [&](index m, auto value) { own(g, m) += static_cast<double>(value); });
  }
  for (const index n : found.cells)
    require(n >= 1, "fit_group_effects", "every group needs at least one cell");

  matrix<double> all = matrix<double>::Zero(groups, genes);
  for (const auto& own : totals) all += own;
  auto common = effects_on_genes(
      run, all, sized, states.mean, [&](index s, index m) { return states.theta(s, m); },
      options.effects);
  found.depth = std::move(common.depth);
  found.gene = std::move(common.effect);
  found.gene_deviation = std::move(common.deviation);

  if (options.by_state) {
    matrix<double> expected(groups, genes), dispersion(groups, genes);
    found.state.assign(static_cast<std::size_t>(groups), matrix<double>::Zero(kinds, genes));
    found.state_deviation = matrix<double>::Zero(kinds, genes);
    auto within = options.effects;
    within.with_depth = false;
    for (index s = 0; s < kinds; ++s) {
      for (index g = 0; g < groups; ++g)
        for (index m = 0; m < genes; ++m) {
          expected(g, m) = sized(g, s) * states.mean(s, m) * math::exp(found.gene(g, m));
          dispersion(g, m) = std::max(sized(g, s), 1e-6) * states.theta(s, m);
        }
      const auto own = fit_random_effects(run, totals[static_cast<std::size_t>(s)], expected,
                                          dispersion, within);
      for (index m = 0; m < genes; ++m) {
        found.state_deviation(s, m) = own.deviation[m];
        for (index g = 0; g < groups; ++g)
          found.state[static_cast<std::size_t>(g)](s, m) = own.effect(g, m);
      }
    }
  }

  found.mean_shares = vector<double>::Zero(kinds);
  for (index g = 0; g < groups; ++g)
    for (index s = 0; s < kinds; ++s)
      found.mean_shares[s] += number(g, s) /
                              static_cast<double>(found.cells[static_cast<std::size_t>(g)]) /
                              static_cast<double>(groups);
  found.concentration = share_concentration(number, found.mean_shares);
  found.shares.resize(groups, kinds);
  for (index g = 0; g < groups; ++g)
    for (index s = 0; s < kinds; ++s)
      found.shares(g, s) =
          (number(g, s) + found.concentration * found.mean_shares[s]) /
          (static_cast<double>(found.cells[static_cast<std::size_t>(g)]) + found.concentration);
  return found;
}

/// The negative binomials that the counts of a pilot's cells follow, each of its state in its
/// group; state and group are numbered together, state x groups + group.
/// @throws std::invalid_argument if the parts do not fit together.
inline count_states states_by_group(const count_states& states, const group_effects& effects,
                                    std::span<const index> group) {
  check(effects, states);
  require(std::ssize(group) == states.cells(), "states_by_group", "one group per cell is needed");
  const index groups = effects.groups(), all = states.states() * groups;
  count_states made{vector<double>::Zero(all), matrix<double>(all, states.genes()),
                    matrix<double>(all, states.genes()), states.cell, states.sizes};
  for (index g = 0; g < groups; ++g) {
    const count_states own = states_in_group(states, effects, g);
    for (index s = 0; s < states.states(); ++s) {
      made.mean.row(s * groups + g) = own.mean.row(s);
      made.theta.row(s * groups + g) = own.theta.row(s);
      made.weights[s * groups + g] =
          own.weights[s] * static_cast<double>(effects.cells[static_cast<std::size_t>(g)]);
    }
  }
  for (std::size_t i = 0; i < made.cell.size(); ++i)
    made.cell[i] = made.cell[i] * groups + group[i];
  return made;
}

}  // namespace harmonium::inline v0_2

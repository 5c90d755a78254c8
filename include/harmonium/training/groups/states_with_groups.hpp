// SPDX-License-Identifier: MIT
/// @file
/// Hidden states of a pilot that has batches or donors: the groups' effects on them, and
/// dispersions about the means that each group has.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/groups/group_effects.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/groups/fit_group_effects.hpp"

namespace harmonium::inline v0_2 {

/// States, and what groups do to them.
struct states_and_groups {
  count_states states;                           ///< as an average group has them
  component_dispersions dispersion;              ///< about the means of the group
  group_effects effects;                         ///< on the means
  std::shared_ptr<const count_states> by_group;  ///< for `residual_training_options`
};

/// The means of states without what their groups did to them: a state that one group has most cells
/// of has that group's factors in its mean.
/// @param states with means of all their cells together
template <executor Executor, count_source Counts>
matrix<double> means_without_groups(const Executor& run, const Counts& counts,
                                    const count_states& states, std::span<const index> group,
                                    index groups, const random_effect_options& options) {
  require(std::ssize(group) == counts.cells() && states.cells() == counts.cells(),
          "means_without_groups", "states, groups and counts are of different cells");
  matrix<double> sized = matrix<double>::Zero(groups, states.states());
  matrix<double> totals = matrix<double>::Zero(groups, states.genes());
  for (index i = 0; i < counts.cells(); ++i) {
    const index g = group[static_cast<std::size_t>(i)];
    sized(g, states.cell[static_cast<std::size_t>(i)]) += states.sizes[i];
    row::for_each_nonzero(counts.cell(i),
                          [&](index m, auto value) { totals(g, m) += static_cast<double>(value); });
  }
  const vector<double> all = sized.colwise().sum();
  matrix<double> mean = states.mean;
  constexpr int rounds = 3;
  for (int round = 0; round < rounds; ++round) {
    const auto found = effects_on_genes(
        run, totals, sized, mean, [&](index s, index m) { return states.theta(s, m); }, options);
    for (index s = 0; s < states.states(); ++s)
      for (index m = 0; m < states.genes(); ++m) {
        double factor = 0;
        for (index g = 0; g < groups; ++g) factor += sized(g, s) * math::exp(found.effect(g, m));
        if (all[s] > 0) mean(s, m) = std::max(states.mean(s, m) * all[s] / factor, 1e-10);
      }
  }
  return mean;
}

/// Takes the groups' effects out of the means, learns them, then the dispersions anew (what differs
/// between groups is not chance within them), then the effects with these. A state's dispersion is
/// the mean of its groups', in logarithms and by cells.
/// @param states     of the pilot, all groups together
/// @param dispersion of these states
/// @param group      of every cell, 0 to `groups` - 1
/// @throws std::invalid_argument as `fit_group_effects`.
template <size_factor_policy Sizes, executor Executor, count_source Counts, class Value>
states_and_groups states_with_groups(const Executor& run, const Counts& counts,
                                     const counts_by_gene<Value>& by_gene, count_states states,
                                     component_dispersions dispersion, std::span<const index> group,
                                     index groups, const group_effect_options& options = {},
                                     const component_dispersion_options& dispersions = {}) {
  states.mean = means_without_groups(run, counts, states, group, groups, options.effects);
  const auto first = fit_group_effects(run, counts, states, group, groups, options);
  const count_states adjusted = states_by_group(states, first, group);
  auto within = fit_component_dispersions<Sizes>(run, by_gene, adjusted.cell, adjusted.sizes,
                                                 adjusted.mean, dispersion.gene, dispersions);
  std::vector<double> cells(static_cast<std::size_t>(adjusted.states()), 0.0);
  for (const index v : adjusted.cell) cells[static_cast<std::size_t>(v)] += 1;
  for (index s = 0; s < states.states(); ++s) {
    double all = 0;
    for (index g = 0; g < groups; ++g) all += cells[static_cast<std::size_t>(s * groups + g)];
    for (index m = 0; m < states.genes(); ++m) {
      double sum = 0;
      for (index g = 0; g < groups; ++g)
        if (const double own = cells[static_cast<std::size_t>(s * groups + g)]; own > 0)
          sum += own * math::log(within.component(s * groups + g, m));
      states.theta(s, m) = all > 0 ? math::exp(sum / all) : within.gene[m];
    }
  }
  dispersion = {std::move(within.gene), states.theta, std::move(within.statuses)};
  states_and_groups found{std::move(states), std::move(dispersion), {}, {}};
  found.effects = fit_group_effects(run, counts, found.states, group, groups, options);
  found.by_group =
      std::make_shared<const count_states>(states_by_group(found.states, found.effects, group));
  return found;
}

}  // namespace harmonium::inline v0_2

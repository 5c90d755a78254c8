// SPDX-License-Identifier: MIT
/// @file
/// Hidden states of a pilot that has batches or donors: the groups' effects on them, and
/// dispersions about the means that each group has.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/groups/group_effects.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/training/component_dispersions.hpp"
#include "harmonium/training/groups/fit_group_effects.hpp"

namespace harmonium::inline v0_2 {

/// States, and what groups do to them.
struct states_and_groups {
  count_states states;
  component_dispersions dispersion;
  group_effects effects;
  std::shared_ptr<const count_states> by_group;  ///< for `residual_training_options`
};

/// Learns the groups' effects, then the dispersions anew (what differs between groups is not chance
/// within them), then the effects with these. A state's dispersion is the mean of its groups', in
/// logarithms and by cells.
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

// SPDX-License-Identifier: MIT
/// @file
/// The goal to see enough cells of every type, and how many that takes (component
/// `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/cells_needed.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/evidence.hpp"

namespace harmonium::inline v0_2 {

/// The least number in [1, limit] at which something that does not fall with it holds, if any.
template <class Holds>
[[nodiscard]] std::optional<index> least_number(index limit, Holds&& holds) {
  index low = 1, high = 1;
  while (!holds(high)) {
    if (high >= limit) return {};
    low = high + 1;
    high = std::min(limit, 2 * high);
  }
  while (low < high) {
    const index middle = low + (high - low) / 2;
    if (holds(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

inline constexpr double least_frequency = 1e-6;  ///< rarer draws are taken for this

/// Cells in which every type has `least` with the given probability, for every draw of the
/// frequencies: the posterior of the cells needed.
struct cells_posterior {
  std::vector<double> sorted;  ///< cells needed, one per draw, ascending

  [[nodiscard]] index at(double p) const {
    return static_cast<index>(std::ceil(quantile_of_sorted(sorted, p) - 1e-9));
  }
};

/// @param draws frequencies, draws x types
/// @param rare  another type of this frequency that must be seen, too
[[nodiscard]] inline cells_posterior cells_needed_by_draw(const matrix<double>& draws, index least,
                                                          double probability,
                                                          std::optional<double> rare = {}) {
  cells_posterior found;
  std::vector<double> frequencies;
  for (index d = 0; d < draws.rows(); ++d) {
    frequencies.assign(draws.row(d).data(), draws.row(d).data() + draws.cols());
    if (rare) frequencies.push_back(*rare);
    for (double& f : frequencies) f = std::clamp(f, least_frequency, 1.0);
    found.sorted.push_back(static_cast<double>(cells_needed({frequencies, least}, probability)));
  }
  std::sort(found.sorted.begin(), found.sorted.end());
  return found;
}

/// At least `least` cells of every type. The rule is `reach_rule::assured`: the number holds for
/// 95 % of what the pilot leaves open.
struct see_goal {
  double probability = 0.95;
  index least = 10;
  std::optional<double> rare = {};      ///< frequency of a type that the pilot need not hold
  std::vector<std::string> types = {};  ///< named ones only; empty: all

  [[nodiscard]] std::string name() const { return "see"; }

  /// @throws std::invalid_argument for a type that the pilot does not have, or options out of range
  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    require(least >= 1, "see_goal", "at least 1 cell, got " + std::to_string(least));
    require(!rare || (*rare > 0 && *rare <= 1), "see_goal",
            "the rare type's frequency must be above 0 and at most 1");
    auto chosen = std::make_shared<matrix<double>>(draws_of(evidence));
    prepared_goal ready;
    ready.rule = reach_rule::assured;
    ready.success = "at least " + std::to_string(least) + " cells of each of " +
                    (types.empty() ? "the " + std::to_string(evidence.pilot.names.size())
                                   : std::to_string(types.size()) + " named") +
                    " types" + (rare ? " and of a rare one" : "");
    ready.parts = types.empty() ? evidence.pilot.names : types;
    const auto over_draws = [chosen](auto&& chance) {
      std::vector<double> chances;
      double sum = 0;
      for (index d = 0; d < chosen->rows(); ++d) {
        chances.push_back(chance(std::span<const double>(
            chosen->row(d).data(), static_cast<std::size_t>(chosen->cols()))));
        sum += chances.back();
      }
      std::sort(chances.begin(), chances.end());
      return chance_estimate{sum / static_cast<double>(chances.size()),
                             quantile_of_sorted(chances, 0.05), quantile_of_sorted(chances, 0.95)};
    };
    const index wanted = least;
    const auto extra = rare;
    ready.chance = [over_draws, wanted, extra](const plan_design& design) {
      const double also = extra ? chance_of_at_least(wanted, design.total(), *extra) : 1.0;
      return over_draws([&](std::span<const double> frequencies) {
        return also * chance_of_all({frequencies, wanted}, design.total());
      });
    };
    ready.chance_of_part = [over_draws, wanted](const plan_design& design, index part) {
      return over_draws([&](std::span<const double> frequencies) {
        return chance_of_at_least(wanted, design.total(),
                                  frequencies[static_cast<std::size_t>(part)]);
      });
    };
    return ready;
  }

  /// Frequencies of the types asked for, draws x types.
  [[nodiscard]] matrix<double> draws_of(const plan_evidence& evidence) const {
    const matrix<double>& all = evidence.frequencies.draws;
    if (types.empty()) return all;
    matrix<double> some(all.rows(), static_cast<index>(types.size()));
    for (std::size_t k = 0; k < types.size(); ++k)
      some.col(static_cast<index>(k)) = all.col(evidence.pilot.type_named(types[k]));
    return some;
  }
};

static_assert(planning_goal<see_goal>);

}  // namespace harmonium::inline v0_2

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
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/cells_needed.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"
#include "harmonium/study/planning/share_variation.hpp"

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

/// What cells are counted in: those of one tissue, or of so many donors whose shares differ.
struct share_draws {
  matrix<double> frequencies;       ///< draws x types
  matrix<double> variation = {};    ///< the same, as in `frequency_posterior`; empty: no donors
  std::optional<double> rare = {};  ///< another type of this frequency that must be seen, too

  /// The chance of at least `least` cells of every type, given one draw, in `cells` of each of
  /// `donors` donors: the product over types, as in `chance_of_all`. Without variation donors make
  /// no difference.
  [[nodiscard]] double chance(index draw, index least, index donors, index cells) const {
    double all = rare ? of_type(least, donors, cells, *rare, typical_share_deviation) : 1.0;
    for (index t = 0; t < frequencies.cols(); ++t)
      all *= chance_of_type(draw, t, least, donors, cells);
    return all;
  }
  [[nodiscard]] double chance_of_type(index draw, index type, index least, index donors,
                                      index cells) const {
    return of_type(least, donors, cells, frequencies(draw, type),
                   variation.size() > 0 ? variation(draw, type) : 0.0);
  }

 private:
  [[nodiscard]] double of_type(index least, index donors, index cells, double frequency,
                               double deviation) const {
    if (variation.size() == 0) return chance_of_at_least(least, donors * cells, frequency);
    return chance_over_donors(least, donors, cells, {frequency, deviation});
  }
};

inline constexpr index most_cells_needed = 100'000'000;  ///< that a search goes to

/// @param donors 0: cells of one tissue, without regard to donors; else the cells of all of them
///               together
[[nodiscard]] inline cells_posterior cells_needed_by_draw(const share_draws& draws, index least,
                                                          double probability, index donors = 0) {
  cells_posterior found;
  std::vector<double> frequencies;
  for (index d = 0; d < draws.frequencies.rows(); ++d) {
    if (donors > 0) {
      const auto each = least_number(most_cells_needed / donors, [&](index cells) {
        return draws.chance(d, least, donors, cells) >= probability;
      });
      found.sorted.push_back(each ? static_cast<double>(donors * *each)
                                  : static_cast<double>(most_cells_needed));
      continue;
    }
    frequencies.clear();
    for (index t = 0; t < draws.frequencies.cols(); ++t)
      frequencies.push_back(draws.frequencies(d, t));
    if (draws.rare) frequencies.push_back(*draws.rare);
    for (double& f : frequencies) f = std::clamp(f, least_frequency, 1.0);
    found.sorted.push_back(static_cast<double>(cells_needed({frequencies, least}, probability)));
  }
  std::sort(found.sorted.begin(), found.sorted.end());
  return found;
}

/// At least `least` cells of every type, of all donors together. Where the frequencies were
/// estimated with donors (`frequency_options::by_donor`) each donor of a design has shares of its
/// own, so that more donors help more than as many cells; else cells are counted without regard to
/// donors, as if all had the pilot's shares. The rule is `reach_rule::assured`: the number holds
/// for 95 % of what the pilot leaves open.
struct see_goal {
  double probability = 0.95;            ///< that every type has so many
  index least = 10;                     ///< cells of each type, >= 1
  std::optional<double> rare = {};      ///< frequency of a type that the pilot need not hold
  std::vector<std::string> types = {};  ///< named ones only; empty: all

  [[nodiscard]] std::string name() const { return "see"; }

  /// @throws std::invalid_argument for a type that the pilot does not have, or options out of range
  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    require(least >= 1, "see_goal", "at least 1 cell, got " + std::to_string(least));
    require(!rare || (*rare > 0 && *rare <= 1), "see_goal",
            "the rare type's frequency must be above 0 and at most 1");
    auto chosen = std::make_shared<share_draws>(draws_of(evidence.frequencies, evidence.pilot));
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
      for (index d = 0; d < chosen->frequencies.rows(); ++d) {
        chances.push_back(chance(d));
        sum += chances.back();
      }
      std::sort(chances.begin(), chances.end());
      return chance_estimate{sum / static_cast<double>(chances.size()),
                             quantile_of_sorted(chances, 0.05), quantile_of_sorted(chances, 0.95)};
    };
    ready.chance = [over_draws, chosen, wanted = least](const plan_design& design) {
      return over_draws(
          [&](index d) { return chosen->chance(d, wanted, design.all_donors(), design.cells); });
    };
    ready.chance_of_part = [over_draws, chosen, wanted = least](const plan_design& design,
                                                                index part) {
      return over_draws([&](index d) {
        return chosen->chance_of_type(d, part, wanted, design.all_donors(), design.cells);
      });
    };
    return ready;
  }

  /// Of the types asked for.
  [[nodiscard]] share_draws draws_of(const frequency_posterior& known,
                                     const plan_pilot& pilot) const {
    if (types.empty()) return {known.draws, known.variation, rare};
    const auto columns = [&](const matrix<double>& all) {
      if (all.size() == 0) return all;
      matrix<double> some(all.rows(), static_cast<index>(types.size()));
      for (std::size_t k = 0; k < types.size(); ++k)
        some.col(static_cast<index>(k)) = all.col(pilot.type_named(types[k]));
      return some;
    };
    return {columns(known.draws), columns(known.variation), rare};
  }
};

static_assert(planning_goal<see_goal>);

}  // namespace harmonium::inline v0_2

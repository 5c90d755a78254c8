// SPDX-License-Identifier: MIT
/// @file
/// Goals over designs: the least that reaches each, the frontier of chance and price, the best
/// within a budget (component `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/prices.hpp"
#include "harmonium/study/planning/see.hpp"

namespace harmonium::inline v0_2 {

/// Which designs are considered.
struct design_space {
  std::vector<index> sizes{192, 384, 768, 1536, 3072};  ///< total cells of synthetic experiments
  std::vector<index> donors{1};                         ///< of a condition, ascending
  std::vector<double> depths{0.5};    ///< besides the pilot's, 1; each above 0 and below 1
  index most_cells = 200'000;         ///< of a donor
  std::optional<double> budget = {};  ///< in the unit of the prices
  design_prices prices = {};          ///< of a design
};

/// A goal, and the cells it takes.
struct goal_result {
  std::string name, success;           ///< the goal's, and what counts for it in words
  double probability = 0;              ///< asked for
  reach_rule rule = reach_rule::mean;  ///< what has to reach the probability
  bool is_within_reach = true;         ///< false: no number of cells reaches it
  /// Of each donor, with the first number of donors that reaches it, if any does.
  std::optional<index> cells;
  index donors = 0;                ///< that number
  design_cost cost;                ///< of this goal alone
  std::vector<std::string> parts;  ///< names, where the goal asks for several things
  std::vector<std::optional<index>>
      cells_of_parts;  ///< cells of each donor that each of them takes; none: not reached
  std::vector<chance_estimate> chances_of_parts;  ///< in the answer; empty where there is none
  std::vector<std::string> doubts;                ///< what to distrust
};

/// A design with the chance of every goal.
struct design_result {
  plan_design design;                    ///< cells, donors, depth
  std::vector<chance_estimate> chances;  ///< one per goal
  double least = 0;                      ///< the smallest of their means, of goals within reach
  bool reaches_all = false;              ///< goals within reach, with the probabilities asked for
  index binding = 0;                     ///< the goal that is furthest from its probability
  index loaded = 0;                      ///< cells, of all donors
  design_cost cost;                      ///< of all goals together
  bool is_frontier = false;              ///< no design is as cheap and has a larger `least`

  /// What designs are ordered by: the price, else cells.
  [[nodiscard]] double size() const {
    return cost.amount ? *cost.amount : static_cast<double>(design.total());
  }
};

/// Designs, and the one to choose.
struct design_search {
  std::vector<goal_result> goals;              ///< in the order they were asked
  std::vector<design_result> designs;          ///< by price, else by cells
  std::optional<design_result> answer;         ///< the cheapest that reaches all goals
  std::optional<index> binding;                ///< the goal that asks for most cells in it
  std::optional<design_result> within_budget;  ///< the one with the largest `least`
};

namespace detail {

[[nodiscard]] inline double counted(const chance_estimate& chance, reach_rule rule) {
  return rule == reach_rule::assured ? chance.lower : chance.mean;
}

}  // namespace detail

/// Depths other than 1 are answers only where reads have a price: else they save nothing.
/// @param asked probability of each prepared goal
/// @throws std::invalid_argument for a space without donors or out of range
[[nodiscard]] inline design_search search_designs(std::span<const prepared_goal> prepared,
                                                  std::span<const std::string> names,
                                                  std::span<const double> asked,
                                                  const design_space& space) {
  require(!space.donors.empty() && space.most_cells >= 1, "search_designs",
          "a number of donors and cells is needed");
  for (const index donors : space.donors)
    require(donors >= 1, "search_designs", "at least 1 donor, got " + std::to_string(donors));
  design_search found;
  for (std::size_t g = 0; g < prepared.size(); ++g)
    found.goals.push_back({.name = names[g],
                           .success = prepared[g].success,
                           .probability = asked[g],
                           .rule = prepared[g].rule,
                           .is_within_reach = prepared[g].is_within_reach,
                           .cells = {},
                           .donors = 0,
                           .cost = {},
                           .parts = prepared[g].parts,
                           .cells_of_parts = {},
                           .chances_of_parts = {},
                           .doubts = prepared[g].doubts});
  std::vector<double> depths{1};
  depths.insert(depths.end(), space.depths.begin(), space.depths.end());
  index conditions = 1;
  for (const auto& goal : prepared) conditions = std::max(conditions, goal.conditions);
  const auto evaluate = [&](const plan_design& design) {
    design_result one;
    one.design = design;
    one.least = 1;
    one.reaches_all = !prepared.empty();
    double furthest = 2;
    bool is_any = false;
    for (std::size_t g = 0; g < prepared.size(); ++g) {
      one.chances.push_back(prepared[g].chance(design));
      if (!prepared[g].is_within_reach) continue;
      is_any = true;
      const double chance = detail::counted(one.chances.back(), prepared[g].rule);
      one.least = std::min(one.least, one.chances.back().mean);
      if (chance < asked[g]) one.reaches_all = false;
      if (chance - asked[g] < furthest) {
        furthest = chance - asked[g];
        one.binding = static_cast<index>(g);
      }
    }
    if (!is_any) one.reaches_all = false, one.least = 0;
    one.cost = price_of(design, space.prices);
    one.loaded = one.cost.loaded;
    return one;
  };

  std::vector<design_result> exact;  // the least of every lane
  for (std::size_t d = 0; d < depths.size(); ++d)
    for (const index donors : space.donors) {
      index most = 0;
      bool is_reached = true, is_any = false;
      std::size_t binding = 0;
      for (std::size_t g = 0; g < prepared.size(); ++g) {
        if (!prepared[g].is_within_reach) continue;
        is_any = true;
        const auto needed = [&](const auto& chance) {
          return least_number(space.most_cells, [&](index cells) {
            const plan_design design{donors, cells, depths[d], conditions};
            return detail::counted(chance(design), prepared[g].rule) >= asked[g];
          });
        };
        const auto cells = needed(prepared[g].chance);
        auto& goal = found.goals[g];
        if (d == 0 && cells && !goal.cells) {
          goal.cells = cells;
          goal.donors = donors;
          goal.cost = price_of({donors, *cells, 1, conditions}, space.prices);
        }
        if (d == 0 && donors == space.donors.front())
          for (std::size_t p = 0; p < goal.parts.size(); ++p)
            goal.cells_of_parts.push_back(needed([&](const plan_design& design) {
              return prepared[g].chance_of_part(design, static_cast<index>(p));
            }));
        if (!cells) is_reached = false;
        if (cells && *cells > most) {
          most = *cells;
          binding = g;
        }
      }
      const double end =
          1.5 *
          static_cast<double>(std::max(
              most, (space.sizes.empty() ? 1000 : space.sizes.back()) / (donors * conditions)));
      constexpr int steps = 20;
      for (int k = 0; k <= steps; ++k) {  // from 1 / 32 of the end, rounded to two digits
        const double cells = end * math::exp(-(1 - k / static_cast<double>(steps)) * 3.4657359);
        const double unit = std::pow(10.0, std::floor(std::log10(cells)) - 1);
        const plan_design design{
            donors, std::max<index>(1, static_cast<index>(std::round(cells / unit) * unit)),
            depths[d], conditions};
        found.designs.push_back(evaluate(design));
      }
      const plan_design design{donors, most, depths[d], conditions};
      if (!is_any || !is_reached || most == 0) continue;
      auto row = evaluate(design);
      row.binding = static_cast<index>(binding);
      found.designs.push_back(row);
      if (d == 0 || space.prices.per_million_reads) exact.push_back(std::move(row));
    }
  std::stable_sort(found.designs.begin(), found.designs.end(),
                   [](const auto& a, const auto& b) { return a.size() < b.size(); });
  double best = -1;
  for (auto& one : found.designs) {
    one.is_frontier = one.least > best;
    best = std::max(best, one.least);
  }
  for (const auto& one : exact)
    if (!found.answer || one.size() < found.answer->size()) found.answer = one;
  if (found.answer) {
    found.binding = found.answer->binding;
    for (std::size_t g = 0; g < prepared.size(); ++g)
      for (std::size_t p = 0; p < prepared[g].parts.size(); ++p)
        found.goals[g].chances_of_parts.push_back(
            prepared[g].chance_of_part(found.answer->design, static_cast<index>(p)));
  }
  if (space.budget)
    for (const auto& one : found.designs)
      if (one.cost.amount && *one.cost.amount <= *space.budget &&
          (!found.within_budget || one.least > found.within_budget->least))
        found.within_budget = one;
  return found;
}

}  // namespace harmonium::inline v0_2

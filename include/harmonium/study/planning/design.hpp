// SPDX-License-Identifier: MIT
/// @file
/// Designs of experiments, and the contract of what an experiment is for.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// An experiment that could be done.
struct plan_design {
  index donors = 1;      ///< in each condition
  index cells = 0;       ///< of each donor, usable ones
  double depth = 1;      ///< molecules per cell, as a share of the pilot's
  index conditions = 1;  ///< 2 where a goal compares two

  [[nodiscard]] index all_donors() const noexcept { return conditions * donors; }
  [[nodiscard]] index total() const noexcept { return all_donors() * cells; }
  friend bool operator==(const plan_design&, const plan_design&) = default;
};

/// The chance that an experiment does what it is for: what the pilot leaves open averaged over, and
/// the 90 % interval of the chance over what it leaves open.
struct chance_estimate {
  double mean = 0;              ///< over what the pilot leaves open, 0 to 1
  double lower = 0, upper = 0;  ///< ends of the 90 % interval
};

/// Which end of the estimate has to reach the probability asked for.
enum class reach_rule {
  mean,    ///< the next experiment succeeds with that probability
  assured  ///< the lower end: for 95 % of what the pilot leaves open it does
};

/// A goal as one pilot shows it. Laws: chances lie between 0 and 1, lower <= mean or mean <= upper
/// may fail by rounding only, and none falls with more cells or donors.
struct prepared_goal {
  std::string success;                 ///< what counts, in a sentence without a full stop
  reach_rule rule = reach_rule::mean;  ///< what has to reach the probability
  std::function<chance_estimate(const plan_design&)> chance;  ///< that a design reaches the goal
  /// Where the goal asks for several things, such as one per type: their names.
  std::vector<std::string> parts = {};
  /// And the chance of each.
  std::function<chance_estimate(const plan_design&, index part)> chance_of_part = {};
  std::vector<std::string> doubts = {};  ///< what to distrust
  bool is_within_reach = true;           ///< false: no number of cells reaches it
  index conditions = 1;                  ///< that the goal compares; designs have the most of them
};

struct plan_evidence;  // evidence.hpp

/// What an experiment is for. `name` is short and has no comma; `probability` is what the chance
/// must reach. `prepare` works on what the pilot shows, and may be called from one thread only.
template <class G>
concept planning_goal = std::copyable<G> && requires(const G& goal, const plan_evidence& evidence) {
  { goal.name() } -> std::convertible_to<std::string>;
  { goal.probability } -> std::convertible_to<double>;
  { goal.prepare(evidence) } -> std::same_as<prepared_goal>;
};

/// Any of them, chosen at run time.
struct any_planning_goal {
  std::string called;                                             ///< as the goal's `name`
  double probability = 0.8;                                       ///< as the goal's
  std::function<prepared_goal(const plan_evidence&)> prepare_it;  ///< as the goal's `prepare`

  template <planning_goal Goal>
  static any_planning_goal of(Goal goal) {
    return {goal.name(), goal.probability,
            [goal](const plan_evidence& evidence) { return goal.prepare(evidence); }};
  }
  [[nodiscard]] const std::string& name() const noexcept { return called; }
  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    return prepare_it(evidence);
  }
};

static_assert(planning_goal<any_planning_goal>);

}  // namespace harmonium::inline v0_2

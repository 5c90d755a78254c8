// SPDX-License-Identifier: MIT
/// @file
/// An experiment planned from its pilot: how many cells, of how many donors, for what it is for
/// (component `harmonium::planning`).
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
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/study/planning/curves.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/donors.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/frequency_posterior.hpp"
#include "harmonium/study/planning/run_experiments.hpp"
#include "harmonium/study/planning/search_designs.hpp"
#include "harmonium/study/planning/see.hpp"
#include "harmonium/study/unseen_mass.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `plan`.
struct plan_options {
  experiment_options experiments = {};  ///< with at least one model
  frequency_options frequencies = {};   ///< of the types
  see_goal seen = {};                   ///< what "enough cells of every type" means in `type_needs`
  double f1 = 0.5;                      ///< at which curves count a type as found anew
  /// high / low of the cells needed up to which a pilot settles the matter.
  double settled_ratio = 3;
  /// With a pilot of one donor: experiments are of other donors, whose shares differ by an assumed
  /// law (`typical_share_deviation`). False: they are of the pilot's tissue. A pilot of several
  /// donors shows how they differ, and this is not looked at.
  bool are_donors_new = false;
};

/// Cells to see every type, and how sure the pilot makes it.
struct type_needs {
  index least = 0;         ///< cells of each type
  double probability = 0;  ///< that all types have so many
  index donors = 0;        ///< whose cells these are, of all together; 0: of one tissue
  index low = 0, middle = 0, high = 0;  ///< 90 % interval and median of the cells needed. `high` is
                                        ///< enough for 95 % of what the pilot leaves open.
  index on_average = 0;  ///< at which the chance is the probability with all that averaged over
  std::vector<index> of_type;  ///< for 95 %, as `high`, for each type alone
};

/// Everything a plan found.
struct plan_report {
  std::vector<std::string> types;         ///< their names
  std::vector<index> counts;              ///< cells of the pilot, per type
  frequency_posterior frequencies;        ///< of the types
  unseen_types unseen;                    ///< by Good-Turing and Chao
  type_needs needs;                       ///< to see every type
  std::optional<donor_variation> donors;  ///< where the pilot has at least two
  std::vector<index> sizes;               ///< of the experiments
  std::vector<std::string> columns;       ///< "model repeat", of the curves' values
  std::vector<plan_curve> curves;         ///< the first is the adjusted Rand index
  std::vector<depth_curve> depths;        ///< the first is full depth
  double counts_per_cell = 0;             ///< of the pilot, mean over its cells
  design_search search;                   ///< goals, designs, the answer
  /// Cells of a second pilot that would settle how many cells are needed; none where this one does.
  std::optional<index> next_pilot;
  /// Donors of that pilot, other ones with as many cells of each, where cells were taken by donor.
  std::optional<index> next_donors;
  std::vector<std::string> doubts;  ///< what makes the answer unsure
  bool is_finished = true;          ///< false: stopped by the observer, and all else is empty

  /// Posterior mean of the standard deviation of a donor's share of a type, over its mean. Only
  /// where `frequencies.variation` is not empty.
  [[nodiscard]] double donor_deviation(std::size_t type) const {
    return frequencies.variation.col(static_cast<index>(type)).mean();
  }
};

/// The least cells for a demand, as `see_goal` with these settings sees it, types apart from names.
/// @param donors of an experiment, in all; not looked at where the frequencies have no variation
[[nodiscard]] inline type_needs needs_of(const frequency_posterior& frequencies,
                                         const see_goal& goal, index donors = 1) {
  require(donors >= 1, "needs_of", "at least 1 donor, got " + std::to_string(donors));
  type_needs needs{goal.least, goal.probability, 0, 0, 0, 0, 0, {}};
  if (frequencies.variation.size() > 0) needs.donors = donors;
  const share_draws draws{frequencies.draws, frequencies.variation, goal.rare};
  const auto all = cells_needed_by_draw(draws, goal.least, goal.probability, needs.donors);
  needs.low = all.at(0.05);
  needs.middle = all.at(0.5);
  needs.high = all.at(0.95);
  for (index t = 0; t < frequencies.draws.cols(); ++t) {
    share_draws one{frequencies.draws.col(t)};
    if (needs.donors > 0) one.variation = frequencies.variation.col(t);
    needs.of_type.push_back(
        cells_needed_by_draw(one, goal.least, goal.probability, needs.donors).at(0.95));
  }
  const index together = std::max<index>(1, needs.donors);
  needs.on_average =
      together * least_number(most_cells_needed / together, [&](index cells) {
                   double sum = 0;
                   for (index d = 0; d < draws.frequencies.rows(); ++d)
                     sum += draws.chance(d, goal.least, together, cells);
                   return sum / static_cast<double>(draws.frequencies.rows()) >= goal.probability;
                 }).value_or(most_cells_needed / together);
  return needs;
}

/// Plans an experiment. Frequencies are estimated, models of the pilot make experiments, which are
/// clustered, and every goal looks at both over the designs of the space.
/// @param goals  at least one
/// @param watch  sees the experiments and may stop the plan
/// @param rng    moves on by the same number of words whatever it finds
/// @throws std::invalid_argument for a pilot of fewer than 10 cells, no goals, or what goals,
///         models and options refuse
template <executor Executor, observer Watch>
[[nodiscard]] plan_report plan(const Executor& run, const plan_pilot& pilot,
                               std::span<const any_planning_goal> goals, const design_space& space,
                               const plan_options& options, Watch&& watch, random_engine& rng) {
  pilot.check();
  require(pilot.counts.cells() >= 10, "plan",
          "a pilot of at least 10 cells is needed, got " + std::to_string(pilot.counts.cells()));
  require(!goals.empty(), "plan", "there are no goals");
  std::vector<index> sizes = space.sizes;
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  std::vector<double> depths{1};
  depths.insert(depths.end(), space.depths.begin(), space.depths.end());
  for (std::size_t d = 1; d < depths.size(); ++d)
    require(depths[d] > 0 && depths[d] < 1, "plan", "depths lie above 0 and below 1");

  const random_streams streams(rng);
  random_engine of_frequencies = streams[0], of_experiments = streams[1], of_curves = streams[2];
  plan_report report;
  report.types = pilot.names;
  report.counts = pilot.cells_per_type();
  report.unseen = unseen_mass(report.counts);
  report.donors = estimate_donor_variation(pilot);
  frequency_options of_types = options.frequencies;
  if (report.donors || options.are_donors_new) of_types.by_donor = cells_by_donor(pilot);
  report.frequencies = estimate_frequencies(report.counts, of_types, of_frequencies);
  report.sizes = sizes;

  const experiment_figures figures =
      run_experiments(run, pilot, sizes, depths, options.experiments, watch, of_experiments);
  if (figures.experiments.columns.empty()) {
    plan_report stopped;
    stopped.is_finished = false;
    return stopped;
  }
  report.columns = figures.experiments.columns;
  report.curves = curves_of(figures, report.frequencies.mean, options.f1, of_curves);
  report.depths = depth_curves(figures.experiments);
  report.counts_per_cell = gene_means(pilot.counts).sum();

  const plan_evidence evidence{pilot, report.counts, report.frequencies, figures.experiments};
  std::vector<prepared_goal> prepared;
  std::vector<std::string> names;
  std::vector<double> asked;
  for (const auto& goal : goals) {
    require(goal.probability > 0 && goal.probability < 1, "plan",
            "the probability of goal '" + goal.name() + "' must be between 0 and 1");
    prepared.push_back(goal.prepare(evidence));
    names.push_back(goal.name());
    asked.push_back(goal.probability);
  }
  design_space tried = space;
  tried.sizes = sizes;
  report.search = search_designs(prepared, names, asked, tried);
  index conditions = 1;
  for (const auto& goal : prepared) conditions = std::max(conditions, goal.conditions);
  report.needs =
      needs_of(report.frequencies, options.seen,
               report.search.answer
                   ? report.search.answer->design.all_donors()
                   : conditions * *std::max_element(tried.donors.begin(), tried.donors.end()));

  if (pilot.counts.cells() < 50)
    report.doubts.push_back("the pilot has " + std::to_string(pilot.counts.cells()) +
                            " cells, fewer than 50");
  const double ratio = static_cast<double>(report.needs.high) /
                       static_cast<double>(std::max<index>(1, report.needs.low));
  if (ratio > options.settled_ratio) {
    // Intervals of log frequencies narrow as 1 / sqrt(cells).
    const double log_ratio = math::log(ratio), wanted = math::log(options.settled_ratio);
    const double times = log_ratio * log_ratio / (wanted * wanted) - 1;
    const auto more = [&](index than) {
      return static_cast<index>(std::ceil(static_cast<double>(than) * times));
    };
    report.next_pilot = more(pilot.counts.cells());
    if (of_types.by_donor.size() > 0) report.next_donors = more(of_types.by_donor.rows());
    report.doubts.push_back(
        (report.next_donors
             ? "the pilot has so few donors, or cells of the rarest type, that between "
             : "the rarest type has so few cells in the pilot that between ") +
        std::to_string(report.needs.low) + " and " + std::to_string(report.needs.high) +
        " cells may be needed");
  }
  if (report.unseen.mass > 0.05)
    report.doubts.push_back("about " + std::to_string(std::lround(100 * report.unseen.mass)) +
                            " % of the tissue's cells are of types the pilot has not seen");
  for (const auto& goal : report.search.goals)
    report.doubts.insert(report.doubts.end(), goal.doubts.begin(), goal.doubts.end());
  if (!report.donors)
    report.doubts.push_back(
        options.are_donors_new
            ? "how the shares of types differ between donors was ASSUMED (a standard deviation of "
              "about a third of the share): the pilot is of one donor, and is taken for one of many"
            : "a pilot of one donor tells nothing about how donors differ, and more cells do not "
              "make up for more donors: to see types, all donors count as having the pilot's "
              "shares");
  else if (report.donors->donors < 6)
    report.doubts.push_back("how the shares of types differ between donors was estimated from " +
                            std::to_string(report.donors->donors) + " donors only");
  return report;
}

}  // namespace harmonium::inline v0_2

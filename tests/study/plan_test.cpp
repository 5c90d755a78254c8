// SPDX-License-Identifier: MIT
#include "harmonium/study/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/simulate/tissue.hpp"
#include "harmonium/study/baseline_models.hpp"
#include "harmonium/study/plan_results.hpp"
#include "harmonium/study/planning/abundance.hpp"
#include "harmonium/study/planning/markers.hpp"
#include "harmonium/study/planning/rediscover.hpp"

namespace hm = harmonium;

namespace {

struct small_pilot {
  hm::tissue tissue;
  std::vector<std::string> names;

  small_pilot() {
    hm::random_engine rng(4);
    tissue = hm::simulate_tissue({.cells = 160, .genes = 60, .markers_per_type = 5}, rng);
    hm::index types = 0;
    for (const hm::index type : tissue.types) types = std::max(types, type + 1);
    for (hm::index t = 0; t < types; ++t) names.push_back("type " + std::to_string(t));
  }
  hm::plan_pilot pilot() const { return {tissue.counts, tissue.types, names, {}}; }
};

const std::vector<hm::any_planning_goal> goals{
    hm::any_planning_goal::of(hm::see_goal{.least = 5}),
    hm::any_planning_goal::of(hm::rediscover_goal{}),
    hm::any_planning_goal::of(hm::marker_goal{.type = "type 0", .probability = 0.3}),
    hm::any_planning_goal::of(hm::differential_goal{.type = "type 0"})};
const hm::design_space space{.sizes = {120, 60}, .donors = {2, 5}, .depths = {0.5}};

hm::plan_options options() {
  return {
      .experiments = {.models = {hm::any_study_model::of(hm::cluster_nb_model{})}, .repeats = 2},
      .frequencies = {.draws = 100},
      .seen = {.least = 5}};
}

}  // namespace

TEST_CASE("a plan is the same for any number of threads, and watched or not") {
  const small_pilot small;
  const auto planned = [&](const auto& run, auto&& watch) {
    hm::random_engine rng(9);
    return hm::plan(run, small.pilot(), goals, space, options(), watch, rng);
  };
  hm::index seen = 0;
  const auto one = planned(hm::serial_executor{}, hm::silent{});
  const auto other = planned(hm::thread_executor(2), [&](const hm::progress& now) {
    seen = now.done;
    return hm::flow::proceed;
  });
  CHECK(seen == 2);
  REQUIRE(one.is_finished);
  CHECK(one.sizes == std::vector<hm::index>{60, 120});
  CHECK(one.frequencies.draws == other.frequencies.draws);
  REQUIRE(one.curves.size() == 5);
  CHECK(one.curves[0].values == other.curves[0].values);
  CHECK(one.depths.size() == 2);
  REQUIRE(one.search.goals.size() == 4);
  REQUIRE(one.search.designs.size() == other.search.designs.size());
  for (std::size_t k = 0; k < one.search.designs.size(); ++k) {
    CHECK(one.search.designs[k].design == other.search.designs[k].design);
    CHECK(one.search.designs[k].least == other.search.designs[k].least);
    CHECK(one.search.designs[k].chances.size() == 4);
  }
  CHECK(one.needs.low <= one.needs.middle);
  CHECK(one.needs.middle <= one.needs.high);
  CHECK(one.needs.of_type.size() == small.names.size());
  // The number of "see" is the upper end of the interval, for both donors of both conditions.
  REQUIRE(one.search.goals[0].cells);
  const hm::index together = 4 * *one.search.goals[0].cells;
  CHECK(together >= one.needs.high - 1);
  CHECK(static_cast<double>(together) <= 1.05 * static_cast<double>(one.needs.high));
  for (const auto& goal : one.search.goals) {
    CHECK(goal.cells_of_parts.size() == goal.parts.size());
    CHECK(goal.chances_of_parts.size() == (one.search.answer ? goal.parts.size() : 0));
  }
  CHECK(one.search.designs.front().design.conditions == 2);  // `differential` compares two
  CHECK(one.counts_per_cell > 0);
}

TEST_CASE("a plan over donors: those of the pilot, or assumed to differ") {
  const small_pilot small;
  const std::vector<hm::any_planning_goal> see{
      hm::any_planning_goal::of(hm::see_goal{.probability = 0.8, .least = 2})};
  std::vector<hm::index> donors;
  for (hm::index i = 0; i < small.tissue.counts.cells(); ++i) donors.push_back(i % 4);
  auto how = options();
  const auto planned = [&](const hm::plan_pilot& pilot) {
    hm::random_engine rng(9);
    return hm::plan(hm::serial_executor{}, pilot, see, {.sizes = {60, 120}, .donors = {1, 4}}, how,
                    hm::silent{}, rng);
  };
  const auto doubted = [](const hm::plan_report& report, const std::string& what) {
    return std::any_of(report.doubts.begin(), report.doubts.end(),
                       [&](const auto& doubt) { return doubt.find(what) != std::string::npos; });
  };
  auto pilot = small.pilot();
  const auto without = planned(pilot);
  CHECK(without.frequencies.variation.size() == 0);
  CHECK(without.needs.donors == 0);
  CHECK(doubted(without, "count as having the pilot's shares"));
  how.are_donors_new = true;
  const auto assumed = planned(pilot);
  CHECK(doubted(assumed, "shares of types differ between donors was ASSUMED"));
  // What one donor leaves open other donors would show, not more cells of it.
  CHECK_FALSE(without.next_donors.has_value());
  REQUIRE(assumed.next_pilot.has_value());
  const hm::index cells_of_donor = small.tissue.counts.cells();
  CHECK(assumed.next_donors == (*assumed.next_pilot + cells_of_donor - 1) / cells_of_donor);
  const auto widths = [](const hm::frequency_posterior& known) {
    double sum = 0;
    for (std::size_t t = 0; t < known.mean.size(); ++t) sum += known.upper[t] - known.lower[t];
    return sum;
  };
  CHECK(widths(assumed.frequencies) > 1.5 * widths(without.frequencies));
  how.are_donors_new = false;
  pilot.donors = donors;
  const auto shown = planned(pilot);
  CHECK(doubted(shown, "estimated from 4 donors only"));
  REQUIRE(shown.search.answer);
  CHECK(shown.needs.donors == shown.search.answer->design.donors);
  // Donors of one tissue do not differ, and the same cells of more donors do not see less.
  CHECK(widths(shown.frequencies) < widths(assumed.frequencies));
  CHECK(shown.donor_deviation(0) < assumed.donor_deviation(0));
  for (const hm::index cells : {20, 40, 80}) {
    const hm::share_draws draws{shown.frequencies.draws, shown.frequencies.variation};
    double few = 0, many = 0;
    for (hm::index d = 0; d < draws.frequencies.rows(); ++d) {
      few += draws.chance(d, 2, 1, 4 * cells);
      many += draws.chance(d, 2, 4, cells);
    }
    CHECK(many >= few);
  }
}

TEST_CASE("a plan as xtensors with names") {
  const small_pilot small;
  hm::random_engine rng(9);
  const auto report =
      hm::plan(hm::serial_executor{}, small.pilot(), goals, space, options(), hm::silent{}, rng);
  const hm::plan_results found(report);
  REQUIRE(found.curves.shape()[0] == found.figures.size());
  CHECK(found.figures[0] == "adjusted_rand");
  CHECK(found.sizes == report.sizes);
  CHECK(found.curves(0, 1, 0) == report.curves[0].values(1, 0));
  CHECK(found.goals == std::vector<std::string>{"see", "rediscover", "markers", "differential"});
  REQUIRE(found.chances.shape()[0] == found.designs.size());
  CHECK(found.chances(3, 2, 1) == report.search.designs[3].chances[2].lower);
  CHECK(found.frequencies(1, 2) == report.frequencies.upper[1]);
  CHECK(std::isnan(found.costs[0]));  // no prices
}

TEST_CASE("a plan that is stopped says so, and one that cannot be begun too") {
  const small_pilot small;
  hm::random_engine rng(9);
  const auto stop = [](const hm::progress&) { return hm::flow::stop; };
  CHECK(!hm::plan(hm::serial_executor{}, small.pilot(), goals, space, options(), stop, rng)
             .is_finished);
  const std::vector<hm::any_planning_goal> none,
      unknown{hm::any_planning_goal::of(hm::marker_goal{.type = "x"})};
  CHECK_THROWS_AS((void)hm::plan(hm::serial_executor{}, small.pilot(), none, space, options(),
                                 hm::silent{}, rng),
                  std::invalid_argument);
  CHECK_THROWS_AS((void)hm::plan(hm::serial_executor{}, small.pilot(), unknown, space, options(),
                                 hm::silent{}, rng),
                  std::invalid_argument);
  auto wrong = small.pilot();
  wrong.names.pop_back();
  CHECK_THROWS_AS(
      (void)hm::plan(hm::serial_executor{}, wrong, goals, space, options(), hm::silent{}, rng),
      std::invalid_argument);
}

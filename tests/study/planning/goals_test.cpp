// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/draw/gamma.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/metrics/partition_agreement.hpp"
#include "harmonium/study/plan.hpp"
#include "harmonium/study/planning/abundance.hpp"
#include "harmonium/study/planning/difference.hpp"
#include "harmonium/study/planning/donors.hpp"
#include "harmonium/study/planning/markers.hpp"
#include "harmonium/study/planning/prices.hpp"
#include "harmonium/study/planning/reads.hpp"
#include "harmonium/study/planning/rediscover.hpp"
#include "harmonium/study/planning/search_designs.hpp"
#include "harmonium/study/planning/see.hpp"
#include "support/donor_cells.hpp"

namespace hm = harmonium;

namespace {

/// What a plan knows of two types, with certainty about their frequencies.
struct known_tissue {
  hm::count_matrix<> counts{1};
  std::vector<hm::index> types, per_type;
  std::vector<std::string> names{"rare", "frequent"};
  hm::frequency_posterior frequencies;
  hm::plan_experiments experiments;

  explicit known_tissue(double rare) {
    for (int i = 0; i < 100; ++i) {
      counts.push_back(0, 1 + i % 3);
      counts.finish_cell();
      types.push_back(i < 20 ? 0 : 1);
    }
    per_type = {20, 80};
    frequencies.draws = hm::matrix<double>(2, 2);
    frequencies.draws << rare, 1 - rare, rare, 1 - rare;
    frequencies.mean = frequencies.lower = frequencies.upper = {rare, 1 - rare};
    // Clusters find the rare type in 0, 2 and 4 of 4 experiments of 100, 200 and 400 cells.
    experiments.sizes = {100, 200, 400};
    experiments.depths = {1};
    experiments.columns = {"m 1", "m 2", "m 3", "m 4"};
    for (int s = 0; s < 3; ++s)
      for (int c = 0; c < 4; ++c) {
        hm::matrix<double> table(2, 2);
        if (c < 2 * s)
          table << 10, 0, 0, 90;
        else
          table << 5, 5, 45, 45;
        experiments.tables.push_back(table);
      }
  }
  hm::plan_pilot pilot() const { return {counts, types, names, {}}; }
};

}  // namespace

TEST_CASE("see: howmanycells where frequencies are known, the lower end where they are not") {
  const known_tissue known(0.02);
  const auto pilot = known.pilot();
  const hm::plan_evidence evidence{pilot, known.per_type, known.frequencies, known.experiments};
  const auto goal = hm::see_goal{.least = 50, .types = {"rare"}}.prepare(evidence);
  const std::vector<double> one(1, 0.02);
  const hm::index needed = hm::cells_needed({one, 50}, 0.95);
  CHECK(goal.chance({1, needed, 1}).lower >= 0.95);
  CHECK(goal.chance({1, needed - 1, 1}).mean < 0.95);
  CHECK(goal.chance({2, (needed + 1) / 2, 1}).mean >= 0.95);  // all donors together
  hm::matrix<double> open(100, 1);
  for (hm::index d = 0; d < 100; ++d) open(d, 0) = 0.01 + 0.0001 * static_cast<double>(d);
  const auto cells = hm::cells_needed_by_draw({open}, 10, 0.95);
  CHECK(cells.at(0.05) < cells.at(0.5));
  CHECK(cells.at(1) == hm::cells_needed({std::vector<double>{0.01}, 10}, 0.95));
  CHECK(hm::least_number(1000, [](hm::index n) { return n >= 637; }) == 637);
  CHECK(!hm::least_number(1000, [](hm::index) { return false; }));
}

TEST_CASE("see over donors: the chance of beta-binomial shares, against simulated donors") {
  // Three types with a deviation each, 4 donors of 60 cells, 8 of each type; 4000 experiments, five
  // standard errors of a share of a half are 0.04.
  const std::vector<double> mean{0.1, 0.2, 0.7};
  known_tissue known(0.1);
  known.names = {"a", "b", "c"};
  known.frequencies.draws = hm::matrix<double>(1, 3);
  known.frequencies.draws << 0.1, 0.2, 0.7;
  known.frequencies.variation = hm::matrix<double>(1, 3);
  // Of a Dirichlet law with correlation 0.05, so that shares sum to 1.
  const double all = 1 / 0.05 - 1;
  for (int t = 0; t < 3; ++t) {
    const double p = mean[static_cast<std::size_t>(t)];
    known.frequencies.variation(0, t) = std::sqrt(0.05 * (1 - p) / p);
  }
  const auto pilot = known.pilot();
  const hm::plan_evidence evidence{pilot, known.per_type, known.frequencies, known.experiments};
  const auto goal = hm::see_goal{.least = 20}.prepare(evidence);
  const auto simulated = [&](hm::index donors, hm::index cells) {
    int successes = 0;
    for (std::uint64_t e = 0; e < 4000; ++e) {
      hm::random_engine rng(31, e);
      int count[3] = {0, 0, 0};
      for (hm::index d = 0; d < donors; ++d) {
        double share[3], sum = 0;
        for (std::size_t t = 0; t < 3; ++t) sum += share[t] = hm::draw::gamma(mean[t] * all, rng);
        for (hm::index i = 0; i < cells; ++i) {
          const double u = hm::draw::uniform(rng) * sum;
          ++count[u < share[0] ? 0 : u < share[0] + share[1] ? 1 : 2];
        }
      }
      if (count[0] >= 20 && count[1] >= 20 && count[2] >= 20) ++successes;
    }
    return successes / 4000.0;
  };
  for (const hm::index donors : {1, 4, 12}) {
    const hm::plan_design design{donors, 240 / donors, 1};
    CHECK(std::abs(goal.chance(design).mean - simulated(donors, 240 / donors)) < 0.04);
  }
  // The same cells of more donors see more; in the end as if cells were independent.
  CHECK(goal.chance({4, 60, 1}).mean > goal.chance({1, 240, 1}).mean + 0.05);
  CHECK(goal.chance({12, 20, 1}).mean > goal.chance({4, 60, 1}).mean + 0.02);
  const double independent = hm::chance_of_all({mean, 20}, 240);
  CHECK(goal.chance({240, 1, 1}).mean == doctest::Approx(independent).epsilon(1e-9));
  // Two conditions are twice the donors, and what is needed of 4 donors is what reaches it.
  CHECK(goal.chance({2, 60, 1, 2}).mean == goal.chance({4, 60, 1}).mean);
  const auto needs = hm::needs_of(known.frequencies, {.probability = 0.9, .least = 20}, 4);
  CHECK(needs.donors == 4);
  CHECK(needs.low == needs.high);
  CHECK(goal.chance({4, needs.high / 4, 1}).mean >= 0.9);
  CHECK(goal.chance({4, needs.high / 4 - 1, 1}).mean < 0.9);
}

TEST_CASE("see: SCOPIT's and its library's published number") {
  // Davis, Gao & Navin (2019), BMC Bioinformatics 20:566; the example of their pmultinom 1.0: six
  // clones of a tumour, two cells of each of the first five with 95 % take 192 cells.
  const std::vector<double> clones{43 / 204.0, 20 / 204.0, 82 / 204.0, 17 / 204.0, 5 / 204.0};
  CHECK(hm::cells_needed({clones, 2}, 0.95) == 192);
}

TEST_CASE("rediscover and separate: shares of experiments, made to rise with size") {
  CHECK(hm::isotonic({0.1, 0.5, 0.3, 0.9}) == std::vector<double>{0.1, 0.4, 0.4, 0.9});
  const known_tissue known(0.1);
  const auto pilot = known.pilot();
  const hm::plan_evidence evidence{pilot, known.per_type, known.frequencies, known.experiments};
  const auto goal = hm::rediscover_goal{}.prepare(evidence);
  REQUIRE(goal.parts.size() == 2);
  CHECK(goal.chance({1, 100, 1}).mean == 0);
  CHECK(goal.chance({1, 200, 1}).mean == doctest::Approx(0.5));
  CHECK(goal.chance({1, 283, 1}).mean == doctest::Approx(0.75).epsilon(0.01));  // log axis
  CHECK(goal.chance({1, 9999, 1}).mean == 1);
  const auto half = goal.chance({1, 200, 1});
  CHECK(half.lower < 0.5);
  CHECK(half.upper > 0.5);
  const auto apart = hm::separate_goal{.first = "rare", .second = "frequent"}.prepare(evidence);
  CHECK(apart.chance({1, 200, 1}).mean == doctest::Approx(0.5));
  REQUIRE(apart.parts.size() == 2);
  CHECK(apart.chance_of_part({1, 200, 1}, 0).mean == doctest::Approx(0.5));
  CHECK(apart.chance_of_part({1, 200, 1}, 1).mean == 0);  // one gene is not five
  const hm::separate_goal twice{.first = "rare", .second = "rare"},
      unknown{.first = "rare", .second = "x"};
  CHECK_THROWS_AS((void)twice.prepare(evidence), std::invalid_argument);
  CHECK_THROWS_AS((void)unknown.prepare(evidence), std::invalid_argument);

  const std::vector<hm::index> types{0, 0, 1, 1, 2, 2, 2}, clusters{0, 1, 1, 1, 2, 2, 0};
  const auto table = hm::types_by_clusters(types, 3, clusters);
  CHECK(hm::adjusted_rand_of(table) == doctest::Approx(hm::adjusted_rand_index(types, clusters)));
  CHECK(hm::best_f1(table, 1) == doctest::Approx(0.8));
}

TEST_CASE("types that clusters never find are left out and named") {
  known_tissue known(0.1);
  for (auto& table : known.experiments.tables) table << 5, 5, 45, 45;
  const auto pilot = known.pilot();
  const hm::plan_evidence evidence{pilot, known.per_type, known.frequencies, known.experiments};
  const auto goal = hm::rediscover_goal{}.prepare(evidence);
  REQUIRE(goal.parts == std::vector<std::string>{"frequent"});
  REQUIRE(goal.doubts.size() == 1);
  CHECK(goal.doubts[0].find("rare") != std::string::npos);
}

TEST_CASE("a rare type that clusters find among made cells is doubted, a frequent one is not") {
  const auto doubts = [](hm::index rare_cells) {
    known_tissue known(0.1);
    known.per_type = {rare_cells, 100 - rare_cells};
    for (auto& table : known.experiments.tables) table << 10, 0, 0, 90;
    const auto pilot = known.pilot();
    const hm::plan_evidence evidence{pilot, known.per_type, known.frequencies, known.experiments};
    return hm::rediscover_goal{}.prepare(evidence).doubts;
  };
  CHECK(doubts(5).empty());
  REQUIRE(doubts(4).size() == 1);
  CHECK(doubts(4)[0].ends_with("rediscover says; here rare"));
}

TEST_CASE("abundance: the power of a t test between beta-binomial donors") {
  // 800 experiments; five standard errors of a share of 0.5 are 0.09.
  known_tissue known(0.1);
  const auto pilot = known.pilot();
  const hm::plan_evidence evidence{pilot, known.per_type, known.frequencies, known.experiments};
  const double correlation = 0.01;
  const auto deviation = [](double p, double c) { return std::sqrt(c * (1 - p) / p); };
  const double low = deviation(0.1, correlation);
  const hm::abundance_goal goal{.type = "rare", .fold = 1.5, .assumed = {low, low, low}};
  const auto ready = goal.prepare(evidence);
  const hm::plan_design design{8, 300, 1};
  const double power = ready.chance(design).mean;
  int found = 0;
  for (std::uint64_t e = 0; e < 800; ++e) {
    hm::random_engine rng(17, e);
    double sum[2] = {0, 0}, squares[2] = {0, 0};
    for (int condition = 0; condition < 2; ++condition)
      for (hm::index d = 0; d < design.donors; ++d) {
        const double p = condition == 0 ? 0.1 : 0.15;
        const double all = 1 / hm::share_law{p, low}.correlation() - 1;
        const double a = hm::draw::gamma(p * all, rng), b = hm::draw::gamma((1 - p) * all, rng);
        double cells = 0;
        for (hm::index i = 0; i < design.cells; ++i)
          if (hm::draw::uniform(rng) < a / (a + b)) cells += 1;
        const double share = cells / static_cast<double>(design.cells);
        sum[condition] += share;
        squares[condition] += share * share;
      }
    const auto n = static_cast<double>(design.donors);
    double spread = 0;
    for (int condition = 0; condition < 2; ++condition)
      spread += (squares[condition] - sum[condition] * sum[condition] / n) / (n - 1);
    const double t = (sum[1] - sum[0]) / n / std::sqrt(spread / n);
    if (std::abs(t) > 2.144787) ++found;  // t with 14 degrees of freedom, 0.975
  }
  CHECK(std::abs(found / 800.0 - power) < 0.09);
  CHECK(power > 0.3);
  CHECK(ready.chance({1, 300, 1}).mean == 0);  // one donor is no replicate
  CHECK(ready.chance({16, 300, 1}).mean > power);
  // Where the deviation is known within bounds, so is the chance, and its mean is within them.
  auto vague = goal;
  vague.assumed = {low, low / 2, 2 * low};
  const auto chance = vague.prepare(evidence).chance(design);
  CHECK(chance.mean == power);
  CHECK(chance.lower < power - 0.05);
  CHECK(chance.upper > power + 0.05);
  // The share is known here, so that the bounds are the chances at the bounds of the deviation.
  const auto chance_at = [&](double fixed) {
    auto exact = goal;
    exact.assumed = {fixed, fixed, fixed};
    return exact.prepare(evidence).chance(design).mean;
  };
  CHECK(chance.lower == doctest::Approx(chance_at(2 * low)).epsilon(1e-9));
  CHECK(chance.upper == doctest::Approx(chance_at(low / 2)).epsilon(1e-9));
  REQUIRE(ready.doubts.size() == 1);
  CHECK(ready.doubts[0].find("ASSUMED") != std::string::npos);
  // Where the pilot's donors show the deviation it is theirs, whatever is assumed.
  auto of_donors = known.frequencies;
  of_donors.variation =
      hm::matrix<double>::Constant(of_donors.draws.rows(), of_donors.draws.cols(), low);
  const hm::plan_evidence seen{pilot, known.per_type, of_donors, known.experiments};
  const auto shown = vague.prepare(seen);
  CHECK(shown.doubts.empty());
  CHECK(shown.chance(design).mean == doctest::Approx(power).epsilon(1e-9));
  CHECK(shown.chance(design).lower == doctest::Approx(power).epsilon(1e-9));
  of_donors.variation.array() *= 2;
  CHECK(vague.prepare(seen).chance(design).mean ==
        doctest::Approx(chance_at(2 * low)).epsilon(1e-9));
}

TEST_CASE("variation between donors: its interval holds a known correlation") {
  // 60 pilots of 6 donors with 100 cells each; five standard errors of 0.9 are 0.19.
  int holds = 0;
  for (std::uint64_t e = 0; e < 60; ++e) {
    hm::random_engine rng(23, e);
    hm::count_matrix<> counts(1);
    std::vector<hm::index> types, donors;
    for (hm::index d = 0; d < 6; ++d) {
      const double a = hm::draw::gamma(0.3 * 19, rng), b = hm::draw::gamma(0.7 * 19, rng);
      for (int i = 0; i < 100; ++i) {
        counts.push_back(0, 1);
        counts.finish_cell();
        donors.push_back(d);
        types.push_back(hm::draw::uniform(rng) < a / (a + b) ? 0 : 1);
      }
    }
    const auto found = hm::estimate_donor_variation({counts, types, {"a", "b"}, donors});
    REQUIRE(found);
    CHECK(found->donors == 6);
    if (found->lower <= 0.05 && 0.05 <= found->upper) ++holds;
  }
  CHECK(holds >= 60 * 0.71);
  const known_tissue one(0.1);
  CHECK(!hm::estimate_donor_variation(one.pilot()));
}

TEST_CASE("few donors: expression's variation is not underestimated") {
  // 20 pilots of 3 donors with about 30 cells of the type each; the mean of 20 estimates has an
  // error of 0.01 (120 genes, 2 degrees of freedom each). With the errors of means that were fitted
  // to the same donors taken in full it would be 0.1.
  double sum = 0;
  for (std::uint64_t e = 0; e < 20; ++e) {
    const auto made = support::make_donors(
        {.donors = 3, .cells_each = 60, .genes = 120, .depth = 0.3, .common = 0.25}, 40 + e);
    const std::vector<std::string> names{"a", "b"};
    const hm::plan_pilot pilot{made.counts, made.states.cell, names, made.donor};
    hm::vector<double> means(120), dispersions(120);
    for (const auto& g : hm::expressed_genes(pilot, 0, 0, 120)) {
      means[g.gene] = g.mean;
      dispersions[g.gene] = g.dispersion;
    }
    const auto found = hm::estimate_expression_variation(pilot, 0, means, dispersions);
    REQUIRE(found);
    sum += found->deviation.norm() / std::sqrt(120.0) / 20;
  }
  CHECK(sum > 0.22);
  CHECK(sum < 0.31);
}

TEST_CASE("differential: variation of expression between donors is the pilot's where it has some") {
  const auto made = support::make_donors(
      {.donors = 6, .cells_each = 60, .genes = 120, .depth = 0.4, .common = 0.4}, 1);
  const std::vector<std::string> names{"a", "b"};
  hm::plan_pilot pilot{made.counts, made.states.cell, names, made.donor};
  const hm::vector<double> means = made.states.mean.row(0),
                           dispersions = hm::vector<double>::Constant(120, 1.0 / 3);
  const auto shown = hm::estimate_expression_variation(pilot, 0, means, dispersions);
  REQUIRE(shown);
  CHECK(shown->donors == 6);
  // 720 effects, of which 30 cells show a logarithm to about 0.2; a shared depth is none of them.
  const double deviation = shown->deviation.norm() / std::sqrt(120.0);
  CHECK(deviation == doctest::Approx(0.4).epsilon(0.2));
  // Chi-square with 5 degrees of freedom: sqrt(5 / 11.07), sqrt(5 / 1.145).
  CHECK(shown->lower_scale == doctest::Approx(0.672).epsilon(0.01));
  CHECK(shown->upper_scale == doctest::Approx(2.089).epsilon(0.01));

  const std::vector<hm::index> per_type = pilot.cells_per_type();
  const known_tissue known(0.5);
  const hm::differential_goal goal{.type = "a", .between_donors = 0.1};
  const hm::plan_evidence evidence{pilot, per_type, known.frequencies, known.experiments};
  const auto ready = goal.prepare(evidence);
  CHECK(ready.doubts.empty());
  const hm::plan_design design{5, 300, 1};
  const auto chance = ready.chance(design);
  CHECK(chance.lower < chance.mean);
  CHECK(chance.mean < chance.upper);
  // As if assumed; and less than with the variation that was assumed.
  pilot.donors = {};
  const auto assumed = [&](double between) {
    auto other = goal;
    other.between_donors = between;
    const auto prepared = other.prepare(evidence);
    REQUIRE(prepared.doubts.size() == 1);
    return prepared.chance(design).mean;
  };
  CHECK(std::abs(chance.mean - assumed(deviation)) < 0.15);
  CHECK(assumed(0.1) > chance.mean + 0.2);
  CHECK(!hm::estimate_expression_variation(pilot, 0, means, dispersions));
}

TEST_CASE("markers: the power of a rank-sum test is near, and false discoveries cost cells") {
  // One gene at a fixed level, against a simulated test of log means of negative binomials.
  const hm::gene_level gene{2, 2, 0.5};
  const double shift = std::log(2.0);
  const auto power_of = [&](const hm::gene_level& g, double level) {
    const double variance = (1 / (2 * g.mean) + g.dispersion) / 40 + (1 / g.mean + 0.5) / 60;
    return hm::tails::z_test_power(shift / std::sqrt(variance), level);
  };
  int found = 0;
  for (std::uint64_t e = 0; e < 600; ++e) {
    hm::random_engine rng(29, e);
    const auto mean_of = [&](double mean, int cells) {
      double sum = 0;
      for (int i = 0; i < cells; ++i)
        sum += static_cast<double>(hm::draw::negative_binomial(mean, 2.0, rng));
      return sum / cells;
    };
    const double high = mean_of(4, 40), low = mean_of(2, 60);
    const double error = std::sqrt((1 / high + 0.5) / 40 + (1 / low + 0.5) / 60);
    if (std::abs(std::log(high / low)) / error > 1.959964) ++found;
  }
  CHECK(std::abs(found / 600.0 - power_of(gene, 0.05)) < 0.1);  // five standard errors
  const std::vector<hm::gene_level> genes{gene};
  const double with = hm::power_with_false_discoveries(genes, {}, power_of);
  CHECK(with < power_of(gene, 0.05));
  CHECK(with > 0);
  // The fixed point: level = rate * changed * power / (1 - rate * (1 - changed)).
  const double level = 0.05 * 0.05 * with / (1 - 0.05 * 0.95);
  CHECK(power_of(gene, level) == doctest::Approx(with).epsilon(0.05));
}

TEST_CASE("designs: the least that reaches every goal, the one that binds, the best for a budget") {
  const auto rising = [](double cells_for_all) {
    hm::prepared_goal goal;
    goal.chance = [cells_for_all](const hm::plan_design& design) {
      const double chance = std::min(1.0, static_cast<double>(design.total()) / cells_for_all);
      return hm::chance_estimate{chance, 0.9 * chance, chance};
    };
    return goal;
  };
  std::vector<hm::prepared_goal> goals{rising(1000), rising(4000)};
  const std::vector<std::string> names{"easy", "hard"};
  const std::vector<double> asked{0.8, 0.8};
  hm::design_space space{.sizes = {500}, .depths = {}};
  space.prices.cells.per_cell = 2;
  space.prices.doublets_per_thousand = 0;
  space.budget = 2000;
  auto found = hm::search_designs(goals, names, asked, space);
  REQUIRE(found.answer);
  CHECK(found.answer->design == hm::plan_design{1, 3200, 1});
  CHECK(found.answer->cost.amount == 6400);
  CHECK(found.binding == 1);
  CHECK(found.goals[0].cells == 800);
  CHECK(found.goals[0].cost.amount == 1600);
  REQUIRE(found.within_budget);
  CHECK(*found.within_budget->cost.amount <= 2000);
  CHECK(found.within_budget->least <= 0.25);
  double best = -1;
  for (const auto& one : found.designs)
    if (one.is_frontier) {
      CHECK(one.least > best);
      best = one.least;
    }
  // Tables and curves go half as far again as the answer, or as the pilot's sizes where they are
  // more.
  CHECK(found.designs.back().design.cells == 4800);
  space.sizes = {500, 10000};
  CHECK(hm::search_designs(goals, names, asked, space).designs.back().design.cells == 15000);
  space.sizes = {500};
  goals[1].rule = hm::reach_rule::assured;  // 0.9 of the chance has to reach it
  CHECK(hm::search_designs(goals, names, asked, space).answer->design.cells == 3556);
  goals[0].conditions = 2;  // both conditions' cells count, and cost
  const auto compared = hm::search_designs(goals, names, asked, space);
  CHECK(compared.answer->design == hm::plan_design{1, 1778, 1, 2});
  CHECK(compared.answer->cost.amount == 7112);
  goals[0].conditions = 1;
  goals[1].is_within_reach = false;
  CHECK(hm::search_designs(goals, names, asked, space).answer->design.cells == 800);
  space.most_cells = 100;
  CHECK(!hm::search_designs(goals, names, asked, space).answer);
}

TEST_CASE("prices: donors, reads, and doublets that grow with the load of a lane") {
  hm::design_prices prices{.cells = {.per_cell = 0.5},
                           .per_donor = 100,
                           .per_million_reads = 10,
                           .reads_per_cell = 20'000,
                           .doublets_per_thousand = 0};
  const auto cost = hm::price_of({3, 1000, 0.5}, prices);
  CHECK(cost.loaded == 3000);
  CHECK(*cost.amount == doctest::Approx(1500 + 300 + 10 * 3000 * 0.01));
  // Two conditions are twice the donors.
  CHECK(*hm::price_of({3, 1000, 0.5, 2}, prices).amount == doctest::Approx(2 * *cost.amount));
  prices.doublets_per_thousand = hm::tenx_doublets_per_thousand;
  // n - 0.008e-3 n^2 = 1000 at n = 1008.13.
  CHECK(hm::price_of({1, 1000, 1}, prices).loaded == 1009);
  // A full lane yields 9200 singlets of 10,000 profiles; 40,000 take five lanes of 8000, and
  // n - 0.008e-3 n^2 = 8000 at n = 8590.4.
  CHECK(hm::price_of({1, 9200, 1}, prices).lanes == 1);
  CHECK(hm::price_of({1, 9201, 1}, prices).lanes == 2);
  const auto many = hm::price_of({1, 40'000, 1}, prices);
  CHECK(many.lanes == 5);
  CHECK(many.loaded == doctest::Approx(5 * 8590.4).epsilon(0.0001));
  // Every donor has a lane of its own, unless they are pooled.
  CHECK(hm::price_of({6, 1000, 1}, prices).lanes == 6);
  prices.donors_per_lane = 4;
  CHECK(hm::price_of({6, 1000, 1}, prices).lanes == 2);
  prices.lane = 0;
  CHECK_THROWS_AS((void)hm::price_of({1, 10, 1}, prices), std::invalid_argument);
  prices.lane = 10;
  prices.loading.doublets = 1;
  CHECK_THROWS_AS((void)hm::price_of({1, 10, 1}, prices), std::invalid_argument);
}

TEST_CASE("prices and power as published examples have them") {
  // scPower's introduction (30 March 2020), cases 1 and 2: 100 samples of 1500 cells that come out,
  // doublets 7.67e-6 per cell of a lane; kits of 5600 for six lanes, flow cells of 14,032 for 4100
  // million reads, 25,000 reads a cell. Four samples a lane: 1431 singlets each (rounded up, so a
  // lane holds one cell more here), cost 36,167.
  hm::design_prices prices{.per_lane = 5600.0 / 6,
                           .lane = 6001,
                           .donors_per_lane = 4,
                           .per_million_reads = 14'032.0 / 4100,
                           .reads_per_cell = 25'000,
                           .doublets_per_thousand = 0.00767};
  const auto cost = hm::price_of({100, 1431, 1}, prices);
  CHECK(cost.lanes == 25);
  CHECK(cost.loaded == doctest::Approx(150'000).epsilon(0.0005));
  CHECK(*cost.amount == doctest::Approx(36'167).epsilon(0.0005));
  // Thirteen samples a lane: 1276 singlets each. (There a hundredth sample takes a share of a lane;
  // here lanes are whole, eight of them.)
  prices.lane = 19'510;
  prices.donors_per_lane = 13;
  const auto overloaded = hm::price_of({91, 1276, 1}, prices);
  CHECK(overloaded.lanes == 7);
  CHECK(overloaded.loaded == doctest::Approx(91 * 1500).epsilon(0.0005));
  // Part 3: 1000 cells hold ten of a type of 2 % in each of 100 samples with 0.6255188; 1179 cells
  // are the least for 95 %.
  const auto in_all = [](hm::index cells) {
    return std::pow(hm::chance_of_at_least(10, cells, 0.02), 100);
  };
  CHECK(in_all(1000) == doctest::Approx(0.6255188).epsilon(1e-7));
  CHECK(hm::least_number(10'000, [&](hm::index n) { return in_all(n) >= 0.95; }) == 1179);
  // Zhu & Lakkis (2014), Statistics in Medicine 33:376, table III, which scPower's power rests on:
  // rates 5 and 10, theta 2, power 80 % with 21.24 in each group (second approach: true rates).
  const double n = 21.23734;
  const double variance = (1 / 5.0 + 0.5) / n + (1 / 10.0 + 0.5) / n;
  CHECK(hm::tails::z_test_power(std::log(2.0) / std::sqrt(variance), 0.05) ==
        doctest::Approx(0.8).epsilon(1e-4));
  // scPower asks for the third approach, which pools the rates for the test's own variance (20.86
  // in each group in table III); plans have true rates throughout. power.nb.test's formulas in R,
  // for 50 donors: pseudobulk means 6 and 9, theta 4, level 1e-4: second 0.26120, third 0.27035;
  // means 30 and 45, theta 10, level 1e-5: third 0.89859.
  const auto plan_power = [](double donors, double mean, double theta, double level) {
    const double error = (1 / mean + 1 / (1.5 * mean) + 2 / theta) / donors;
    return hm::tails::z_test_power(std::log(1.5) / std::sqrt(error), level);
  };
  CHECK(plan_power(50, 6, 4, 1e-4) == doctest::Approx(0.2612037791).epsilon(1e-6));
  CHECK(std::abs(plan_power(50, 6, 4, 1e-4) - 0.2703520082) < 0.01);
  CHECK(std::abs(plan_power(50, 30, 10, 1e-5) - 0.8985878313) < 0.01);
}

TEST_CASE("genes are tested as often as scPower's expression probability says") {
  // Its formula (estimate.exp.prob.values) in R 4.2 for 20 samples, more than 3 counts in more than
  // half of them: 1 - pbinom(10, 20, 1 - pnbinom(3, mu = n * mu, size = n * size)).
  const auto probability = [](double mean, double size, double cells) {
    return hm::chance_tested(cells * mean, cells * mean, cells * size, 20);
  };
  CHECK(probability(0.1, 0.5, 40) == doctest::Approx(0.587258065806).epsilon(1e-7));
  CHECK(probability(0.05, 2, 75) == doctest::Approx(0.46295837615).epsilon(1e-7));
  CHECK(probability(0.02, 0.2, 300) == doctest::Approx(0.999471084307).epsilon(1e-7));
  CHECK(hm::chance_tested(0, 0, 1, 20) == 0);
  CHECK(hm::chance_tested(1e6, 1e6, 10, 20) == doctest::Approx(1));
  // What is not tested is not found: a gene of one count a donor, and three where it is raised.
  const std::vector<hm::gene_level> rare{{.mean = 0.04, .dispersion = 0.1}};
  const double power =
      hm::power_of_pseudobulk(rare, {20, 1, 1, 2}, 25, std::log(3.0), {.changed = 1});
  const double tested = hm::chance_tested(1, 3, 25 / 0.1, 40);
  CHECK(power <= tested);
  CHECK(tested < 0.05);
}

TEST_CASE("differential: the formula against t tests of simulated donors") {
  // Genes as the formula has them: 5 % of 2000 change by 2, counts of a donor negative binomial
  // around a log-normal mean. The share of about 100 changed genes that is found varies by 0.05 in
  // one experiment, 0.016 in the mean of ten; four of that and 3 points that the formula (normal
  // logarithms, one level for all) may be off.
  constexpr int genes = 100, repeats = 20, experiments = 10;
  constexpr double theta = 3, cells = 30;
  std::vector<hm::gene_level> levels;
  for (int g = 0; g < genes; ++g)
    levels.push_back(
        {.mean = 0.3 * std::pow(10.0, g / static_cast<double>(genes)), .dispersion = 1 / theta});
  const double shift = std::log(2.0);
  for (const auto& [donors, deviation] :
       {std::pair<hm::index, double>{5, 0.1}, {6, 0.2}, {12, 0.4}}) {
    for (auto& g : levels) g.between = deviation;
    const double formula = hm::power_of_pseudobulk(levels, {donors, 1, 1, 2}, cells, shift, {});
    const auto n = static_cast<double>(donors);
    double simulated = 0;
    for (std::uint64_t e = 0; e < experiments; ++e) {
      hm::random_engine rng(37, e);
      struct outcome {
        double t;
        bool is_changed;
      };
      std::vector<outcome> all;
      double changed = 0;
      for (int k = 0; k < genes * repeats; ++k) {
        const bool is_changed = hm::draw::uniform(rng) < 0.05;
        changed += is_changed ? 1 : 0;
        double sum[2] = {0, 0}, squares[2] = {0, 0};
        int enough = 0;
        for (int c = 0; c < 2; ++c)
          for (hm::index d = 0; d < donors; ++d) {
            const double mean = levels[static_cast<std::size_t>(k % genes)].mean *
                                std::exp(deviation * hm::draw::normal(rng)) *
                                (c == 1 && is_changed ? 2.0 : 1.0);
            // The sum over cells of one mean: so many times the mean and the shape.
            const auto total =
                static_cast<double>(hm::draw::negative_binomial(mean * cells, theta * cells, rng));
            if (total > 3) ++enough;
            const double x = std::log((total + 0.5) / cells);
            sum[c] += x;
            squares[c] += x * x;
          }
        if (enough <= donors) continue;  // not tested
        const double spread =
            (squares[0] - sum[0] * sum[0] / n + squares[1] - sum[1] * sum[1] / n) / (n - 1);
        all.push_back({std::abs(sum[0] - sum[1]) / n / std::sqrt(spread / n), is_changed});
      }
      std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.t > b.t; });
      std::size_t found = 0;
      for (std::size_t k = 0; k < all.size(); ++k) {
        const double p = hm::tails::t_two_sided(2 * n - 2, all[k].t);
        if (p <= 0.05 * static_cast<double>(k + 1) / static_cast<double>(all.size())) found = k + 1;
      }
      double right = 0;
      for (std::size_t k = 0; k < found; ++k) right += all[k].is_changed ? 1 : 0;
      simulated += right / changed / experiments;
    }
    const auto of_donors = donors;  // Clang 14 captures no structured binding
    CAPTURE(of_donors);
    CAPTURE(simulated);
    CHECK(std::abs(formula - simulated) < 4 * 0.016 + 0.03);
    CHECK(formula > 0.05);
    CHECK(formula < 0.95);
  }
}

TEST_CASE("reads for molecules: half the reads show more than half of a saturated library") {
  CHECK(hm::reads_share(0.3, 0) == doctest::Approx(0.3));
  CHECK(hm::reads_share(1, 0.7) == doctest::Approx(1));
  CHECK(hm::reads_share(0, 0.7) == 0);
  // x reads a molecule: saturation 1 - (1 - exp(-x)) / x, molecules 1 - exp(-x); half the reads.
  for (const double x : {0.1, 1.0, 4.0}) {
    const double seen = -std::expm1(-x), seen_by_half = -std::expm1(-x / 2);
    CHECK(hm::reads_share(seen_by_half / seen, 1 - seen / x) == doctest::Approx(0.5).epsilon(1e-9));
  }
  CHECK_THROWS_AS((void)hm::reads_share(0.5, 1), std::invalid_argument);
  CHECK_THROWS_AS((void)hm::reads_share(1.5, 0), std::invalid_argument);
}

namespace {

/// Two types of negative binomial genes, the first `changed` of which differ by a factor; shape 2.
hm::count_matrix<> two_types(int each, int genes, int changed, double factor, std::uint64_t seed,
                             std::vector<hm::index>& types) {
  hm::count_matrix<> counts(genes);
  types.clear();
  hm::random_engine rng(seed);
  for (int i = 0; i < 2 * each; ++i) {
    for (int g = 0; g < genes; ++g) {
      const double mean = 0.8 * (i >= each && g < changed ? factor : 1.0);
      const auto x = hm::draw::negative_binomial(mean, 2.0, rng);
      if (x > 0) counts.push_back(g, static_cast<double>(x));
    }
    counts.finish_cell();
    types.push_back(i < each ? 0 : 1);
  }
  return counts;
}

/// Genes that z tests of log ratios find, with Benjamini-Hochberg, the shape known.
int found_by_tests(const hm::count_matrix<>& counts, const std::vector<hm::index>& types) {
  const auto genes = static_cast<std::size_t>(counts.genes());
  std::vector<double> sums[2] = {std::vector<double>(genes, 0.5), std::vector<double>(genes, 0.5)};
  double cells[2] = {0.5, 0.5};
  for (hm::index i = 0; i < counts.cells(); ++i) {
    const auto type = static_cast<std::size_t>(types[static_cast<std::size_t>(i)]);
    cells[type] += 1;
    const auto cell = counts.cell(i);
    for (std::size_t k = 0; k < cell.size(); ++k)
      sums[type][static_cast<std::size_t>(cell.genes[k])] += static_cast<double>(cell.values[k]);
  }
  std::vector<double> p;
  for (std::size_t g = 0; g < genes; ++g) {
    const double a = sums[0][g] / cells[0], b = sums[1][g] / cells[1];
    const double z =
        std::abs(std::log(a / b)) / std::sqrt((1 / a + 0.5) / cells[0] + (1 / b + 0.5) / cells[1]);
    p.push_back(2 * hm::tails::normal_above(z));
  }
  std::sort(p.begin(), p.end());
  int found = 0;
  for (std::size_t k = 0; k < genes; ++k)
    if (p[k] <= 0.05 * static_cast<double>(k + 1) / static_cast<double>(genes))
      found = static_cast<int>(k + 1);
  return found;
}

}  // namespace

TEST_CASE("separate: the chance that a test finds a difference, against tests") {
  std::vector<hm::index> types;
  const std::vector<std::string> names{"a", "b"};
  // A pilot of 30 cells each in which 30 of 200 genes differ by 1.8; then experiments, in which ten
  // must be found. Normal shifts stand for thirty large ones, so that the number of discoveries is
  // rough: the size at which half the experiments succeed is within a factor of two.
  const auto pilot_counts = two_types(30, 200, 30, 1.8, 3, types);
  const auto pilot_types = types;
  const auto genes = hm::differences_of({pilot_counts, pilot_types, names, {}}, 0, 1, 0.1);
  REQUIRE(genes.size() == 200);
  const auto chance = [&](double each) {
    return hm::chance_of_difference(genes, each, each, 1, 0.05, 10);
  };
  int size = 20;
  for (; size < 1000; size += 10) {
    int reached = 0;
    for (std::uint64_t e = 0; e < 9; ++e)
      if (found_by_tests(two_types(size, 200, 30, 1.8, 100 + e, types), types) >= 10) ++reached;
    if (reached >= 5) break;
  }
  CHECK(chance(0.5 * size) < 0.5);
  CHECK(chance(2.0 * size) > 0.5);
  CHECK(chance(8.0 * size) > 0.95);
  CHECK(hm::chance_of_difference(genes, 4.0 * size, 4.0 * size, 0.05, 0.05, 10) <
        chance(4.0 * size));
  // Where nothing differs, what errors of few cells suggest is no promise.
  const auto same_counts = two_types(30, 200, 0, 1, 5, types);
  const auto same = hm::differences_of({same_counts, pilot_types, names, {}}, 0, 1, 0.1);
  CHECK(hm::chance_of_difference(same, 2.0 * size, 2.0 * size, 1, 0.05, 10) < 0.05);
  CHECK(hm::chance_of_difference(genes, 1, 100, 1, 0.05, 10) == 0);
}

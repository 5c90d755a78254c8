// SPDX-License-Identifier: MIT
/// @file
/// The goals that clusters decide: every type found anew, two types told apart (component
/// `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/difference.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/over_frequencies.hpp"
#include "harmonium/study/planning/success_curve.hpp"

namespace harmonium::inline v0_2 {

/// F1 of a type with the cluster that matches it best: 2 common / (cells of both). 0 without cells.
[[nodiscard]] inline double best_f1(const matrix<double>& types_by_clusters, index type) {
  double best = 0;
  for (index c = 0; c < types_by_clusters.cols(); ++c) {
    const double sizes = types_by_clusters.row(type).sum() + types_by_clusters.col(c).sum();
    if (sizes > 0) best = std::max(best, 2 * types_by_clusters(type, c) / sizes);
  }
  return best;
}

/// Every type of the pilot is found anew: clustering, which is not told the types, has a cluster
/// with an F1 of at least `f1`. The chance is that of the type with the least. Types whose chance
/// is below `probability` even in the largest experiments are left out and named as a doubt, with
/// that chance: they are too much alike for the workflow, or need more cells than were tried.
struct rediscover_goal {
  double probability = 0.8;             ///< that the type with the least chance is found
  double f1 = 0.5;                      ///< of the best cluster of a type, in (0, 1]
  std::vector<std::string> types = {};  ///< named ones only, none of them left out; empty: all

  [[nodiscard]] std::string name() const { return "rediscover"; }

  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    require(f1 > 0 && f1 <= 1, "rediscover_goal",
            "f1 must be above 0 and at most 1, got " + std::to_string(f1));
    auto curves = std::make_shared<std::vector<success_curves>>();
    prepared_goal ready;
    std::string left_out, rare;
    for (const auto& name : types.empty() ? evidence.pilot.names : types) {
      const index type = evidence.pilot.type_named(name);
      success_curves one(evidence.experiments,
                         [&](const matrix<double>& table) { return best_f1(table, type) >= f1; });
      if (types.empty() && one.at_largest() < probability) {
        left_out += (left_out.empty() ? "" : ", ") + name + " (" +
                    std::to_string(std::lround(100 * one.at_largest())) + " %)";
        continue;
      }
      curves->push_back(std::move(one));
      ready.parts.push_back(name);
      if (20 * evidence.counts[static_cast<std::size_t>(type)] < evidence.pilot.counts.cells())
        rare += (rare.empty() ? "" : ", ") + name;
    }
    ready.success = "each of " + std::to_string(curves->size()) +
                    " types has a cluster of its own (F1 of at least " + two_digits(f1) + ")";
    if (!left_out.empty())
      ready.doubts.push_back(
          "these types are left out of the goal rediscover: clusters find them "
          "anew too rarely even in experiments of " +
          std::to_string(evidence.experiments.sizes.back()) + " cells: " + left_out);
    if (!rare.empty())
      ready.doubts.push_back(
          "made cells of a rare type are more alike than real ones: clusters found types below 5 % "
          "in up to 47 points fewer of real experiments than rediscover says; here " +
          rare);
    ready.is_within_reach = !curves->empty();
    ready.chance = [curves](const plan_design& design) {
      chance_estimate least{1, 1, 1};
      for (const auto& one : *curves) {
        const auto chance = one.at(design);
        if (chance.mean < least.mean || (chance.mean == least.mean && chance.lower < least.lower))
          least = chance;
      }
      return curves->empty() ? chance_estimate{} : least;
    };
    ready.chance_of_part = [curves](const plan_design& design, index part) {
      return (*curves)[static_cast<std::size_t>(part)].at(design);
    };
    return ready;
  }

  [[nodiscard]] static std::string two_digits(double share) {
    const auto hundredths = static_cast<long>(std::lround(100 * share));
    const std::string digits = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + "." + (digits.size() < 2 ? "0" : "") + digits;
  }
};

/// Adjusted Rand index between types and clusters from their table (Hubert & Arabie 1985, J.
/// Classification 2:193); 0 where it is not defined.
[[nodiscard]] inline double adjusted_rand_of(const matrix<double>& table) {
  const auto pairs = [](double n) { return n * (n - 1) / 2; };
  double both = 0, rows = 0, cols = 0;
  for (index r = 0; r < table.rows(); ++r) {
    rows += pairs(table.row(r).sum());
    for (index c = 0; c < table.cols(); ++c) both += pairs(table(r, c));
  }
  for (index c = 0; c < table.cols(); ++c) cols += pairs(table.col(c).sum());
  const double all = pairs(table.sum());
  if (!(all > 0)) return 0;
  const double expected = rows * cols / all, most = (rows + cols) / 2;
  return most > expected ? (both - expected) / (most - expected) : 0;
}

/// Two types are told apart by the same clusters: among their cells the adjusted Rand index of
/// types and clusters is at least `least`. That is the chance of the goal; its parts are the
/// clusters and a test, which finds at least `least_genes` genes that differ (Benjamini-Hochberg
/// over all that either type expresses). Tests see differences that clusters do not.
struct separate_goal {
  std::string first, second;  ///< names of types
  double probability = 0.8;   ///< that clusters tell them apart
  double least = 0.5;         ///< adjusted Rand index, at most 1
  index least_genes = 5;      ///< that the test must find
  double least_mean = 0.1;    ///< counts per cell of either type from which on a gene is tested
  double false_discoveries = 0.05;  ///< rate of the test's false discoveries, in (0, 1)

  [[nodiscard]] std::string name() const { return "separate"; }

  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    const index a = evidence.pilot.type_named(first), b = evidence.pilot.type_named(second);
    require(a != b, "separate_goal", "names the type '" + first + "' twice");
    require(least_genes >= 1 && false_discoveries > 0 && false_discoveries < 1, "separate_goal",
            "a test finds at least 1 gene at a rate between 0 and 1");
    auto curve =
        std::make_shared<success_curves>(evidence.experiments, [&](const matrix<double>& table) {
          matrix<double> pair(2, table.cols());
          pair.row(0) = table.row(a);
          pair.row(1) = table.row(b);
          return pair.row(0).sum() > 0 && pair.row(1).sum() > 0 && adjusted_rand_of(pair) >= least;
        });
    auto genes = std::make_shared<std::vector<gene_difference>>(
        differences_of(evidence.pilot, a, b, least_mean));
    const auto of_first = frequency_quantiles(evidence.frequencies, a),
               of_second = frequency_quantiles(evidence.frequencies, b);
    prepared_goal ready;
    ready.success = "clusters tell " + first + " from " + second + " (adjusted Rand index of " +
                    rediscover_goal::two_digits(least) + " among their cells)";
    ready.chance = [curve](const plan_design& design) { return curve->at(design); };
    ready.parts = {"clusters", "a test finds " + std::to_string(least_genes) + " genes"};
    ready.chance_of_part = [curve, genes, of_first, of_second, rate = false_discoveries,
                            wanted = least_genes](const plan_design& design, index part) {
      if (part == 0) return curve->at(design);
      const auto total = static_cast<double>(design.total());
      chance_estimate found{0, 1, 0};
      for (std::size_t k = 0; k < of_first.size(); ++k) {  // rare together, frequent together
        const double one = chance_of_difference(*genes, of_first[k] * total, of_second[k] * total,
                                                design.depth, rate, wanted);
        found.mean += one / static_cast<double>(of_first.size());
        found.lower = std::min(found.lower, one);
        found.upper = std::max(found.upper, one);
      }
      found.mean = std::min(found.mean, 1.0);
      return found;
    };
    return ready;
  }
};

static_assert(planning_goal<rediscover_goal> && planning_goal<separate_goal>);

}  // namespace harmonium::inline v0_2

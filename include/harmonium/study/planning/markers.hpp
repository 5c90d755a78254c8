// SPDX-License-Identifier: MIT
/// @file
/// The goal to find markers of a type (component `harmonium::planning`).
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/gene_power.hpp"
#include "harmonium/study/planning/over_frequencies.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// Genes that are higher in a type than in all other cells by a given factor are found by a
/// negative binomial test of cells, with Benjamini-Hochberg over all expressed genes. The chance is
/// the expected share of such genes that are found, averaged over the abundances of the type's
/// genes. The test's statistic has the variance of a log ratio of two negative binomial means,
/// (1 / mean + dispersion) / cells of either group.
struct marker_goal {
  std::string type;          ///< its name
  double log2_fold = 1;      ///< log2 of the factor over all other cells, > 0
  double probability = 0.8;  ///< share of the changed genes
  double least_mean = 0.1;   ///< counts per cell of the type from which on a gene is tested
  false_discovery_options discoveries = {};  ///< of the test

  [[nodiscard]] std::string name() const { return "markers"; }

  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    require(log2_fold > 0, "marker_goal", "the log2 fold change must be positive");
    const index which = evidence.pilot.type_named(type);
    auto genes = std::make_shared<std::vector<gene_level>>(
        expressed_genes(evidence.pilot, which, least_mean));
    const auto quantiles = frequency_quantiles(evidence.frequencies, which);
    const double shift = log2_fold * math::log(2.0);
    prepared_goal ready;
    ready.success = "this share of the genes that are 2^" + shown(log2_fold) + " times higher in " +
                    type + " is found (Benjamini-Hochberg over expressed genes)";
    ready.is_within_reach = !genes->empty();
    if (genes->empty())
      ready.doubts.push_back("no gene has " + shown(least_mean) + " counts per cell of " + type);
    ready.chance = [genes, quantiles, shift, rule = discoveries](const plan_design& design) {
      const auto total = static_cast<double>(design.total());
      return over_frequencies(quantiles, [&](double frequency) {
        const double own = frequency * total, others = total - own;
        if (own < 2 || others < 2) return 0.0;
        return power_with_false_discoveries(*genes, rule, [&](const gene_level& g, double level) {
          const double low = g.mean * design.depth, high = low * math::exp(shift);
          const double variance =
              (1 / high + g.dispersion) / own + (1 / low + g.dispersion) / others;
          return tails::z_test_power(shift / std::sqrt(variance), level);
        });
      });
    };
    return ready;
  }

  [[nodiscard]] static std::string shown(double x) {
    std::string text = std::to_string(x);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
  }
};

static_assert(planning_goal<marker_goal>);

}  // namespace harmonium::inline v0_2

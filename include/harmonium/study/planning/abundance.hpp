// SPDX-License-Identifier: MIT
/// @file
/// The goals that compare two conditions, with donors as replicates (component
/// `harmonium::planning`).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/study/planning/design.hpp"
#include "harmonium/study/planning/donors.hpp"
#include "harmonium/study/planning/evidence.hpp"
#include "harmonium/study/planning/gene_power.hpp"
#include "harmonium/study/planning/markers.hpp"
#include "harmonium/study/planning/over_frequencies.hpp"
#include "harmonium/study/planning/share_variation.hpp"
#include "harmonium/study/planning/tails.hpp"

namespace harmonium::inline v0_2 {

/// Power of a t test between two conditions of `donors` donors each, whose figures have these
/// variances and differ by `difference`. 0 with fewer than two donors.
[[nodiscard]] inline double power_between_donors(index donors, double difference, double variance,
                                                 double other_variance, double alpha) {
  if (donors < 2) return 0;
  const auto n = static_cast<double>(donors);
  return tails::t_test_power(2 * n - 2, difference / std::sqrt((variance + other_variance) / n),
                             alpha);
}

/// A standard deviation that the pilot does not show, and the ends of its interval.
struct assumed_deviation {
  /// Multiples of the mean share.
  double middle = typical_share_deviation, lower = 0.15, upper = 0.9;
};

/// A type's share is changed between two conditions by a factor, and a t test of the donors' shares
/// finds it. A donor's share has the variance of a beta-binomial, p (1 - p) (c + (1 - c) / cells),
/// c the type's correlation within donors (`share_law`); the deviation that c is of stays the same
/// multiple of the share.
struct abundance_goal {
  std::string type;          ///< its name
  double fold = 2;           ///< factor between the conditions, > 0 and not 1
  double probability = 0.8;  ///< that the test finds it
  double alpha = 0.05;       ///< level of the test, two-sided
  /// Standard deviation between donors of the type's share, as a multiple of its mean, and the ends
  /// of its interval, where the pilot does not show it. An assumption (`typical_share_deviation`).
  assumed_deviation assumed = {};

  [[nodiscard]] std::string name() const { return "abundance"; }

  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    require(fold > 0 && fold != 1, "abundance_goal", "the factor must be positive and not 1");
    const index which = evidence.pilot.type_named(type);
    prepared_goal ready;
    ready.conditions = 2;
    ready.success = "a change of the share of " + type + " by a factor of " +
                    marker_goal::shown(fold) + " between conditions is found (t test of donors)";
    const auto power = [factor = fold, level = alpha](const plan_design& design, double p,
                                                      double deviation) {
      const double q = std::min(0.99, factor * p);
      const auto cells = static_cast<double>(std::max<index>(1, design.cells));
      const auto variance = [&](double mean) {
        const double c = share_law{mean, deviation}.correlation();
        return mean * (1 - mean) * (c + (1 - c) / cells);
      };
      return power_between_donors(design.donors, q - p, variance(p), variance(q), level);
    };
    if (evidence.frequencies.variation.size() > 0) {
      // Frequency and deviation as drawn together; a hundred draws tell a mean to a few hundredths
      // of its spread.
      auto drawn = std::make_shared<std::vector<share_law>>();
      const index draws = evidence.frequencies.draws.rows(), some = std::min<index>(100, draws);
      for (index k = 0; k < some; ++k) {
        const index d = (2 * k + 1) * draws / (2 * some);
        drawn->push_back(
            {evidence.frequencies.draws(d, which), evidence.frequencies.variation(d, which)});
      }
      ready.chance = [drawn, power](const plan_design& design) {
        std::vector<double> chances;
        double sum = 0;
        for (const share_law& law : *drawn) {
          chances.push_back(power(design, law.mean, law.deviation));
          sum += chances.back();
        }
        std::sort(chances.begin(), chances.end());
        return chance_estimate{sum / static_cast<double>(chances.size()),
                               quantile_of_sorted(chances, 0.05),
                               quantile_of_sorted(chances, 0.95)};
      };
      return ready;
    }
    ready.doubts = {"how donors differ was ASSUMED (a standard deviation of " +
                    marker_goal::shown(assumed.middle) +
                    " of a type's share): the pilot is of one donor"};
    const auto quantiles = frequency_quantiles(evidence.frequencies, which);
    const auto chance_with = [quantiles, power](const plan_design& design, double deviation) {
      return over_frequencies(quantiles, [&](double p) { return power(design, p, deviation); });
    };
    ready.chance = [chance_with, middle = assumed.middle, lower = assumed.lower,
                    upper = assumed.upper](const plan_design& design) {
      // Of the frequency and of the deviation: two errors that have nothing to do with each other.
      chance_estimate found = chance_with(design, middle);
      const double low = std::hypot(found.mean - found.lower,
                                    found.mean - chance_with(design, upper).mean),
                   high = std::hypot(found.upper - found.mean,
                                     chance_with(design, lower).mean - found.mean);
      found.lower = std::max(0.0, found.mean - low);
      found.upper = std::min(1.0, found.mean + high);
      return found;
    };
    return ready;
  }
};

/// Which genes are tested between conditions: those with more than `counts` counts in more than
/// `share` of all donors. Others have too few for a logarithm.
struct tested_genes {
  index counts = 3;    ///< that a donor must exceed
  double share = 0.5;  ///< of all donors of both conditions, that must exceed them
};

/// The chance that a gene is tested, where a donor's counts are negative binomial. Where the
/// conditions differ, a donor has enough with the mean of both chances.
/// Source: "expression probability" of scPower, Schmid et al. (2021), Nat. Commun. 12:6625, where
/// the conditions are alike.
/// @param mean   expected counts of a donor's cells of the type together
/// @param other  in the other condition
/// @param shape  of both: variance = mean + mean^2 / shape
/// @param donors of both conditions together
[[nodiscard]] inline double chance_tested(double mean, double other, double shape, index donors,
                                          const tested_genes& rule = {}) {
  const double enough = (tails::negative_binomial_at_least(rule.counts + 1, mean, shape) +
                         tails::negative_binomial_at_least(rule.counts + 1, other, shape)) /
                        2;
  const auto more_than = static_cast<index>(rule.share * static_cast<double>(donors) + 1e-9);
  return tails::binomial_at_least(more_than + 1, donors, std::min(enough, 1.0));
}

/// The share of changed genes that a t test of the donors' pseudobulk log means finds, with
/// Benjamini-Hochberg over the genes that are tested. A donor's log mean has the variance between
/// donors, scale^2 between^2, and (1 / mean + dispersion) / cells.
/// @param genes  means in counts per cell, dispersions between cells, deviations between donors
/// @param design donors of each condition, and depth
/// @param cells  of the type, of each donor
/// @param shift  natural logarithm of the factor that changed genes rise by, above 0
/// @param scale  of the genes' deviations between donors
[[nodiscard]] inline double power_of_pseudobulk(const std::vector<gene_level>& genes,
                                                const plan_design& design, double cells,
                                                double shift,
                                                const false_discovery_options& discoveries,
                                                double scale = 1) {
  if (cells < 1 || design.donors < 2) return 0;
  const double raised = math::exp(shift);
  std::vector<double> tested;
  for (const gene_level& g : genes) {
    const double own = scale * g.between, total = cells * g.mean * design.depth;
    const double spread = g.dispersion / cells + math::exp(own * own) - 1;
    tested.push_back(
        chance_tested(total, raised * total, 1 / std::max(spread, 1e-9), 2 * design.donors));
  }
  return power_with_false_discoveries(
      genes, discoveries,
      [&](const gene_level& g, double level) {
        const double mean = g.mean * design.depth, own = scale * g.between;
        const double low = own * own + (1 / mean + g.dispersion) / cells,
                     high = own * own + (1 / (raised * mean) + g.dispersion) / cells;
        return power_between_donors(design.donors, shift, low, high, level);
      },
      tested);
}

/// Genes of a type differ between two conditions by a factor, and `power_of_pseudobulk` of them is
/// found.
struct differential_goal {
  std::string type;          ///< its name
  double log2_fold = 1;      ///< log2 of the factor between the conditions, > 0
  double probability = 0.8;  ///< share of the changed genes
  double least_mean = 0.1;   ///< counts per cell of the type from which on a gene is tested
  /// Standard deviation between donors of a gene's log mean where the pilot does not show it
  /// (`estimate_expression_variation`). An assumption, on the safe side of what eight donors of
  /// blood show: root mean squares over genes of 0.15 to 0.26 in types of 200 cells and more (Kang
  /// et al. 2018, as for `typical_share_deviation`; docs/how-many-cells.md).
  double between_donors = 0.3;
  false_discovery_options discoveries = {};  ///< of the test

  [[nodiscard]] std::string name() const { return "differential"; }

  [[nodiscard]] prepared_goal prepare(const plan_evidence& evidence) const {
    require(log2_fold > 0, "differential_goal", "the log2 fold change must be positive");
    require(between_donors >= 0, "differential_goal", "a standard deviation is not negative");
    const index which = evidence.pilot.type_named(type);
    prepared_goal ready;
    ready.conditions = 2;
    double lower_scale = 1, upper_scale = 1;
    auto genes = std::make_shared<std::vector<gene_level>>(
        genes_with_variation(evidence.pilot, which, ready.doubts, lower_scale, upper_scale));
    const auto quantiles = frequency_quantiles(evidence.frequencies, which);
    const double shift = log2_fold * math::log(2.0);
    ready.success = "this share of the genes of " + type + " that change 2^" +
                    marker_goal::shown(log2_fold) +
                    " times between conditions is found (pseudobulk of donors)";
    ready.is_within_reach = !genes->empty();
    const auto chance_with = [genes, quantiles, shift, rule = discoveries](
                                 const plan_design& design, double scale) {
      return over_frequencies(quantiles, [&](double frequency) {
        return power_of_pseudobulk(*genes, design, frequency * static_cast<double>(design.cells),
                                   shift, rule, scale);
      });
    };
    ready.chance = [chance_with, lower_scale, upper_scale](const plan_design& design) {
      chance_estimate found = chance_with(design, 1);
      if (upper_scale > lower_scale) {
        found.lower = std::min(found.mean, chance_with(design, upper_scale).lower);
        found.upper = std::max(found.mean, chance_with(design, lower_scale).upper);
      }
      return found;
    };
    return ready;
  }

 private:
  /// Expressed genes with their variation between donors, as the pilot shows it or as assumed.
  [[nodiscard]] std::vector<gene_level> genes_with_variation(const plan_pilot& pilot, index which,
                                                             std::vector<std::string>& doubts,
                                                             double& lower_scale,
                                                             double& upper_scale) const {
    constexpr std::size_t most = 24;
    auto genes = expressed_genes(pilot, which, least_mean, std::numeric_limits<std::size_t>::max());
    vector<double> means = vector<double>::Zero(pilot.counts.genes()), dispersions = means;
    for (const gene_level& one : genes) {
      means[one.gene] = one.mean;
      dispersions[one.gene] = one.dispersion;
    }
    const auto shown = estimate_expression_variation(pilot, which, means, dispersions);
    for (gene_level& one : genes) one.between = shown ? shown->deviation[one.gene] : between_donors;
    if (shown) {
      lower_scale = shown->lower_scale;
      upper_scale = shown->upper_scale;
      if (shown->donors < 6)
        doubts.push_back("how expression differs between donors was estimated from " +
                         std::to_string(shown->donors) + " donors only");
    } else {
      doubts.push_back("the variation of expression between donors was ASSUMED (" +
                       marker_goal::shown(between_donors) + " of the log mean)");
    }
    return thinned_genes(std::move(genes), most);
  }
};

static_assert(planning_goal<abundance_goal> && planning_goal<differential_goal>);

}  // namespace harmonium::inline v0_2

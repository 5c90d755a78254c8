// SPDX-License-Identifier: MIT
/// @file
/// Frequencies of cell types from a pilot, by a hierarchical model that learns their law.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/study/planning/donor_likelihoods.hpp"
#include "harmonium/study/planning/frequency_law.hpp"

namespace harmonium::inline v0_2 {

/// What is known of a type's frequency without the pilot, such as from the literature.
struct expected_frequency {
  index type;           ///< position in the counts
  double frequency;     ///< above 0, below 1
  double weight = 100;  ///< cells of an experiment that would tell as much
};

/// Settings of `estimate_frequencies`.
struct frequency_options {
  index draws = 1000;                             ///< from the posterior
  double level = 0.9;                             ///< of the intervals
  std::vector<expected_frequency> expected = {};  ///< what is known of some types
  /// Cells of each donor of the pilot, donors x types, whose columns sum to the counts. Then
  /// frequencies are those of the donors' population, from which shares deviate. Empty: the
  /// frequencies of the tissue the pilot is of, whose cells are independent draws.
  matrix<double> by_donor = {};
};

/// What a pilot says about the frequencies of its types.
struct frequency_posterior {
  matrix<double> draws;              ///< draws x types; a row sums to 1 - unseen
  std::vector<double> mean;          ///< of each type
  std::vector<double> lower, upper;  ///< ends of the equal-tailed intervals
  std::vector<double> unseen;        ///< per draw: expected share of types without a cell
  double spread = 0;  ///< posterior mean of the law's standard deviation of log frequencies
  /// Per draw and type, with `by_donor`: standard deviation of a donor's share over its mean. Else
  /// empty.
  matrix<double> variation = {};
};

/// Frequencies of types after a pilot of `counts` cells of each. The types' log frequencies are
/// draws from one law, which is unknown and weighed on the same counts (`candidate_laws`); given
/// the law a count is Poisson, and frequencies are scaled to sum to 1 less what types without a
/// cell are expected to hold. A rare type therefore borrows from the others: among types that are
/// about equal the smallest count is not taken at its word, and a type that is listed because it
/// had a cell is corrected for having been seen.
///
/// A count of 0 says that the type is there and was not met; where there is one, or where a type
/// without cells has an expected frequency, types count as listed beforehand.
///
/// With `by_donor` cells of a donor are not independent: its share of a type is beta around the
/// type's frequency, with a deviation of the type's own (`share_deviations`), so that counts are
/// beta-binomial and a few donors tell less than their cells. Deviations are drawn with the
/// frequencies. One donor shows nothing of them: they are then assumed.
/// @param counts cells of each type, >= 0, at least one in all
/// @param rng    moves on by one word
/// @throws std::invalid_argument for other counts, or options out of range.
[[nodiscard]] inline frequency_posterior estimate_frequencies(std::span<const index> counts,
                                                              const frequency_options& options,
                                                              random_engine& rng) {
  using lattice = log_frequency_lattice;
  require(options.draws >= 1, "estimate_frequencies",
          "draws must be at least 1, got " + std::to_string(options.draws));
  require(options.level > 0 && options.level < 1, "estimate_frequencies",
          "level must be between 0 and 1, got " + std::to_string(options.level));
  double cells = 0;
  bool is_listed = false;
  for (const index count : counts) {
    require(count >= 0, "estimate_frequencies", "counts must not be negative");
    cells += static_cast<double>(count);
    if (count == 0) is_listed = true;
  }
  require(cells > 0, "estimate_frequencies", "there are no cells");
  const bool do_donors_differ = options.by_donor.size() > 0;
  if (do_donors_differ) {
    require(options.by_donor.cols() == static_cast<index>(counts.size()), "estimate_frequencies",
            "cells of donors are needed for each type");
    for (std::size_t k = 0; k < counts.size(); ++k)
      require(options.by_donor.col(static_cast<index>(k)).sum() == static_cast<double>(counts[k]) &&
                  options.by_donor.col(static_cast<index>(k)).minCoeff() >= 0,
              "estimate_frequencies",
              "cells of donors must not be negative, and sum to the counts");
  }
  std::vector<double> observed(counts.begin(), counts.end()), exposure(counts.size(), cells);
  for (const auto& one : options.expected) {
    require(one.type >= 0 && one.type < static_cast<index>(counts.size()), "estimate_frequencies",
            "an expected frequency names type " + std::to_string(one.type) + " of " +
                std::to_string(counts.size()));
    require(one.frequency > 0 && one.frequency < 1 && one.weight > 0, "estimate_frequencies",
            "an expected frequency must be between 0 and 1, its weight above 0 cells");
    observed[static_cast<std::size_t>(one.type)] += one.frequency * one.weight;
    exposure[static_cast<std::size_t>(one.type)] += one.weight;
  }
  std::optional<detail::donor_likelihoods> of_donors;
  std::vector<detail::lattice_likelihood> likelihoods;
  if (do_donors_differ) {
    for (std::size_t k = 0; k < counts.size(); ++k) {
      observed[k] -= static_cast<double>(counts[k]);
      exposure[k] -= cells;
    }
    of_donors.emplace(options.by_donor, observed, exposure);
    for (std::size_t k = 0; k < counts.size(); ++k)
      likelihoods.emplace_back(
          [&](index i) { return of_donors->log_of(static_cast<index>(k), i); });
  } else {
    for (std::size_t k = 0; k < counts.size(); ++k)
      likelihoods.emplace_back(observed[k], exposure[k]);
  }
  const auto none = do_donors_differ ? detail::lattice_likelihood([&](index i) {
    return of_donors->log_of(static_cast<index>(counts.size()), i);
  })
                                     : detail::lattice_likelihood(0, cells);

  // Every law's probability. A list of seen types says nothing of a law through their number.
  const auto laws = candidate_laws(cells);
  std::vector<double> weight(laws.size()), missed(laws.size()), missed_mass(laws.size()), table;
  double best = 0;
  for (std::size_t l = 0; l < laws.size(); ++l) {
    tabulate(laws[l], table);
    for (std::size_t i = 0; i < none.values.size() && !is_listed; ++i) {
      const double p = none.values[i] * table[i];
      missed[l] += p;
      missed_mass[l] += p * math::exp(lattice::at(static_cast<index>(i)));
    }
    const double seen = std::max(1e-300, 1 - missed[l]);
    double log_weight = math::log(laws[l].weight);
    for (const auto& one : likelihoods)
      log_weight += law_learning_rate * math::log(std::max(1e-300, one.under(table) / seen));
    weight[l] = log_weight;
    best = l == 0 ? log_weight : std::max(best, log_weight);
  }
  double total = 0;
  for (double& w : weight) total += w = math::exp(w - best);

  frequency_posterior found;
  const auto types = static_cast<index>(counts.size());
  found.draws = matrix<double>(options.draws, types);
  if (of_donors) found.variation = matrix<double>(options.draws, types);
  const random_streams streams(rng);
  // Laws by systematic sampling, so that each is tabulated once more; then types given the law.
  random_engine start = streams[static_cast<std::uint64_t>(options.draws)];
  const double offset = draw::uniform(start);
  double before = 0;
  index d = 0;
  std::vector<std::vector<double>> sums(counts.size());
  for (std::size_t l = 0; l < laws.size() && d < options.draws; ++l) {
    before += weight[l] / total;
    const auto is_drawn = [&] {
      return (static_cast<double>(d) + offset) / static_cast<double>(options.draws) < before ||
             l + 1 == laws.size();
    };
    if (!is_drawn()) continue;
    tabulate(laws[l], table);
    for (std::size_t k = 0; k < counts.size(); ++k) {
      const auto& one = likelihoods[k];
      sums[k].assign(one.values.size(), 0);
      double sum = 0;
      for (std::size_t i = 0; i < one.values.size(); ++i)
        sums[k][i] = sum += one.values[i] * table[static_cast<std::size_t>(one.begin) + i];
    }
    for (; d < options.draws && is_drawn(); ++d) {
      random_engine own = streams[static_cast<std::uint64_t>(d)];
      double sum = 0;
      for (index k = 0; k < types; ++k) {
        const auto& cumulated = sums[static_cast<std::size_t>(k)];
        const double u = draw::uniform(own) * cumulated.back();
        const auto place =
            std::min(std::upper_bound(cumulated.begin(), cumulated.end(), u), cumulated.end() - 1) -
            cumulated.begin();
        const double within = laws[l].is_even() ? 0.0 : draw::uniform(own) - 0.5;
        found.draws(d, k) =
            math::exp(lattice::at(likelihoods[static_cast<std::size_t>(k)].begin + place) +
                      within * lattice::step);
        sum += found.draws(d, k);
        if (of_donors)
          found.variation(d, k) = of_donors->deviation_at(
              k, likelihoods[static_cast<std::size_t>(k)].begin + place, draw::uniform(own));
      }
      // Types that were missed: as many as failures before `types` successes. Beyond a hundred
      // for each type seen there is no more to learn, and hardly any mass.
      double unseen = 0;
      if (missed[l] > 0) {
        const double odds = std::min(missed[l] / (1 - missed[l]), 100.0);
        const auto more = draw::negative_binomial(static_cast<double>(types) * odds,
                                                  static_cast<double>(types), own);
        unseen = static_cast<double>(more) * missed_mass[l] / missed[l];
      }
      for (index k = 0; k < types; ++k) found.draws(d, k) /= sum + unseen;
      found.unseen.push_back(unseen / (sum + unseen));
      const double a = laws[l].below, b = laws[l].above;  // Wallis (2014), section 2
      found.spread += std::sqrt((1 - 0.63661977236758134) * (b - a) * (b - a) + a * b) /
                      static_cast<double>(options.draws);
    }
  }
  std::vector<double> sorted(static_cast<std::size_t>(options.draws));
  for (index k = 0; k < types; ++k) {
    double sum = 0;
    for (index i = 0; i < options.draws; ++i)
      sum += sorted[static_cast<std::size_t>(i)] = found.draws(i, k);
    std::sort(sorted.begin(), sorted.end());
    found.mean.push_back(sum / static_cast<double>(options.draws));
    found.lower.push_back(quantile_of_sorted(sorted, (1 - options.level) / 2));
    found.upper.push_back(quantile_of_sorted(sorted, (1 + options.level) / 2));
  }
  return found;
}

}  // namespace harmonium::inline v0_2

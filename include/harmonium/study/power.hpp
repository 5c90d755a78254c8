// SPDX-License-Identifier: MIT
/// @file
/// How likely an experiment of a given size is to find one marker, by simulation.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/analysis/quantile.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Settings of the power of a test by experiments.
struct power_options {
  index experiments = 200;  ///< synthetic experiments
  index relabellings = 10;  ///< of each experiment, whose statistics are the null
  double alpha = 0.01;      ///< share of the null that is called a finding
};

/// How often a test succeeds.
struct power_estimate {
  double power = 0;           ///< share of the experiments that succeed
  double standard_error = 0;  ///< of that share
  double threshold = 0;       ///< the statistic that has to be exceeded
  double median = 0;          ///< of the statistic over the experiments
};

/// Wilcoxon's rank-sum statistic of two samples of counts as a normal score, ties accounted for; 0
/// where all are equal. Positive: the first tends to be larger.
/// Source: Mann & Whitney (1947), Annals of Mathematical Statistics 18:50.
[[nodiscard]] inline double rank_sum_score(std::span<const double> a, std::span<const double> b) {
  std::vector<std::pair<double, bool>> all;
  for (const double x : a) all.emplace_back(x, true);
  for (const double x : b) all.emplace_back(x, false);
  std::sort(all.begin(), all.end());
  const auto n = static_cast<double>(all.size()), m = static_cast<double>(a.size());
  double ranks = 0, ties = 0;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin, own = 0;
    for (; end < all.size() && all[end].first == all[begin].first; ++end)
      if (all[end].second) ++own;
    const auto count = static_cast<double>(end - begin);
    ranks += static_cast<double>(own) * (static_cast<double>(begin + end + 1) / 2);
    ties += count * (count * count - 1);
    begin = end;
  }
  const double spread = m * (n - m) / 12 * ((n + 1) - ties / (n * (n - 1)));
  return spread > 0 ? (ranks - m * (n + 1) / 2) / std::sqrt(spread) : 0.0;
}

/// The threshold that `alpha` of the null exceeds, and how often the statistics do.
[[nodiscard]] inline power_estimate power_against(std::vector<double> statistics,
                                                  std::vector<double> null, double alpha,
                                                  double least) {
  std::sort(null.begin(), null.end());
  power_estimate found;
  found.threshold = std::max(least, quantile_of_sorted(null, 1 - alpha));
  for (const double statistic : statistics)
    if (statistic > found.threshold) found.power += 1;
  const auto n = static_cast<double>(statistics.size());
  found.power /= n;
  found.standard_error = std::sqrt(found.power * (1 - found.power) / n);
  found.median = median_of(statistics);
  return found;
}

/// Groups of an experiment: cells of one type and of another.
struct group_sizes {
  index first, second;  ///< cells
};

/// Power to find a gene that is lower by `log2_fold` in a second group. An experiment takes cells
/// of the pool for both groups, with replacement, and in the second keeps each molecule with
/// probability 2^-log2_fold, which leaves negative binomials negative binomial. The statistic is
/// the absolute rank-sum score; its null the same cells with group labels put on at random.
/// @param pool      counts of the gene in cells of the type, synthetic or real
/// @param log2_fold above 0
/// @param rng       moves on by one word
/// @throws std::invalid_argument for an empty pool or group, or options out of range.
[[nodiscard]] inline power_estimate marker_power(std::span<const double> pool, group_sizes groups,
                                                 double log2_fold, const power_options& options,
                                                 random_engine& rng) {
  require(!pool.empty() && groups.first >= 1 && groups.second >= 1, "marker_power",
          "a pool and two groups with cells are needed");
  require(log2_fold > 0, "marker_power", "the log2 fold change must be positive");
  require(options.experiments >= 1 && options.relabellings >= 1 && options.alpha > 0 &&
              options.alpha < 1,
          "marker_power", "an option is out of range");
  const double kept = math::exp(-log2_fold * math::log(2.0));
  const random_streams streams(rng);
  std::vector<double> statistics, null, cells;
  for (index e = 0; e < options.experiments; ++e) {
    random_engine own = streams[static_cast<std::uint64_t>(e)];
    cells.clear();
    for (index i = 0; i < groups.first + groups.second; ++i) {
      double count = pool[draw::below(pool.size(), own)];
      if (i >= groups.first) {
        double left = 0;
        for (; count > 0; --count)
          if (draw::uniform(own) < kept) ++left;
        count = left;
      }
      cells.push_back(count);
    }
    const std::span<const double> all(cells);
    const auto score = [&] {
      return std::abs(rank_sum_score(all.first(static_cast<std::size_t>(groups.first)),
                                     all.subspan(static_cast<std::size_t>(groups.first))));
    };
    statistics.push_back(score());
    for (index k = 0; k < options.relabellings; ++k) {
      draw::shuffle(std::span(cells), own);
      null.push_back(score());
    }
  }
  return power_against(std::move(statistics), std::move(null), options.alpha, 0);
}

}  // namespace harmonium::inline v0_2

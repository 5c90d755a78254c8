// SPDX-License-Identifier: MIT
/// @file
/// From the scores of a cell's genes to its counts: the quantiles of many negative binomials, kept
/// as the scores at which counts begin.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/count_states.hpp"
#include "harmonium/models/residuals/score_calibration.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// For every state and gene the nodes of its `nb_score_table`, moved by the gene's calibration: a
/// score is compared as drawn. The score below which the count is 0 lies apart, gene by gene: most
/// genes of most cells need nothing else. Scores are floats.
///
/// A node is found by comparing the score with `window` ends side by side, from about where a line
/// through the ends says it is; where it is not among them, by halving. What a cell needs is
/// fetched some genes ahead, as the tables of all states are in no cache near.
/// Memory: 8 bytes a node, about 30 nodes for each state and gene where counts are small, up to 700
/// where they are huge, at least `window`; 20 bytes more for each.
class count_thresholds {
 public:
  /// No states.
  count_thresholds() = default;

  /// @param largest      per gene, what no count exceeds; 0: a gene that is never counted
  /// @param calibrations per gene; empty: none
  template <executor Executor>
  count_thresholds(const Executor& run, const count_states& states, const vector<double>& largest,
                   std::span<const score_calibration> calibrations)
      : genes_(states.genes()) {
    const index all = states.states() * genes_;
    zero_.resize(static_cast<std::size_t>(all));
    // Blocks are joined in their order.
    constexpr index block_size = 512;
    struct nodes {
      std::vector<float> ends;
      std::vector<std::int32_t> counts;
      std::vector<std::size_t> sizes;
    };
    std::vector<nodes> parts(static_cast<std::size_t>((all + block_size - 1) / block_size));
    lookups_.resize(static_cast<std::size_t>(all));
    for_each_range(run, all, block_size, [&](index begin, index end) {
      nodes& own = parts[static_cast<std::size_t>(begin / block_size)];
      for (index k = begin; k < end; ++k) {
        const index m = k % genes_;
        const nb_score_table table(states.mean.data()[k], states.theta.data()[k]);
        const auto counts = table.counts();
        const auto scores = table.scores();
        // Up to the first node that reaches the largest count allowed.
        const auto last = std::lower_bound(counts.begin(), counts.end(), largest[m]);
        const std::size_t size =
            std::min(counts.size(), static_cast<std::size_t>(last - counts.begin()) + 1);
        const std::size_t first = own.ends.size();
        // At least a window; what follows the last node is like it.
        own.ends.resize(first + std::max(size, window), infinity);
        own.counts.resize(own.ends.size());
        const double most = std::min(largest[m], 2147483647.0);
        for (std::size_t i = 0; i < size; ++i)
          own.counts[first + i] = static_cast<std::int32_t>(std::min(counts[i], most));
        for (std::size_t i = first + size; i < own.counts.size(); ++i)
          own.counts[i] = own.counts[first + size - 1];
        for (std::size_t i = 0; i + 1 < size; ++i)
          own.ends[first + i] = static_cast<float>(
              calibrations.empty() ? scores[i]
                                   : calibrations[static_cast<std::size_t>(m)](scores[i]));
        own.sizes.push_back(own.ends.size() - first);
        lookups_[static_cast<std::size_t>(k)] =
            lookup_of(&own.ends[first], &own.counts[first], own.ends.size() - first);
        zero_[static_cast<std::size_t>(k)] = own.counts[first] == 0 ? own.ends[first] : -infinity;
      }
    });
    std::size_t total = 0, k = 0;
    for (const nodes& own : parts)
      for (const std::size_t size : own.sizes) {
        lookups_[k++].begin = static_cast<std::uint32_t>(total);
        total += size;
      }
    require(total < 0x7fffffff, "count_thresholds", "more than 2^31 nodes");
    ends_.reserve(total);
    counts_.reserve(total);
    for (nodes& own : parts) {
      ends_.insert(ends_.end(), own.ends.begin(), own.ends.end());
      counts_.insert(counts_.end(), own.counts.begin(), own.counts.end());
      own = {};
    }
  }

  [[nodiscard]] bool empty() const noexcept { return zero_.empty(); }

  /// Appends the counts of a cell to `out`, which has as many genes, and leaves it unfinished.
  /// @param scores  length genes
  /// @param scratch resized to hold two numbers per gene
  void append(index state, std::span<const float> scores, std::vector<std::int32_t>& scratch,
              count_matrix<>& out) const {
    const auto genes = static_cast<std::size_t>(genes_);
    const std::size_t first = static_cast<std::size_t>(state) * genes;
    const float* zero = zero_.data() + first;
    scratch.resize(2 * genes);
    std::int32_t* gene = scratch.data();
    std::int32_t* node = gene + genes;  // where a gene's comparisons begin, later its count
    // Every gene is written down, and kept where its count is not 0: no branch to mispredict.
    std::size_t counted = 0;
    for (std::size_t m = 0; m < genes; ++m) {
      gene[counted] = static_cast<std::int32_t>(m);
      counted += scores[m] > zero[m] ? 1 : 0;
    }
    constexpr std::size_t ahead = 24;
    const auto fetch = [&](std::size_t k) {
      const auto m = static_cast<std::size_t>(gene[k]);
      const std::uint32_t start = lookups_[first + m].start(scores[m]);
      node[k] = static_cast<std::int32_t>(start);
      __builtin_prefetch(ends_.data() + start);
      __builtin_prefetch(ends_.data() + start + window - 1);
      __builtin_prefetch(counts_.data() + start + window / 2);
    };
    for (std::size_t k = 0; k < std::min(ahead, counted); ++k) fetch(k);
    std::size_t kept = 0;
    for (std::size_t k = 0; k < counted; ++k) {
      if (k + ahead < counted) fetch(k + ahead);
      const auto m = static_cast<std::size_t>(gene[k]);
      const auto start = static_cast<std::uint32_t>(node[k]);
      const std::int32_t count = count_from(first + m, start, scores[m]);
      gene[kept] = static_cast<std::int32_t>(m);
      node[kept] = count;
      kept += count != 0 ? 1 : 0;  // 0: what the largest count leaves of a scaled model
    }
    const std::int32_t* listed = gene;
    out.push_listed({listed, kept}, {listed + genes, kept});
  }

  /// The count that a score stands for.
  [[nodiscard]] std::int32_t count(index state, index gene, float z) const noexcept {
    const auto k = static_cast<std::size_t>(state * genes_ + gene);
    return count_from(k, lookups_[k].start(z), z);
  }

 private:
  static constexpr float infinity = std::numeric_limits<float>::infinity();
  static constexpr std::size_t window = 16;  ///< ends that a score is compared with

  /// The nodes of one state and gene.
  struct lookup {
    std::uint32_t begin;       ///< the first one
    std::uint16_t units;       ///< so many nodes have their number as their count
    std::uint16_t last_start;  ///< no window begins later
    float offset, slope;       ///< offset + slope z: where the window of the score z begins

    [[nodiscard]] std::uint32_t start(float z) const noexcept {
      constexpr float most = 65535;  // of infinite scores
      const float guess = std::min(std::max(0.0f, offset + slope * z), most);
      const auto from = static_cast<std::int32_t>(guess);
      return begin + static_cast<std::uint32_t>(std::min(from, std::int32_t{last_start}));
    }
  };

  /// Without `begin`. The line goes through the nodes of the lowest score above 0 counts and of a
  /// high one, moved by half of what it misses between them.
  static lookup lookup_of(const float* ends, const std::int32_t* counts, std::size_t size) {
    lookup result{};
    if (size > window) {
      const auto node = [&](float z) { return static_cast<float>(search(ends, size, z)); };
      const float low = std::min(std::max(ends[0], -2.0f), 1.5f), high = 2.5f;
      const float at_low = node(low), at_high = node(high), middle = 0.5f * (low + high);
      result.slope = (at_high - at_low) / (high - low);
      const float missed = node(middle) - 0.5f * (at_low + at_high);
      result.offset = at_low - result.slope * low + 0.5f * missed - 0.5f * float{window};
    }
    constexpr std::size_t most = std::numeric_limits<std::uint16_t>::max();
    result.last_start = static_cast<std::uint16_t>(std::min(most, size - window));
    std::size_t units = 0;
    while (units < std::min(most, size) && counts[units] == static_cast<std::int32_t>(units))
      ++units;
    result.units = static_cast<std::uint16_t>(units);
    return result;
  }

  /// Of the table k, given where its window begins.
  [[nodiscard]] std::int32_t count_from(std::size_t k, std::uint32_t start,
                                        float z) const noexcept {
    const lookup& own = lookups_[k];
    // The first node that ends at z or above; the last one ends at infinity.
    std::uint32_t below = below_in_window(ends_.data() + start, z);
    std::uint32_t i = start - own.begin + below;
    if (below == window || (below == 0 && start != own.begin)) [[unlikely]]
      i = search(ends_.data() + own.begin, end_of(k) - own.begin, z);
    if (i < own.units) return static_cast<std::int32_t>(i);
    const float* ends = ends_.data() + own.begin;
    const std::int32_t* counts = counts_.data() + own.begin;
    if (i == 0 || counts[i] - counts[i - 1] <= 1 || ends[i] == infinity) return counts[i];
    const double share = (static_cast<double>(z) - static_cast<double>(ends[i - 1])) /
                         (static_cast<double>(ends[i]) - static_cast<double>(ends[i - 1]));
    const double gap = static_cast<double>(counts[i]) - static_cast<double>(counts[i - 1]);
    // Rounded up; std::ceil is a call where the instruction set lacks it.
    const double steps = share * gap;
    const auto whole = static_cast<std::int32_t>(steps);
    return std::clamp(counts[i - 1] + whole + (static_cast<double>(whole) < steps ? 1 : 0),
                      counts[i - 1] + 1, counts[i]);
  }

  [[nodiscard]] std::size_t end_of(std::size_t k) const noexcept {
    return k + 1 < lookups_.size() ? lookups_[k + 1].begin : ends_.size();
  }

  /// How many of `window` numbers are below z.
  static std::uint32_t below_in_window(const float* numbers, float z) noexcept {
    typedef float four __attribute__((vector_size(16)));
    typedef std::int32_t truths __attribute__((vector_size(16)));
    const four score{z, z, z, z};
    truths sum{};
    for (std::size_t i = 0; i < window; i += 4) {
      four part;
      std::memcpy(&part, numbers + i, sizeof part);
      sum += part < score;  // -1 where true
    }
    return static_cast<std::uint32_t>(-(sum[0] + sum[1] + sum[2] + sum[3]));
  }

  /// The first of ascending ends that is at z or above, by halving without a branch; the last one
  /// is infinite.
  static std::uint32_t search(const float* ends, std::size_t size, float z) noexcept {
    std::size_t i = 0;
    for (std::size_t left = size; left > 1;) {
      const std::size_t half = left / 2;
      i += ends[i + half - 1] < z ? half : 0;
      left -= half;
    }
    return static_cast<std::uint32_t>(i);
  }

  index genes_ = 0;
  std::vector<float> zero_;      ///< states x genes: up to here the count is 0
  std::vector<lookup> lookups_;  ///< states x genes
  std::vector<float> ends_;      ///< highest score of each node's count
  std::vector<std::int32_t> counts_;
};

}  // namespace harmonium::inline v0_2

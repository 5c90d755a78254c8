// SPDX-License-Identifier: MIT
/// @file
/// From the scores of a cell's genes to its counts: the quantiles of many negative binomials, kept
/// as the scores at which counts begin.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
/// Memory: 8 bytes a node, about 30 nodes for each state and gene where counts are small, up to 700
/// where they are huge; 8 bytes more for each.
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
        for (std::size_t i = 0; i < size; ++i) {
          const double end_score = calibrations.empty()
                                       ? scores[i]
                                       : calibrations[static_cast<std::size_t>(m)](scores[i]);
          own.ends.push_back(i + 1 < size ? static_cast<float>(end_score) : infinity);
          const double most = std::min(largest[m], 2147483647.0);
          own.counts.push_back(static_cast<std::int32_t>(std::min(counts[i], most)));
        }
        own.sizes.push_back(size);
        zero_[static_cast<std::size_t>(k)] = own.counts[own.counts.size() - size] == 0
                                                 ? own.ends[own.ends.size() - size]
                                                 : -infinity;
      }
    });
    begin_.push_back(0);
    for (nodes& own : parts) {
      for (const std::size_t size : own.sizes) begin_.push_back(begin_.back() + size);
      ends_.insert(ends_.end(), own.ends.begin(), own.ends.end());
      counts_.insert(counts_.end(), own.counts.begin(), own.counts.end());
      own = {};
    }
  }

  [[nodiscard]] bool empty() const noexcept { return zero_.empty(); }

  /// Appends the counts of a cell to `out`, which has as many genes, and leaves it unfinished.
  /// @param scores  length genes
  /// @param scratch resized to hold a number per gene
  void append(index state, std::span<const float> scores, std::vector<std::int32_t>& scratch,
              count_matrix<>& out) const {
    const auto genes = static_cast<std::size_t>(genes_);
    const float* zero = zero_.data() + static_cast<std::size_t>(state * genes_);
    scratch.resize(genes);
    // Every gene is written down, and kept where its count is not 0: no branch to mispredict.
    std::size_t counted = 0;
    for (std::size_t m = 0; m < genes; ++m) {
      scratch[counted] = static_cast<std::int32_t>(m);
      counted += scores[m] > zero[m] ? 1 : 0;
    }
    for (std::size_t k = 0; k < counted; ++k) {
      const auto m = static_cast<std::size_t>(scratch[k]);
      out.push_back(static_cast<index>(m), count(state, static_cast<index>(m), scores[m]));
    }
  }

  /// The count that a score stands for.
  [[nodiscard]] std::int32_t count(index state, index gene, float z) const noexcept {
    const auto k = static_cast<std::size_t>(state * genes_ + gene);
    const float* ends = ends_.data() + begin_[k];
    const std::int32_t* counts = counts_.data() + begin_[k];
    // The first node that ends at z or above; the last one ends at infinity.
    const std::size_t size = begin_[k + 1] - begin_[k];
    constexpr std::size_t near = 3;  // most counts are small
    std::size_t i = 0;
    while (i < near && i + 1 < size && ends[i] < z) ++i;
    if (i == near) {
      // Halving without a branch to mispredict: the node is among `left` from `i` on.
      for (std::size_t left = size - i; left > 1;) {
        const std::size_t half = left / 2;
        i += ends[i + half - 1] < z ? half : 0;
        left -= half;
      }
    }
    if (i == 0 || counts[i] - counts[i - 1] <= 1) return counts[i];
    if (ends[i] == infinity) return counts[i];
    const double share = (static_cast<double>(z) - static_cast<double>(ends[i - 1])) /
                         (static_cast<double>(ends[i]) - static_cast<double>(ends[i - 1]));
    const double gap = static_cast<double>(counts[i]) - static_cast<double>(counts[i - 1]);
    const auto steps = static_cast<std::int32_t>(std::ceil(share * gap));
    return std::clamp(counts[i - 1] + steps, counts[i - 1] + 1, counts[i]);
  }

 private:
  static constexpr float infinity = std::numeric_limits<float>::infinity();

  index genes_ = 0;
  std::vector<float> zero_;         ///< states x genes: up to here the count is 0
  std::vector<std::size_t> begin_;  ///< of the nodes of each, one more at the end
  std::vector<float> ends_;         ///< highest score of each node's count
  std::vector<std::int32_t> counts_;
};

}  // namespace harmonium::inline v0_2

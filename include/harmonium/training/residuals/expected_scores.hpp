// SPDX-License-Identifier: MIT
/// @file
/// The expected scores of pilot cells as an operator, for the principal components that factors
/// start from.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/core/counts_by_gene.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/residuals/scored_pilot.hpp"
#include "harmonium/units/nb_scores.hpp"

namespace harmonium::inline v0_2 {

/// Cells x genes matrix of the expected scores given the counts alone, centred within (variants of)
/// states: zeros share one value per state and gene, so that it is stored as sparse + rank of the
/// states, the sparse part as floats gene by gene: 4 bytes a non-zero count. Borrows the pilot.
class expected_scores {
 public:
  template <executor Executor>
  expected_scores(const Executor& run, const scored_pilot& pilot)
      : state_(pilot.variant()),
        where_(&pilot.counted()),
        excess_(where_->size()),
        zero_(matrix<double>::Zero(pilot.variants(), pilot.genes())),
        squares_(vector<double>::Zero(pilot.genes())),
        cells_(static_cast<std::size_t>(pilot.variants()), 0.0) {
    for (const index s : state_) cells_[static_cast<std::size_t>(s)] += 1;
    for_each_range(run, pilot.genes(), 16, [&](index begin, index end) {
      std::vector<score_interval> intervals(state_.size());
      std::vector<double> score(state_.size());
      std::vector<char> counted(state_.size());
      for (index m = begin; m < end; ++m) {
        pilot.intervals(m, intervals);
        add_gene(m, intervals, counted, score);
      }
    });
  }

  [[nodiscard]] index rows() const noexcept { return static_cast<index>(state_.size()); }
  [[nodiscard]] index cols() const noexcept { return zero_.cols(); }

  void multiply(std::span<const double> in, std::span<double> out) const {
    std::vector<double> base(static_cast<std::size_t>(zero_.rows()), 0.0);
    for (index s = 0; s < zero_.rows(); ++s)
      for (index m = 0; m < cols(); ++m)
        base[static_cast<std::size_t>(s)] += zero_(s, m) * in[static_cast<std::size_t>(m)];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = base[static_cast<std::size_t>(state_[i])];
    for (index m = 0; m < cols(); ++m)
      for_each_counted(m, [&, weight = in[static_cast<std::size_t>(m)]](
                              std::size_t i, double excess) { out[i] += excess * weight; });
  }

  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    std::vector<double> base(static_cast<std::size_t>(zero_.rows()), 0.0);
    for (std::size_t i = 0; i < state_.size(); ++i)
      base[static_cast<std::size_t>(state_[i])] += in[i];
    std::fill(out.begin(), out.end(), 0.0);
    for (index s = 0; s < zero_.rows(); ++s)
      for (index m = 0; m < cols(); ++m)
        out[static_cast<std::size_t>(m)] += zero_(s, m) * base[static_cast<std::size_t>(s)];
    for (index m = 0; m < cols(); ++m)
      for_each_counted(m, [&, &sum = out[static_cast<std::size_t>(m)]](
                              std::size_t i, double excess) { sum += excess * in[i]; });
  }

  /// Zero by construction.
  [[nodiscard]] vector<double> column_means() const { return vector<double>::Zero(cols()); }
  [[nodiscard]] vector<double> column_squares() const { return squares_; }

 private:
  void add_gene(index m, std::span<const score_interval> intervals, std::vector<char>& counted,
                std::vector<double>& score) {
    const std::size_t states = cells_.size();
    std::vector<double> sum(states, 0.0), zeros(states, 0.0), zero_sum(states, 0.0);
    std::fill(counted.begin(), counted.end(), 0);
    for (const index i : where_->cells(m)) counted[static_cast<std::size_t>(i)] = 1;
    // Zeros of a state mostly share one interval.
    std::vector<double> known_end(states, 1e300), known_score(states, 0.0);
    for (std::size_t i = 0; i < score.size(); ++i) {
      const auto s = static_cast<std::size_t>(state_[i]);
      const auto [lower, upper] = intervals[i];
      if (counted[i]) {
        score[i] = math::truncated_normal(lower, upper).mean;
      } else {
        if (upper != known_end[s]) {
          known_score[s] = math::truncated_normal(lower, upper).mean;
          known_end[s] = upper;
        }
        score[i] = known_score[s];
        zeros[s] += 1;
        zero_sum[s] += score[i];
      }
      sum[s] += score[i];
    }
    for (std::size_t s = 0; s < states; ++s)
      if (zeros[s] > 0)
        zero_(static_cast<index>(s), m) = zero_sum[s] / zeros[s] - sum[s] / cells_[s];
    float* excess = where_->part(std::span(excess_), m).data();
    for (std::size_t i = 0; i < score.size(); ++i) {
      const auto s = static_cast<std::size_t>(state_[i]);
      const double zero = zero_(static_cast<index>(s), m);
      const double own = counted[i] ? score[i] - sum[s] / cells_[s] : zero;
      squares_[m] += own * own;
      if (counted[i]) *excess++ = static_cast<float>(own - zero);
    }
  }

  /// Calls `body(cell, excess)` for the gene's non-zero counts.
  template <class Body>
  void for_each_counted(index gene, Body&& body) const {
    const auto cells = where_->cells(gene);
    const auto excess = where_->part(std::span(excess_), gene);
    for (std::size_t k = 0; k < cells.size(); ++k)
      body(static_cast<std::size_t>(cells[k]), static_cast<double>(excess[k]));
  }

  std::vector<index> state_;
  const cells_by_gene* where_;
  std::vector<float> excess_;  ///< scores of non-zero counts less that of a zero, gene by gene
  matrix<double> zero_;
  vector<double> squares_;
  std::vector<double> cells_;  ///< of every state
};

static_assert(linear_operator<expected_scores>);

}  // namespace harmonium::inline v0_2

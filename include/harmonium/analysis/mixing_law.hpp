// SPDX-License-Identifier: MIT
/// @file
/// The law that a parameter follows over many items, learned from all of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A discrete law of a parameter on a grid, by nonparametric maximum likelihood over items each of
/// which has a value of its own; and what an item's value then is, so that one that tells little
/// takes what the others tell.
/// Source: Kiefer & Wolfowitz (1956), Ann. Math. Statist. 27:887; by expectation-maximisation.
class mixing_law {
 public:
  /// @param likelihoods items x points of the grid, >= 0, each row up to a factor
  /// @param is_used     per item, whether the law is learned from it
  /// @param before      what is believed of the law, sums to 1, with the weight of so many items:
  ///                    for few items, of which maximum likelihood makes too narrow a law; empty:
  ///                    nothing
  /// @throws std::invalid_argument unless there is one `is_used` per item, and `before` has one
  ///         probability per point
  mixing_law(matrix<double> likelihoods, std::span<const char> is_used, index iterations,
             std::span<const double> before = {}, double weight = 0)
      : likelihoods_(std::move(likelihoods)),
        law_(static_cast<std::size_t>(likelihoods_.cols()),
             1.0 / static_cast<double>(likelihoods_.cols())) {
    require(std::cmp_equal(is_used.size(), likelihoods_.rows()), "mixing_law",
            "whether it is used must be told of each item");
    require(before.empty() || before.size() == law_.size(), "mixing_law",
            "what is believed before has a probability for each point");
    if (!before.empty()) law_.assign(before.begin(), before.end());
    std::vector<double> next(law_.size()), own(law_.size());
    for (index iteration = 0; iteration < iterations; ++iteration) {
      std::fill(next.begin(), next.end(), 0.0);
      double sum = 0;
      for (index item = 0; item < likelihoods_.rows(); ++item) {
        if (!is_used[static_cast<std::size_t>(item)]) continue;
        posterior(item, own);
        for (std::size_t k = 0; k < own.size(); ++k) next[k] += own[k];
        sum += 1;
      }
      if (!(sum > 0)) return;
      for (std::size_t k = 0; k < next.size(); ++k)
        law_[k] = before.empty() ? next[k] / sum : (weight * before[k] + next[k]) / (weight + sum);
    }
  }

  /// Of each point, sums to 1; where no item was used, as believed before, else uniform.
  [[nodiscard]] const std::vector<double>& law() const noexcept { return law_; }

  /// Writes the probability of each point for one item, which sum to 1. @param out one per point
  void posterior(index item, std::span<double> out) const noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < out.size(); ++k)
      sum += out[k] = law_[k] * likelihoods_(item, static_cast<index>(k));
    for (double& value : out) value /= std::max(sum, 1e-300);
  }

 private:
  matrix<double> likelihoods_;
  std::vector<double> law_;
};

}  // namespace harmonium::inline v0_2

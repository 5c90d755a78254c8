// SPDX-License-Identifier: MIT
/// @file
/// The contract of what draws the scores of a cell's genes.
#pragma once

#include <concepts>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// A fitted residual correlation: draws the normal scores of all genes of a cell in a given state.
/// `correlated_cells` turns each into the negative binomial quantile of the gene in that state.
///
/// Laws: `draw` overwrites all of `scores` (length genes), uses `rng` alone and changes nothing;
/// drawn scores are finite, and about standard normal gene by gene where the negative binomials
/// are right.
template <class R>
concept residual_scores = std::copyable<R> &&
    requires(const R& residual, index state, random_engine& rng, std::span<float> scores) {
  { residual.draw(state, rng, scores) } -> std::same_as<void>;
};

}  // namespace harmonium::inline v0_2

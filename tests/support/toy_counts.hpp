// SPDX-License-Identifier: MIT
/// @file
/// A small pilot of two kinds of cells that a model should tell apart.
#pragma once

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/random_engine.hpp"

namespace tiny {

namespace hm = harmonium;

/// Means of gene m in kind 0 and 1: the first third is raised in kind 0, the second in kind 1.
inline double toy_mean(hm::index m, hm::index genes, bool second) {
  const double base = 0.5 + static_cast<double>(m % 4);
  if (3 * m < genes) return second ? base : 6 * base;
  if (3 * m < 2 * genes) return second ? 6 * base : base;
  return base;
}

/// Odd cells are of the second kind.
inline hm::count_matrix<> toy_counts(hm::index cells, hm::index genes, std::uint64_t seed,
                                     double theta = 2) {
  hm::count_matrix<> counts(genes);
  hm::random_engine rng(seed);
  for (hm::index i = 0; i < cells; ++i) {
    for (hm::index m = 0; m < genes; ++m)
      counts.push_back(m, hm::draw::negative_binomial(toy_mean(m, genes, i % 2 == 1), theta, rng));
    counts.finish_cell();
  }
  return counts;
}

}  // namespace tiny

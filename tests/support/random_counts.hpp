// SPDX-License-Identifier: MIT
/// @file
/// Small count matrices for tests.
#pragma once

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"

namespace support {

/// Skewed counts with many zeros; cell 1 and gene 2 are all zero where they exist.
inline harmonium::count_matrix<> random_counts(harmonium::index cells, harmonium::index genes,
                                               harmonium::random_engine& rng) {
  harmonium::count_matrix<> counts(genes);
  for (harmonium::index i = 0; i < cells; ++i) {
    for (harmonium::index j = 0; j < genes; ++j) {
      const double u = harmonium::draw::uniform(rng);
      const int count = static_cast<int>((0.2 + static_cast<double>(j % 7)) * u * u * u * 4);
      if (i != 1 && j != 2) counts.push_back(j, count);
    }
    counts.finish_cell();
  }
  return counts;
}

}  // namespace support

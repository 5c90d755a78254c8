// SPDX-License-Identifier: MIT
/// @file
/// What worse sequencing would have counted: added zeros, and with `core/thin_counts.hpp` fewer
/// molecules.
#pragma once

#include <cstddef>
#include <string>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/thin_counts.hpp"

namespace harmonium::inline v0_2 {

/// Every non-zero count becomes zero with probability `share`, independently: the "artificially
/// added zeros" of Treppner et al. (2021), doi 10.1038/s41598-021-88875-4, there 20 %.
/// @throws std::invalid_argument unless 0 <= share <= 1.
template <executor Executor, count_source Counts>
[[nodiscard]] count_matrix<> add_zeros(const Executor& run, const Counts& counts, double share,
                                       random_engine& rng) {
  require(share >= 0 && share <= 1, "add_zeros",
          "the share must be between 0 and 1, got " + std::to_string(share));
  return make_cells(
      run, counts.genes(), counts.cells(),
      [&] {
        return [&](random_engine& own, count_matrix<>& out) {
          const auto cell = counts.cell(static_cast<index>(own.item()));
          for (std::size_t k = 0; k < cell.size(); ++k)
            if (!(draw::uniform(own) < share))
              out.push_back(static_cast<index>(cell.genes[k]), cell.values[k]);
        };
      },
      silent{}, rng);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Counts of fewer molecules: binomial thinning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/make_cells.hpp"
#include "harmonium/core/progress.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2 {

/// Every counted molecule is kept with probability `kept`, independently: binomial thinning. It
/// shows fewer reads per cell as far as counts are of molecules, each read few times; deeply
/// sequenced libraries lose fewer molecules than reads. Cell i draws from stream i; `rng` moves on
/// by one word. Cost: one draw per counted molecule.
/// @param kept 0 to 1
/// @throws std::invalid_argument for another share.
template <executor Executor, count_source Counts>
[[nodiscard]] count_matrix<> thin_counts(const Executor& run, const Counts& counts, double kept,
                                         random_engine& rng) {
  require(kept >= 0 && kept <= 1, "thin_counts",
          "the share kept must be between 0 and 1, got " + std::to_string(kept));
  return make_cells(
      run, counts.genes(), counts.cells(),
      [&] {
        return [&](random_engine& own, count_matrix<>& out) {
          const auto cell = counts.cell(static_cast<index>(own.item()));
          for (std::size_t k = 0; k < cell.size(); ++k) {
            std::int32_t left = 0;
            for (auto molecule = cell.values[k]; molecule > 0; --molecule)
              if (draw::uniform(own) < kept) ++left;
            out.push_back(static_cast<index>(cell.genes[k]), left);
          }
        };
      },
      silent{}, rng);
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What a sample has not seen: the share of cells of types that do not occur in it.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What a sample says about types that it does not show.
struct unseen_types {
  index cells = 0;       ///< of the sample
  index seen = 0;        ///< types with at least one cell
  index singletons = 0;  ///< types with one
  index doubletons = 0;  ///< types with two
  /// Share of the tissue's cells that are of unseen types: singletons / cells.
  double mass = 0;
  /// Types there are, at least: seen + f1 (f1 - 1) / (2 (f2 + 1)).
  double types = 0;
  /// A single type that was not seen is, with the given confidence, not more frequent than this.
  double largest_unseen = 0;
};

/// The estimates of Good-Turing (mass) and Chao (types, bias-corrected) from the cells of every
/// type. Clusters that an algorithm found rarely have one or two cells: then both say that nothing
/// is missing, which `largest_unseen` = 1 - (1 - confidence)^(1 / cells) does not.
/// Source: Good (1953), Biometrika 40:237, doi 10.1093/biomet/40.3-4.237; Chao (1984), Scand. J.
/// Statistics 11:265.
/// @param counts     cells of each type, >= 0, at least one in all
/// @param confidence of `largest_unseen`, between 0 and 1
/// @throws std::invalid_argument for other counts or another confidence.
[[nodiscard]] inline unseen_types unseen_mass(std::span<const index> counts,
                                              double confidence = 0.95) {
  require(confidence > 0 && confidence < 1, "unseen_mass",
          "confidence must be between 0 and 1, got " + std::to_string(confidence));
  unseen_types found;
  for (const index count : counts) {
    require(count >= 0, "unseen_mass", "counts must not be negative");
    found.cells += count;
    if (count > 0) ++found.seen;
    if (count == 1) ++found.singletons;
    if (count == 2) ++found.doubletons;
  }
  require(found.cells > 0, "unseen_mass", "there are no cells");
  const auto cells = static_cast<double>(found.cells);
  const auto ones = static_cast<double>(found.singletons);
  found.mass = ones / cells;
  found.types = static_cast<double>(found.seen) +
                ones * std::max(0.0, ones - 1) / (2 * static_cast<double>(found.doubletons + 1));
  found.largest_unseen = -math::expm1(math::log1p(-confidence) / cells);
  return found;
}

}  // namespace harmonium::inline v0_2

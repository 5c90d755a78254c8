// SPDX-License-Identifier: MIT
/// @file
/// How well a forest tells synthetic cells from fresh ones, by the size of the pilot alone.
#pragma once

#include <cmath>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/normal.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What to expect of `forest_auc` against fresh cells.
struct expected_auc {
  double low = 0.5, high = 0.5;  ///< ends of the range, 0.5 to 1
};

/// For the recommended model and UMI counts of about 1000 variable genes: Phi(sqrt(k / (2 n))) of a
/// pilot of n cells, as the error of n cells' means and correlations would have it. k was about 200
/// for blood (pbmc3k) and 420 for brain (zeisel_strt), pilots of 96 to 1536 cells
/// (docs/which-model.md, "How large must a pilot be?"): an experience with two tissues, not a
/// bound.
/// @throws std::invalid_argument without a cell.
[[nodiscard]] inline expected_auc expected_forest_auc(index cells) {
  require(cells >= 1, "expected_forest_auc",
          "a pilot has at least one cell, got " + std::to_string(cells));
  const auto of = [&](double k) {
    return math::normal_cdf(std::sqrt(k / (2 * static_cast<double>(cells))));
  };
  return {of(200), of(420)};
}

}  // namespace harmonium::inline v0_2

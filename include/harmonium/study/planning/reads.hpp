// SPDX-License-Identifier: MIT
/// @file
/// Reads for molecules: how much sequencing a depth takes.
#pragma once

#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace harmonium::inline v0_2 {

/// The reads that show a share `depth` of the molecules that the pilot counted, as a share of the
/// pilot's reads. A library's molecules are read as a Poisson process: x reads for each molecule of
/// the library show 1 - exp(-x) of them, and of those reads 1 - (1 - exp(-x)) / x are copies of a
/// molecule already seen, which is the saturation. Without copies reads and molecules are
/// proportional; in a saturated library half the reads show more than half the molecules.
/// Source: Lander & Waterman (1988), Genomics 2:231.
/// @param saturation of the pilot: copies among its reads, at least 0 and below 1
/// @throws std::invalid_argument for a depth outside 0 to 1, or another saturation
[[nodiscard]] inline double reads_share(double depth, double saturation) {
  require(depth >= 0 && depth <= 1, "reads_share",
          "a depth lies between 0 and 1, got " + std::to_string(depth));
  require(saturation >= 0 && saturation < 1, "reads_share",
          "the saturation must be at least 0 and below 1, got " + std::to_string(saturation));
  if (saturation < 1e-9) return depth;
  double low = 0, high = 1 / (1 - saturation);  // (1 - exp(-x)) / x = 1 - saturation lies between
  for (int step = 0; step < 100; ++step) {
    const double x = (low + high) / 2;
    (-math::expm1(-x) > (1 - saturation) * x ? low : high) = x;
  }
  return math::log1p(depth * math::expm1(-high)) / -high;
}

}  // namespace harmonium::inline v0_2

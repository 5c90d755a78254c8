// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Sums of products in the order of Eigen's in packs of two, for factorisations that are to have
/// its bits: where a system is nearly singular its roundings decide on the solution.
#pragma once

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Sum of products, those of even and of odd places apart until the end.
/// @param twice those of places 2 and 3 of every four apart as well
template <class Real>
[[nodiscard]] Real sum_in_packs(const Real* a, const Real* b, index size, bool twice) {
  const index pairs = size / 2 * 2, fours = twice && size >= 4 ? size / 4 * 4 : 0;
  Real even = 0, odd = 0, third = 0, fourth = 0;
  index i = 0;
  for (; i < fours; i += 4) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
    third += a[i + 2] * b[i + 2];
    fourth += a[i + 3] * b[i + 3];
  }
  even += third;
  odd += fourth;
  for (; i < pairs; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  const Real sum = even + odd;
  return pairs == size ? sum : sum + a[pairs] * b[pairs];
}

}  // namespace harmonium::inline v0_2

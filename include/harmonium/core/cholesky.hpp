// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The Cholesky factor of a small symmetric matrix, with the bits of Eigen's LLT in packs of two up
/// to 31 rows (beyond, Eigen works in blocks). Eigen's costs a program more than <Eigen/Core> to
/// compile.
#pragma once

#include <cmath>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/sum_in_packs.hpp"

namespace harmonium::inline v0_2 {

/// Replaces a symmetric matrix, of which the lower triangle is read, by the lower triangular L with
/// L L' equal to it (Golub and Van Loan 2013, Matrix Computations, section 4.2.5).
/// @return whether it is positive definite; if not, it is left half done
template <class Real>
[[nodiscard]] bool cholesky(matrix<Real>& a) {
  const index size = a.rows();
  for (index k = 0; k < size; ++k) {
    const Real* const own = a.data() + k * size;
    const Real pivot = a(k, k) - sum_in_packs(own, own, k, true);
    if (!(pivot > Real(0)) || !std::isfinite(pivot)) return false;
    a(k, k) = std::sqrt(pivot);
    for (index i = k + 1; i < size; ++i) {
      const bool alone = k + 2 == size;  // a single row below
      a(i, k) = (a(i, k) - sum_in_packs(a.data() + i * size, own, k, alone)) / a(k, k);
    }
    for (index j = k + 1; j < size; ++j) a(k, j) = Real(0);
  }
  return true;
}

}  // namespace harmonium::inline v0_2

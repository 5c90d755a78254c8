// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Eigenvalues of small symmetric matrices: much quicker to compile than a general solver, and the
/// same bits everywhere.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

struct symmetric_eigen {
  vector<double> values;   ///< descending
  matrix<double> vectors;  ///< column c belongs to values[c]; orthonormal
};

/// All eigenvalues and eigenvectors of the symmetric matrix `a` by cyclic Jacobi rotations.
/// Cost: about 10 * size^3 for each of some ten sweeps; meant for sizes up to about a hundred.
/// @throws std::invalid_argument if `a` is not square.
/// @see Golub & Van Loan (2013), Matrix Computations, 4th edition, section 8.5.
inline symmetric_eigen jacobi_eigen(matrix<double> a) {
  require(a.rows() == a.cols(), "jacobi_eigen", "the matrix must be square");
  const index n = a.rows();
  matrix<double> v = matrix<double>::Identity(n, n);
  for (int sweep = 0; sweep < 60; ++sweep) {
    bool rotated = false;
    for (index p = 0; p < n; ++p) {
      for (index q = p + 1; q < n; ++q) {
        const double off = a(p, q);
        if (std::abs(off) <= 1e-17 * std::sqrt(std::abs(a(p, p)) * std::abs(a(q, q))) ||
            std::abs(off) < 1e-300)
          continue;
        rotated = true;
        const double tau = (a(q, q) - a(p, p)) / (2 * off);
        const double t = (tau >= 0 ? 1 : -1) / (std::abs(tau) + std::sqrt(1 + tau * tau));
        const double c = 1 / std::sqrt(1 + t * t);
        const double s = t * c;
        for (index k = 0; k < n; ++k) {
          const double left = a(k, p), right = a(k, q);
          a(k, p) = c * left - s * right;
          a(k, q) = s * left + c * right;
        }
        for (index k = 0; k < n; ++k) {
          const double upper = a(p, k), lower = a(q, k);
          a(p, k) = c * upper - s * lower;
          a(q, k) = s * upper + c * lower;
          const double left = v(k, p), right = v(k, q);
          v(k, p) = c * left - s * right;
          v(k, q) = s * left + c * right;
        }
        a(p, q) = a(q, p) = 0;
      }
    }
    if (!rotated) break;
  }

  std::vector<index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), index(0));
  std::stable_sort(order.begin(), order.end(), [&](index i, index j) { return a(i, i) > a(j, j); });
  symmetric_eigen result{vector<double>(n), matrix<double>(n, n)};
  for (index c = 0; c < n; ++c) {
    const index from = order[static_cast<std::size_t>(c)];
    result.values[c] = a(from, from);
    for (index k = 0; k < n; ++k) result.vectors(k, c) = v(k, from);
  }
  return result;
}

}  // namespace harmonium::inline v0_2

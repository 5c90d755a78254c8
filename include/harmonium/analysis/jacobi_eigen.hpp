// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Eigenvalues of small symmetric matrices: much quicker to compile than a general solver, and the
/// same bits everywhere.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

struct symmetric_eigen {
  vector<double> values;   ///< descending
  matrix<double> vectors;  ///< column c belongs to values[c]; orthonormal
};

/// All eigenvalues and eigenvectors of the symmetric matrix `a` by cyclic Jacobi rotations.
/// Cost: about 6 * size^3 for each of some ten sweeps; meant for sizes up to about a hundred.
/// @throws std::invalid_argument if `a` is not square.
/// @see Golub & Van Loan (2013), Matrix Computations, 4th edition, section 8.5.
inline symmetric_eigen jacobi_eigen(matrix<double> a) {
  require(a.rows() == a.cols(), "jacobi_eigen", "the matrix must be square");
  const index n = a.rows();
  matrix<double> v = matrix<double>::Zero(n, n);  // an eigenvector a row
  for (index i = 0; i < n; ++i) v(i, i) = 1;
  const auto rotate = [](double c, double s, index length, double* p, double* q) {
    for (index k = 0; k < length; ++k) {
      const double left = p[k], right = q[k];
      p[k] = c * left - s * right;
      q[k] = s * left + c * right;
    }
  };
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
        // The rows, in order of memory, then the two columns that are to be the same.
        const double first = a(p, p) - t * off, second = a(q, q) + t * off;
        rotate(c, s, n, &a(p, 0), &a(q, 0));
        rotate(c, s, n, &v(p, 0), &v(q, 0));
        for (index k = 0; k < n; ++k) {
          a(k, p) = a(p, k);
          a(k, q) = a(q, k);
        }
        a(p, p) = first;
        a(q, q) = second;
        a(p, q) = a(q, p) = 0;
      }
    }
    if (!rotated) break;
  }

  // By insertion, stable and quick to compile.
  std::vector<index> order;
  for (index i = 0; i < n; ++i) {
    std::size_t at = order.size();
    while (at > 0 && a(i, i) > a(order[at - 1], order[at - 1])) --at;
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(at), i);
  }
  symmetric_eigen result{vector<double>(n), matrix<double>(n, n)};
  for (index c = 0; c < n; ++c) {
    const index from = order[static_cast<std::size_t>(c)];
    result.values[c] = a(from, from);
    for (index k = 0; k < n; ++k) result.vectors(k, c) = v(from, k);
  }
  return result;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Small symmetric systems. Ours, not Eigen's, whose L D L' took an eighth of what compiling
/// exact EM took; and the bits depend on no compiler flag.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// P'L D L'P of a symmetric matrix, of which the lower triangle is read; the largest number that is
/// left on the diagonal comes first, so that semidefinite matrices are served: a direction without
/// any curvature gets nothing. See Higham (2002), Accuracy and Stability of Numerical Algorithms,
/// section 10.3.
/// @tparam Real a floating-point type
template <class Real = double>
class basic_symmetric_factor {
 public:
  basic_symmetric_factor() = default;
  explicit basic_symmetric_factor(const matrix<Real>& of) { compute(of); }

  void compute(const matrix<Real>& of);

  /// Solves in place: `x` holds the right side on entry, the solution on return.
  void solve(std::span<Real> x) const;
  [[nodiscard]] vector<Real> solved(const vector<Real>& right) const;
  [[nodiscard]] matrix<Real> inverse() const;

 private:
  /// to[j] -= scale * from[j] for j in [begin, end); four at a time, which compilers turn into
  /// packs.
  static void subtract(Real scale, const Real* from, index begin, index end, Real* to) {
    index j = begin;
    for (; j + 4 <= end; j += 4) {
      const Real a = to[j] - scale * from[j], b = to[j + 1] - scale * from[j + 1],
                 c = to[j + 2] - scale * from[j + 2], d = to[j + 3] - scale * from[j + 3];
      to[j] = a, to[j + 1] = b, to[j + 2] = c, to[j + 3] = d;
    }
    for (; j < end; ++j) to[j] -= scale * from[j];
  }

  matrix<Real> lower_;          // L below the diagonal, D on it
  std::vector<index> swapped_;  // step k exchanged k with this one
};

template <class Real>
void basic_symmetric_factor<Real>::compute(const matrix<Real>& of) {
  lower_ = of;
  const index size = lower_.rows();
  swapped_.resize(static_cast<std::size_t>(size));
  std::vector<Real> column(static_cast<std::size_t>(size));
  const auto at = [&](index i, index j) -> Real& { return lower_.data()[i * size + j]; };
  for (index k = 0; k < size; ++k) {
    index largest = k;
    for (index i = k + 1; i < size; ++i)
      if (std::abs(at(i, i)) > std::abs(at(largest, largest))) largest = i;
    swapped_[static_cast<std::size_t>(k)] = largest;
    if (largest != k) {
      for (index j = 0; j < k; ++j) std::swap(at(k, j), at(largest, j));
      for (index i = k + 1; i < largest; ++i) std::swap(at(i, k), at(largest, i));
      for (index i = largest + 1; i < size; ++i) std::swap(at(i, k), at(i, largest));
      std::swap(at(k, k), at(largest, largest));
    }
    const Real pivot = at(k, k);
    for (index i = k + 1; i < size; ++i) {
      const Real below = at(i, k), scaled = pivot == 0 ? Real(0) : below / pivot;
      column[static_cast<std::size_t>(i)] = below;
      subtract(scaled, column.data(), k + 1, i + 1, &at(i, 0));
      at(i, k) = scaled;
    }
  }
}

template <class Real>
void basic_symmetric_factor<Real>::solve(std::span<Real> x) const {
  const std::size_t size = x.size();
  const auto row = [&](std::size_t i) { return lower_.data() + i * size; };
  for (std::size_t k = 0; k < size; ++k) std::swap(x[k], x[static_cast<std::size_t>(swapped_[k])]);
  for (std::size_t i = 0; i < size; ++i) {
    Real sums[4] = {};  // because one waits for every addition
    std::size_t j = 0;
    for (; j + 4 <= i; j += 4)
      for (std::size_t k = 0; k < 4; ++k) sums[k] += row(i)[j + k] * x[j + k];
    for (; j < i; ++j) sums[0] += row(i)[j] * x[j];
    x[i] -= (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  for (std::size_t i = 0; i < size; ++i)
    x[i] = std::abs(row(i)[i]) > std::numeric_limits<Real>::min() ? x[i] / row(i)[i] : Real(0);
  for (std::size_t i = size; i-- > 0;) subtract(x[i], row(i), 0, static_cast<index>(i), x.data());
  for (std::size_t k = size; k-- > 0;) std::swap(x[k], x[static_cast<std::size_t>(swapped_[k])]);
}

template <class Real>
vector<Real> basic_symmetric_factor<Real>::solved(const vector<Real>& right) const {
  vector<Real> x = right;
  solve(std::span(x.data(), static_cast<std::size_t>(x.size())));
  return x;
}

template <class Real>
matrix<Real> basic_symmetric_factor<Real>::inverse() const {
  matrix<Real> inverse = matrix<Real>::Identity(lower_.rows(), lower_.rows());
  for (index k = 0; k < inverse.rows(); ++k)
    solve(std::span(inverse.row(k).data(), static_cast<std::size_t>(inverse.rows())));
  return inverse;
}

using symmetric_factor = basic_symmetric_factor<>;

}  // namespace harmonium::inline v0_2

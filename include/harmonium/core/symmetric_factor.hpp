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
      for (index j = k + 1; j <= i; ++j) at(i, j) -= scaled * column[static_cast<std::size_t>(j)];
      at(i, k) = scaled;
    }
  }
}

template <class Real>
void basic_symmetric_factor<Real>::solve(std::span<Real> x) const {
  const std::size_t size = x.size();
  const auto row = [&](std::size_t i) { return lower_.data() + i * size; };
  for (std::size_t k = 0; k < size; ++k) std::swap(x[k], x[static_cast<std::size_t>(swapped_[k])]);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < i; ++j) x[i] -= row(i)[j] * x[j];
  for (std::size_t i = 0; i < size; ++i)
    x[i] = std::abs(row(i)[i]) > std::numeric_limits<Real>::min() ? x[i] / row(i)[i] : Real(0);
  for (std::size_t i = size; i-- > 0;)
    for (std::size_t j = 0; j < i; ++j) x[j] -= row(i)[j] * x[i];
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

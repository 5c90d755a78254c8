// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Small symmetric systems by L D L', with the bits of Eigen's LDLT in packs of two: where a system
/// is nearly singular its roundings decide on the solution. Eigen's costs a program three times
/// <Eigen/Core> to compile.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "harmonium/core/entrywise.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/sum_in_packs.hpp"

namespace harmonium::inline v0_2 {

/// P' L D L' P of a symmetric matrix, of which the lower triangle is read: L is unit lower
/// triangular, D diagonal, and P puts first the largest of the diagonal that is left (Higham 2002,
/// Accuracy and Stability of Numerical Algorithms, section 10.3). A direction in which a
/// semidefinite matrix has nothing gets nothing.
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
  [[nodiscard]] Real& at(index i, index j) {
    return factor_[static_cast<std::size_t>(j * size_ + i)];
  }
  /// Column `j` of L and D from row `begin` on.
  [[nodiscard]] const Real* column(index j, index begin) const {
    return factor_.data() + j * size_ + begin;
  }
  void exchange(index k, index other);
  void swap_rows(std::span<Real> x, index k) const {
    std::swap(x[static_cast<std::size_t>(k)],
              x[static_cast<std::size_t>(swapped_[static_cast<std::size_t>(k)])]);
  }

  static constexpr index panel = 8;  ///< columns whose sum is subtracted at once

  index size_ = 0;
  std::vector<Real> factor_;    ///< by columns: D on the diagonal, L below it
  std::vector<index> swapped_;  ///< step k exchanged k with this one
};

/// Exchanges rows and columns `k` and `other`, which is larger, in the lower triangle.
template <class Real>
void basic_symmetric_factor<Real>::exchange(index k, index other) {
  for (index j = 0; j < k; ++j) std::swap(at(k, j), at(other, j));
  for (index i = k + 1; i < other; ++i) std::swap(at(i, k), at(other, i));
  for (index i = other + 1; i < size_; ++i) std::swap(at(i, k), at(i, other));
  std::swap(at(k, k), at(other, other));
}

template <class Real>
void basic_symmetric_factor<Real>::compute(const matrix<Real>& of) {
  size_ = of.rows();
  factor_.resize(static_cast<std::size_t>(size_ * size_));
  swapped_.resize(static_cast<std::size_t>(size_));
  for (index j = 0; j < size_; ++j)
    for (index i = j; i < size_; ++i) at(i, j) = of(i, j);
  std::vector<Real> sums(static_cast<std::size_t>(size_));
  for (index k = 0; k < size_; ++k) {
    index largest = k;
    for (index i = k + 1; i < size_; ++i)
      if (std::abs(at(i, i)) > std::abs(at(largest, largest))) largest = i;
    swapped_[static_cast<std::size_t>(k)] = largest;
    if (largest != k) exchange(k, largest);
    std::fill(sums.begin(), sums.end(), Real(0));
    for (index j = 0; j < k; ++j)
      entrywise::add_scaled(at(j, j) * at(k, j), column(j, k), size_ - k, sums.data());
    entrywise::add_scaled(Real(-1), sums.data(), size_ - k, &at(k, k));
    const Real pivot = at(k, k);
    if (pivot == Real(0)) continue;
    for (index i = k + 1; i < size_; ++i) at(i, k) /= pivot;
  }
}

template <class Real>
void basic_symmetric_factor<Real>::solve(std::span<Real> x) const {
  Real* const y = x.data();
  for (index k = 0; k < size_; ++k) swap_rows(x, k);
  std::vector<Real> sums(static_cast<std::size_t>(size_));
  for (index begin = 0; begin < size_; begin += panel) {
    const index end = std::min(begin + panel, size_);
    for (index j = begin; j < end; ++j)
      for (index i = j + 1; i < end; ++i) y[i] -= y[j] * *column(j, i);
    std::fill(sums.begin(), sums.end(), Real(0));
    for (index j = begin; j < end; ++j)
      entrywise::add_scaled(y[j], column(j, end), size_ - end, sums.data());
    entrywise::add_scaled(Real(-1), sums.data(), size_ - end, y + end);
  }
  for (index i = 0; i < size_; ++i) {
    const Real d = *column(i, i);
    y[i] = std::abs(d) > std::numeric_limits<Real>::min() ? y[i] / d : Real(0);
  }
  for (index end = size_; end > 0; end -= std::min(panel, end)) {
    const index begin = end - std::min(panel, end);
    for (index i = begin; i < end; ++i)
      y[i] -= sum_in_packs(column(i, end), y + end, size_ - end, false);
    for (index i = end - 1; i-- > begin;)
      y[i] -= sum_in_packs(column(i, i + 1), y + i + 1, end - i - 1, true);
  }
  for (index k = size_; k-- > 0;) swap_rows(x, k);
}

template <class Real>
vector<Real> basic_symmetric_factor<Real>::solved(const vector<Real>& right) const {
  vector<Real> x = right;
  solve({x.data(), static_cast<std::size_t>(x.size())});
  return x;
}

template <class Real>
matrix<Real> basic_symmetric_factor<Real>::inverse() const {
  matrix<Real> inverse = matrix<Real>::Zero(size_, size_);
  for (index k = 0; k < size_; ++k) inverse(k, k) = Real(1);
  for (index k = 0; k < size_; ++k)
    solve({inverse.data() + k * size_, static_cast<std::size_t>(size_)});
  return inverse;
}

using symmetric_factor = basic_symmetric_factor<>;

}  // namespace harmonium::inline v0_2

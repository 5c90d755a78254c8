// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Small symmetric systems, solved by Eigen's L D L'.
#pragma once

#include <Eigen/Cholesky>
#include <span>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// L D L' of a symmetric matrix, of which the lower triangle is read.
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
  Eigen::LDLT<Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>> factor_;
};

template <class Real>
void basic_symmetric_factor<Real>::compute(const matrix<Real>& of) {
  factor_.compute(of);
}

template <class Real>
void basic_symmetric_factor<Real>::solve(std::span<Real> x) const {
  Eigen::Map<vector<Real>> mapped(x.data(), static_cast<index>(x.size()));
  mapped = solved(mapped);
}

template <class Real>
vector<Real> basic_symmetric_factor<Real>::solved(const vector<Real>& right) const {
  return factor_.solve(right);
}

// Solutions for one right side at a time: those for a matrix of them compile for twice as long.
template <class Real>
matrix<Real> basic_symmetric_factor<Real>::inverse() const {
  const index size = factor_.rows();
  matrix<Real> inverse(size, size);
  vector<Real> column = vector<Real>::Zero(size);
  for (index k = 0; k < size; ++k) {
    column[k] = 1;
    inverse.row(k) = solved(column);
    column[k] = 0;
  }
  return inverse;
}

using symmetric_factor = basic_symmetric_factor<>;

}  // namespace harmonium::inline v0_2

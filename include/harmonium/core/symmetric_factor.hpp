// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Small symmetric systems, solved by Eigen's L D L'.
#pragma once

#include <Eigen/Cholesky>
#include <span>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// L D L' of a symmetric matrix of doubles, of which the lower triangle is read.
/// @tparam Matrix how the factor is stored, which decides the last bits
template <class Matrix = matrix<double>>
class basic_symmetric_factor {
 public:
  basic_symmetric_factor() = default;
  explicit basic_symmetric_factor(const matrix<double>& of) { compute(of); }

  void compute(const matrix<double>& of);

  /// Solves in place: `x` holds the right side on entry, the solution on return.
  void solve(std::span<double> x) const;
  [[nodiscard]] vector<double> solved(const vector<double>& right) const;
  [[nodiscard]] matrix<double> inverse() const;

 private:
  Eigen::LDLT<Matrix> factor_;
};

template <class Matrix>
void basic_symmetric_factor<Matrix>::compute(const matrix<double>& of) {
  factor_.compute(of);
}

template <class Matrix>
void basic_symmetric_factor<Matrix>::solve(std::span<double> x) const {
  Eigen::Map<vector<double>> mapped(x.data(), static_cast<index>(x.size()));
  const vector<double> solution = factor_.solve(mapped);
  mapped = solution;
}

template <class Matrix>
vector<double> basic_symmetric_factor<Matrix>::solved(const vector<double>& right) const {
  return factor_.solve(right);
}

template <class Matrix>
matrix<double> basic_symmetric_factor<Matrix>::inverse() const {
  return factor_.solve(matrix<double>::Identity(factor_.rows(), factor_.rows()));
}

using symmetric_factor = basic_symmetric_factor<>;

}  // namespace harmonium::inline v0_2

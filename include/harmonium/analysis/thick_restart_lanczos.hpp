// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The largest eigenvalues of a symmetric matrix known by its products. Ours, not a library's,
/// because training starts from it: Spectra's solver was a quarter of what compiling training cost,
/// and training no longer needs Spectra.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "harmonium/analysis/jacobi_eigen.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Approximations of the leading eigenvalues and their vectors from a subspace.
struct ritz_pairs {
  vector<double> values;   ///< descending
  matrix<double> vectors;  ///< size x values, orthonormal columns
  bool converged;          ///< the residuals of all are within the tolerance
};

/// Orthonormal vectors of one length, the first rows of a matrix.
class orthonormal_rows {
 public:
  /// @param most rows, at most one more than `length`
  orthonormal_rows(index most, index length) : rows_(matrix<double>::Zero(most, length)) {}

  [[nodiscard]] std::span<double> row(index r) {
    return {rows_.data() + r * rows_.cols(), static_cast<std::size_t>(rows_.cols())};
  }

  /// Takes the rows before it out of row `r`, adds how much of each it took to `along`, and gives
  /// row `r` length 1. Returns the length it had then: 0 where that was rounding error, and the row
  /// is a random one instead, if the rows before it leave room.
  double append(index r, std::span<double> along) {
    const double before = length(r);
    longest_ = std::max(longest_, before);
    const double left = orthogonalise(r, before, along);
    if (r == rows_.cols()) return 0;
    if (left <= 4 * std::numeric_limits<double>::epsilon() * longest_) {
      append_random(r);
      return 0;
    }
    for (double& entry : row(r)) entry /= left;
    return left;
  }

  /// Row `r` becomes a unit vector at random, always the same, orthogonal to those before it.
  void append_random(index r) {
    for (double& entry : row(r)) {
      state_ = state_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
      entry = static_cast<double>(state_ >> 11) * 0x1p-53 - 0.5;
    }
    const double left = orthogonalise(r, length(r), {});
    for (double& entry : row(r)) entry /= left;
  }

  /// Row c < `count` becomes the sum of the first rows times column c of `weights`.
  void combine(const matrix<double>& weights, index count) {
    constexpr index width = 128;  // columns at a time, which stay in the cache
    matrix<double> block(count, width);
    for (index begin = 0; begin < rows_.cols(); begin += width) {
      const index some = std::min(width, rows_.cols() - begin);
      block.setZero();
      for (index r = 0; r < weights.rows(); ++r)
        for (index c = 0; c < count; ++c)
          for (index i = 0; i < some; ++i) block(c, i) += weights(r, c) * rows_(r, begin + i);
      for (index c = 0; c < count; ++c)
        for (index i = 0; i < some; ++i) rows_(c, begin + i) = block(c, i);
    }
  }

 private:
  /// Modified Gram-Schmidt, again and again until hardly anything is left to take (Daniel, Gragg,
  /// Kaufman & Stewart 1976, doi 10.1090/S0025-5718-1976-0431641-8). @return the length left
  double orthogonalise(index r, double before, std::span<double> along) {
    const std::span<double> v = row(r);
    for (;;) {
      for (index b = 0; b < r; ++b) {
        const std::span<double> other = row(b);
        const double part = dot(other, v);
        for (std::size_t i = 0; i < v.size(); ++i) v[i] -= part * other[i];
        if (!along.empty()) along[static_cast<std::size_t>(b)] += part;
      }
      const double left = length(r);
      if (!(left < 0.7 * before)) return left;
      before = left;
    }
  }

  [[nodiscard]] double length(index r) { return std::sqrt(dot(row(r), row(r))); }

  /// Four sums, because one waits for every addition.
  static double dot(std::span<const double> a, std::span<const double> b) {
    double sums[4] = {};
    std::size_t i = 0;
    for (; i + 4 <= a.size(); i += 4)
      for (std::size_t k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
    for (; i < a.size(); ++i) sums[0] += a[i] * b[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  matrix<double> rows_;
  double longest_ = 0;
  std::uint64_t state_ = 1;
};

/// The `wanted` algebraically largest eigenvalues of a symmetric matrix A and their vectors by
/// Lanczos iteration with thick restarts and full orthogonalisation, from a fixed start. As many
/// products with A as implicitly restarted Lanczos takes. A multiple eigenvalue is found as often
/// as it counts only where the space it lies in has been used up.
/// @param size           rows of A
/// @param product        product(in, out) sets out = A in, spans of length `size`
/// @param wanted         number of eigenvalues
/// @param basis          size of the Krylov space, above `wanted` and at most `size`
/// @param max_iterations how often the basis is filled, at least 1
/// @param tolerance      the most that |A v - value v| may be, relative to |value|; never below the
///                       rounding error of the largest of all
/// @throws std::invalid_argument for other `wanted`, `basis` and `max_iterations`, and where a
///         product is not finite
/// @see Wu & Simon (2000), "Thick-restart Lanczos method for large symmetric eigenvalue problems",
///      SIAM J. Matrix Anal. Appl. 22, doi 10.1137/S0895479898334605
template <class Product>
ritz_pairs thick_restart_lanczos(index size, const Product& product, index wanted, index basis,
                                 index max_iterations, double tolerance) {
  require(wanted >= 1 && wanted < basis && basis <= size && max_iterations >= 1,
          "thick_restart_lanczos",
          "1 <= wanted < basis <= size and at least one iteration are needed");
  orthonormal_rows space(basis + 1, size);
  matrix<double> projected = matrix<double>::Zero(basis, basis);
  std::vector<double> along(static_cast<std::size_t>(basis));
  space.append_random(0);
  for (index kept = 0, iteration = 1;; ++iteration) {
    double rest = 0;
    for (index j = kept; j < basis; ++j) {
      product(std::span<const double>(space.row(j)), space.row(j + 1));
      std::fill(along.begin(), along.end(), 0.0);
      rest = space.append(j + 1, along);
      require(std::isfinite(rest), "thick_restart_lanczos", "a product is not finite");
      for (index i = 0; i <= j; ++i)
        projected(i, j) = projected(j, i) = along[static_cast<std::size_t>(i)];
    }
    const symmetric_eigen ritz = jacobi_eigen(projected);
    const double rounding = std::numeric_limits<double>::epsilon() *
                            std::max(std::abs(ritz.values[0]), std::abs(ritz.values[basis - 1]));
    index converged = 0;
    for (index k = 0; k < wanted; ++k)
      if (std::abs(rest * ritz.vectors(basis - 1, k)) <=
          std::max(tolerance * std::abs(ritz.values[k]), rounding))
        ++converged;
    if (converged == wanted || iteration == max_iterations) {
      space.combine(ritz.vectors, wanted);
      ritz_pairs found{vector<double>(wanted), matrix<double>(size, wanted), converged == wanted};
      for (index k = 0; k < wanted; ++k) {
        found.values[k] = ritz.values[k];
        for (index i = 0; i < size; ++i)
          found.vectors(i, k) = space.row(k)[static_cast<std::size_t>(i)];
      }
      return found;
    }
    kept = wanted + std::min(converged, (basis - wanted) / 2);
    space.combine(ritz.vectors, kept);
    std::copy(space.row(basis).begin(), space.row(basis).end(), space.row(kept).begin());
    projected.setZero();
    for (index k = 0; k < kept; ++k) projected(k, k) = ritz.values[k];
  }
}

}  // namespace harmonium::inline v0_2

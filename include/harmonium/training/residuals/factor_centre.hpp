// SPDX-License-Identifier: MIT
/// @file
/// Loadings that were learned from other cells, as the centre of what a pilot's are shrunk to.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/pca.hpp"
#include "harmonium/core/executor.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/symmetric_factor.hpp"

namespace harmonium::inline v0_2 {

/// A factor model of scores of the same genes, from other cells.
struct factor_centre {
  matrix<double> loadings;       ///< W, genes x rank; of unknown genes 0
  vector<double> own_variances;  ///< psi, length genes; of unknown genes 1
  std::vector<char> known;       ///< per gene, whether the other cells had it
  index free_factors = 6;        ///< factors beside them that the pilot may need
  double prior_cells = 20;       ///< cells' worth of belief in psi
  /// Of f in each of the pilot's states, rank x rank; none: as in all states together.
  std::vector<matrix<double>> covariances = {};
  double state_cells = 60;  ///< average cells in a state's covariance, if there are covariances

  [[nodiscard]] index genes() const noexcept { return loadings.rows(); }
  [[nodiscard]] index rank() const noexcept { return loadings.cols(); }
};

/// What factors leave of an operator: A - F L', F cells x rank, L genes x rank. Borrows A.
template <linear_operator Operator>
class without_factors {
 public:
  without_factors(const Operator& a, const matrix<double>& factors, const matrix<double>& loadings)
      : a_(&a), factors_(&factors), loadings_(&loadings) {}

  [[nodiscard]] index rows() const noexcept { return a_->rows(); }
  [[nodiscard]] index cols() const noexcept { return a_->cols(); }
  void multiply(std::span<const double> in, std::span<double> out) const {
    a_->multiply(in, out);
    subtract(*factors_, *loadings_, in, out);
  }
  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    a_->multiply_transposed(in, out);
    subtract(*loadings_, *factors_, in, out);
  }
  [[nodiscard]] vector<double> column_means() const {
    vector<double> means = a_->column_means();
    const vector<double> factor_means = column_means_of(*factors_);
    for (index m = 0; m < cols(); ++m)
      for (index k = 0; k < loadings_->cols(); ++k)
        means[m] -= factor_means[k] * (*loadings_)(m, k);
    return means;
  }
  [[nodiscard]] vector<double> column_squares() const {
    // |a - F l|^2 = |a|^2 - 2 l'F'a + l'F'F l
    const index rank = loadings_->cols();
    vector<double> squares = a_->column_squares();
    matrix<double> products(rank, cols());  // F'A
    vector<double> factor(rows()), product(cols());
    for (index k = 0; k < rank; ++k) {
      factor = factors_->col(k);
      a_->multiply_transposed(as_span(std::as_const(factor)), as_span(product));
      products.row(k) = product.transpose();
    }
    matrix<double> gram = matrix<double>::Zero(rank, rank);
    for (index i = 0; i < rows(); ++i)
      for (index j = 0; j < rank; ++j)
        for (index k = 0; k < rank; ++k) gram(j, k) += (*factors_)(i, j) * (*factors_)(i, k);
    for (index m = 0; m < cols(); ++m) {
      for (index j = 0; j < rank; ++j) {
        double along = 0;
        for (index k = 0; k < rank; ++k) along += gram(j, k) * (*loadings_)(m, k);
        squares[m] += (*loadings_)(m, j) * (along - 2 * products(j, m));
      }
      squares[m] = std::max(squares[m], 0.0);
    }
    return squares;
  }

 private:
  static vector<double> column_means_of(const matrix<double>& of) {
    vector<double> means = vector<double>::Zero(of.cols());
    for (index i = 0; i < of.rows(); ++i)
      for (index k = 0; k < of.cols(); ++k) means[k] += of(i, k);
    return of.rows() > 0 ? vector<double>(means / static_cast<double>(of.rows())) : means;
  }

  /// out -= left right' in
  static void subtract(const matrix<double>& left, const matrix<double>& right,
                       std::span<const double> in, std::span<double> out) {
    vector<double> inner = vector<double>::Zero(right.cols());
    for (index m = 0; m < right.rows(); ++m)
      for (index k = 0; k < right.cols(); ++k)
        inner[k] += right(m, k) * in[static_cast<std::size_t>(m)];
    for (index i = 0; i < left.rows(); ++i) {
      double sum = 0;
      for (index k = 0; k < left.cols(); ++k) sum += left(i, k) * inner[k];
      out[static_cast<std::size_t>(i)] -= sum;
    }
  }

  const Operator* a_;
  const matrix<double>* factors_;
  const matrix<double>* loadings_;
};

/// Where a fit about a centre starts.
struct centred_start {
  matrix<double> factors;      ///< rank + free x cells
  matrix<double> uncertainty;  ///< of f, (rank + free) squared; of the free ones 0
};

/// The factors that a centre sees in expected scores, f = (I + W'psi^-1 W)^-1 W'psi^-1 z, and the
/// principal components of what they leave as the free ones. @param scores cells x genes
template <linear_operator Operator>
centred_start start_about(const Operator& scores, const factor_centre& centre, index free) {
  const index cells = scores.rows(), genes = scores.cols(), rank = centre.rank();
  matrix<double> scaled = centre.loadings;  // psi^-1 W
  matrix<double> precision = matrix<double>::Identity(rank, rank);
  for (index m = 0; m < genes; ++m)
    for (index j = 0; j < rank; ++j) {
      scaled(m, j) /= centre.own_variances[m];
      for (index k = 0; k < rank; ++k) precision(j, k) += scaled(m, j) * centre.loadings(m, k);
    }
  const matrix<double> covariance = symmetric_factor(precision).inverse();
  matrix<double> received(cells, rank), factors = matrix<double>::Zero(cells, rank);
  vector<double> weight(genes), product(cells);
  for (index k = 0; k < rank; ++k) {
    weight = scaled.col(k);
    scores.multiply(as_span(std::as_const(weight)), as_span(product));
    received.col(k) = product;
  }
  for (index i = 0; i < cells; ++i)
    for (index k = 0; k < rank; ++k)
      for (index j = 0; j < rank; ++j) factors(i, k) += received(i, j) * covariance(j, k);
  centred_start start{matrix<double>::Zero(rank + free, cells),
                      matrix<double>::Zero(rank + free, rank + free)};
  start.factors.topRows(rank) = factors.transpose();
  start.uncertainty.topLeftCorner(rank, rank) = covariance;
  if (free == 0) return start;
  const without_factors<Operator> rest(scores, factors, centre.loadings);
  const principal_components found = pca(rest, {.components = free, .tolerance = 1e-4});
  const double root = std::sqrt(static_cast<double>(cells));
  for (index k = 0; k < found.singular_values.size(); ++k)
    if (found.singular_values[k] > 0)
      start.factors.row(rank + k) =
          found.scores.col(k).transpose() * (root / found.singular_values[k]);
  return start;
}

}  // namespace harmonium::inline v0_2

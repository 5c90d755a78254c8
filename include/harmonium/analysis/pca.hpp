// SPDX-License-Identifier: MIT
/// @file
/// Principal components of an implicitly centred linear operator.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/analysis/jacobi_eigen.hpp"
#include "harmonium/analysis/linear_operator.hpp"
#include "harmonium/analysis/thick_restart_lanczos.hpp"
#include "harmonium/core/counts.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"

namespace harmonium::inline v0_2 {

/// Settings of `pca`.
struct pca_options {
  index components = 10;        ///< as many as the smaller extent of the matrix where that is less
  index max_iterations = 1000;  ///< restarts of the eigenvalue solver
  double tolerance = 1e-12;     ///< relative, of the eigenvalues (squared singular values)
  /// How often every row counts, > 0; empty: once. Scores are of a row that counts once;
  /// `total_squares` does not know the weights.
  std::span<const double> row_weights = {};
};

/// The centred matrix is close to scores * loadings'.
struct principal_components {
  matrix<double> scores;           ///< cells x components
  matrix<double> loadings;         ///< genes x components, orthonormal columns (or zero: see below)
  vector<double> singular_values;  ///< length components, descending
  vector<double> centre;           ///< length genes, the column means
  double total_squares = 0;        ///< squared Frobenius norm of the centred matrix
  bool converged = false;          ///< false: the last components may be off by more than told
};

/// The centred matrix C of an operator A, its rows times the roots of their weights, seen through
/// the smaller of C C' and C'C.
template <linear_operator Operator>
class centred_gram {
 public:
  /// @param roots of the weights, or empty
  centred_gram(const Operator& a, const vector<double>& centre, std::span<const double> roots = {})
      : a_(a),
        centre_(centre),
        roots_(roots.begin(), roots.end()),
        over_cells_(a.rows() <= a.cols()),
        middle_(static_cast<std::size_t>(over_cells_ ? a.cols() : a.rows())) {}

  /// Writes C'C out, where it is the smaller one and that makes so many products cheaper. Not where
  /// rows have weights.
  void write_out(index products) requires gram_operator<Operator> {
    if (over_cells_ || !roots_.empty() || !a_.is_gram_cheaper(products)) return;
    products_ = a_.gram();
    const auto cells = static_cast<double>(a_.rows());
    for (index j = 0; j < a_.cols(); ++j)
      for (index k = 0; k < a_.cols(); ++k) products_(j, k) -= cells * centre_[j] * centre_[k];
  }
  [[nodiscard]] bool is_written_out() const noexcept { return products_.size() > 0; }

  /// C v for several vectors at once, where C'C is written out.
  [[nodiscard]] matrix<double> multiply_all(const matrix<double>& in) const requires
      gram_operator<Operator> {
    matrix<double> out = a_.multiply_all(in);
    for (index c = 0; c < in.cols(); ++c) {
      double shift = 0;
      for (index j = 0; j < in.rows(); ++j) shift += centre_[j] * in(j, c);
      for (index i = 0; i < out.rows(); ++i) out(i, c) -= shift;
    }
    return out;
  }

  [[nodiscard]] bool over_cells() const noexcept { return over_cells_; }
  [[nodiscard]] index rows() const noexcept { return over_cells_ ? a_.rows() : a_.cols(); }

  /// to = C C'from or C'C from.
  void multiply_gram(std::span<const double> from, std::span<double> to) const {
    if (is_written_out()) {
      for (double& entry : to) entry = 0;
      const weight_view<double> products(products_.data(), products_.rows(), products_.cols());
      row::add_product_above(products, from, to);
    } else if (over_cells_) {
      multiply_transposed(from, middle_);
      multiply(middle_, to);
    } else {
      multiply(from, middle_);
      multiply_transposed(middle_, to);
    }
  }

  /// out = C in.
  void multiply(std::span<const double> in, std::span<double> out) const {
    a_.multiply(in, out);
    double shift = 0;
    for (std::size_t j = 0; j < in.size(); ++j) shift += centre_[static_cast<index>(j)] * in[j];
    for (double& entry : out) entry -= shift;
    for (std::size_t i = 0; i < roots_.size(); ++i) out[i] *= roots_[i];
  }

  /// out = C'in.
  void multiply_transposed(std::span<const double> in, std::span<double> out) const {
    std::vector<double> weighted(in.begin(), roots_.empty() ? in.begin() : in.end());
    for (std::size_t i = 0; i < weighted.size(); ++i) weighted[i] *= roots_[i];
    const std::span<const double> rows = roots_.empty() ? in : weighted;
    a_.multiply_transposed(rows, out);
    double sum = 0;
    for (const double entry : rows) sum += entry;
    for (std::size_t j = 0; j < out.size(); ++j) out[j] -= centre_[static_cast<index>(j)] * sum;
  }

 private:
  const Operator& a_;
  const vector<double>& centre_;
  std::vector<double> roots_;
  bool over_cells_;
  mutable std::vector<double> middle_;
  matrix<double> products_;  // C'C, or empty
};

/// `pca` of an operator behind a view; a template, so that only who calls it compiles the solver.
template <std::same_as<operator_view> Operator>
principal_components pca_of_view(const Operator& a, const pca_options& options) {
  require(a.rows() > 0 && a.cols() > 0, "pca", "the matrix is empty");
  require(options.components >= 1, "pca",
          "components must be at least 1, got " + std::to_string(options.components));
  require(options.max_iterations >= 1, "pca", "max_iterations must be at least 1");
  require(options.tolerance > 0, "pca", "tolerance must be positive");

  require(options.row_weights.empty() || std::ssize(options.row_weights) == a.rows(), "pca",
          "row_weights must have one entry per row");

  principal_components result;
  std::vector<double> roots;
  if (options.row_weights.empty()) {
    result.centre = a.column_means();
  } else {
    result.centre.resize(a.cols());
    a.multiply_transposed(options.row_weights, as_span(result.centre));
    double total = 0;
    for (const double weight : options.row_weights) {
      total += weight;
      roots.push_back(std::sqrt(weight));
    }
    for (double& mean : result.centre) mean /= total;
  }
  const vector<double> squares = a.column_squares();
  double uncentred = 0;
  for (index j = 0; j < a.cols(); ++j) {
    const double about_zero = static_cast<double>(a.rows()) * result.centre[j] * result.centre[j];
    result.total_squares += std::max(0.0, squares[j] - about_zero);
    uncentred += squares[j];
  }

  centred_gram<Operator> gram(a, result.centre, roots);
  const index wanted = std::min(options.components, gram.rows());
  const index basis = std::max<index>(3 * wanted, 20);
  vector<double> values = vector<double>::Zero(wanted);
  matrix<double> vectors;
  if (!(result.total_squares > 1e-13 * uncentred)) {
    result.converged = true;
  } else if (gram.rows() <= basis) {
    matrix<double> dense(gram.rows(), gram.rows());
    vector<double> unit = vector<double>::Zero(gram.rows());
    for (index j = 0; j < gram.rows(); ++j) {
      unit[j] = 1;
      gram.multiply_gram(as_span(std::as_const(unit)),
                         {dense.row(j).data(), static_cast<std::size_t>(gram.rows())});
      unit[j] = 0;
    }
    symmetric_eigen all = jacobi_eigen(std::move(dense));
    vectors = std::move(all.vectors);
    for (index c = 0; c < wanted; ++c) values[c] = all.values[c];
    result.converged = true;
  } else {
    // What is left of the sum of squares says how many digits the difference of C'C has lost.
    if (result.total_squares > 1e-2 * uncentred) gram.write_out(3 * basis);
    ritz_pairs found = thick_restart_lanczos(
        gram.rows(),
        [&gram](std::span<const double> in, std::span<double> out) { gram.multiply_gram(in, out); },
        wanted, basis, options.max_iterations, options.tolerance);
    values = std::move(found.values);
    vectors = std::move(found.vectors);
    result.converged = found.converged;
  }

  const index found = values.size();
  result.scores = matrix<double>::Zero(a.rows(), found);
  result.loadings = matrix<double>::Zero(a.cols(), found);
  result.singular_values = vector<double>::Zero(found);
  vector<double> mine(gram.rows());
  std::vector<double> other(static_cast<std::size_t>(gram.over_cells() ? a.cols() : a.rows()));
  matrix<double> all;
  if (gram.is_written_out()) {
    // A small eigenvalue of a difference is rounding error; the length of C v is not.
    all = gram.multiply_all(vectors);
    values.setZero();
    for (index i = 0; i < a.rows(); ++i)
      for (index c = 0; c < found; ++c) values[c] += all(i, c) * all(i, c);
  }
  for (index c = 0; c < found; ++c) {
    if (!(values[c] > 1e-14 * values[0])) continue;
    for (index i = 0; i < mine.size(); ++i) mine[i] = vectors(i, c);
    const std::span<const double> from = as_span(std::as_const(mine));
    if (gram.is_written_out()) {
      for (index i = 0; i < a.rows(); ++i) other[static_cast<std::size_t>(i)] = all(i, c);
    } else if (gram.over_cells()) {
      gram.multiply_transposed(from, other);
    } else {
      gram.multiply(from, other);
    }
    const double singular = std::sqrt(values[c]);
    result.singular_values[c] = singular;
    for (index i = 0; i < a.rows(); ++i) {
      const auto u = static_cast<std::size_t>(i);
      result.scores(i, c) = gram.over_cells() ? mine[i] * singular : other[u];
      if (!roots.empty()) result.scores(i, c) /= roots[u];
    }
    for (index j = 0; j < a.cols(); ++j)
      result.loadings(j, c) =
          gram.over_cells() ? other[static_cast<std::size_t>(j)] / singular : mine[j];

    index largest = 0;
    for (index j = 1; j < a.cols(); ++j)
      if (std::abs(result.loadings(j, c)) > std::abs(result.loadings(largest, c))) largest = j;
    if (result.loadings(largest, c) < 0) {
      for (index j = 0; j < a.cols(); ++j) result.loadings(j, c) = -result.loadings(j, c);
      for (index i = 0; i < a.rows(); ++i) result.scores(i, c) = -result.scores(i, c);
    }
  }
  return result;
}

/// The leading principal components of `a` with its columns centred, never densified. Of each
/// component the loading of largest magnitude (the first of equals) is positive. A component whose
/// singular value is below 1e-7 of the first is noise: its value, scores and loadings are zero; so
/// are all components where centring leaves less than 1e-13 of the sum of squares.
/// Deterministic; cost: about 3 * components products with `a` and its transpose, and as many again
/// for every restart.
/// Solver: thick-restart Lanczos on the smaller Gram matrix, from a fixed start; the matrix is
/// written out where that costs less (`gram_operator`). Jacobi rotations where that matrix has
/// hardly more rows than components are wanted.
/// @throws std::invalid_argument if `a` is empty or an option is not positive.
template <linear_operator Operator>
principal_components pca(const Operator& a, const pca_options& options = {}) {
  return pca_of_view(operator_view(a), options);
}

/// Other cells in the space of `fitted`: (x - centre)'loadings, cells x components. Cost:
/// O(non-zeros
/// * components).
/// @param values cells x genes, transformed as the cells that `fitted` was found from.
/// @throws std::invalid_argument if the genes differ in number.
template <count_source Values>
matrix<double> project(const Values& values, const principal_components& fitted) {
  require(values.genes() == fitted.loadings.rows(), "project",
          "the components are of " + std::to_string(fitted.loadings.rows()) +
              " genes, the cells have " + std::to_string(values.genes()));
  const index components = fitted.loadings.cols();
  vector<double> origin = vector<double>::Zero(components);
  for (index j = 0; j < fitted.loadings.rows(); ++j)
    for (index c = 0; c < components; ++c) origin[c] -= fitted.centre[j] * fitted.loadings(j, c);
  const weight_view<double> loadings(fitted.loadings.data(), fitted.loadings.rows(), components);
  matrix<double> scores(values.cells(), components);
  for (index i = 0; i < values.cells(); ++i) {
    const std::span own(scores.data() + i * components, static_cast<std::size_t>(components));
    std::copy(origin.begin(), origin.end(), own.begin());
    row::add_product(values.cell(i), loadings, own);
  }
  return scores;
}

}  // namespace harmonium::inline v0_2

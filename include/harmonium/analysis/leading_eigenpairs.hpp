// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The largest eigenvalues of a symmetric matrix known by its products, as UMAP's spectral start
/// asks for them. Needs Spectra (component `harmonium::spectra`); without it everything compiles,
/// and a call throws.
#pragma once

#ifndef HARMONIUM_WITHOUT_SPECTRA
#if __has_include(<Spectra/SymEigsSolver.h>)
#include <Spectra/SymEigsSolver.h>
#else
#define HARMONIUM_WITHOUT_SPECTRA
#endif
#endif

#include <concepts>
#include <functional>
#include <stdexcept>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A symmetric matrix in the form Spectra asks for. One type for all of them, because compiling the
/// solver for another costs as much as compiling Eigen.
struct symmetric_product {
  using Scalar = double;

  index size;
  std::function<void(const double*, double*)> product;  ///< out = A in, both of length `size`

  [[nodiscard]] index rows() const noexcept { return size; }
  [[nodiscard]] index cols() const noexcept { return size; }
  void perform_op(const double* in, double* out) const { product(in, out); }
};

struct leading_pairs {
  vector<double> values;    ///< descending; fewer than wanted if not converged
  Eigen::MatrixXd vectors;  ///< one column each
  bool converged;
};

/// Implicitly restarted Lanczos of Spectra, from a fixed start. A template, so that only who calls
/// it compiles the solver.
/// @param wanted         number of eigenvalues, below the size
/// @param basis          size of the Krylov space, above `wanted` and at most the size
/// @param max_iterations restarts
/// @param tolerance      relative, of the eigenvalues
/// @throws std::invalid_argument for other `wanted` and `basis`; std::logic_error where this was
///         compiled without Spectra (HARMONIUM_WITHOUT_SPECTRA, or no header of it)
template <std::same_as<symmetric_product> Matrix>
leading_pairs leading_eigenpairs(Matrix a, index wanted, index basis, index max_iterations,
                                 double tolerance) {
  require(wanted >= 1 && wanted < basis && basis <= a.size, "leading_eigenpairs",
          "1 <= wanted < basis <= size is needed");
#ifdef HARMONIUM_WITHOUT_SPECTRA
  (void)max_iterations, (void)tolerance;
  throw std::logic_error(
      "leading_eigenpairs: compiled without Spectra (libspectra-dev, harmonium::spectra), which "
      "the spectral start of UMAP needs; umap_start::pca does without");
#else
  Spectra::SymEigsSolver<Matrix> solver(a, wanted, basis);
  solver.init();
  solver.compute(Spectra::SortRule::LargestAlge, max_iterations, tolerance);
  return {solver.eigenvalues(), solver.eigenvectors(),
          solver.info() == Spectra::CompInfo::Successful};
#endif
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// The prior of a factor's loadings, estimated over all genes: adaptive shrinkage (Stephens 2017,
/// "False discovery rates: a new deal", doi 10.1093/biostatistics/kxw041).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// A mixture of normals around 0 on a grid of standard deviations, the first of which is a point
/// mass: one mixture per factor.
class loading_prior {
 public:
  static constexpr index scales = 11;
  /// Standard deviations of the mixture's parts.
  static constexpr std::array<double, scales> grid = {0,   0.02, 0.04, 0.07, 0.1, 0.15,
                                                      0.2, 0.3,  0.45, 0.7,  1.0};

  /// Equal weights.
  explicit loading_prior(index factors)
      : weights_(matrix<double>::Constant(factors, scales, 1.0 / static_cast<double>(scales))) {}

  /// Posterior mean of a loading estimated as `value` with error variance `error` > 0.
  /// @param[in,out] mass factors x scales: the posterior of the mixture's parts is added to the row
  ///                     `factor`
  double shrink(double value, double error, index factor, matrix<double>& mass) const {
    std::array<double, scales> terms;
    double largest = -1e300;
    for (index j = 0; j < scales; ++j) {
      const auto u = static_cast<std::size_t>(j);
      const double variance = error + grid[u] * grid[u];
      terms[u] = -0.5 * (value * value / variance + math::log(variance));
      largest = std::max(largest, terms[u]);
    }
    double sum = 0, mean = 0;
    for (index j = 0; j < scales; ++j) {
      const auto u = static_cast<std::size_t>(j);
      terms[u] = weights_(factor, j) * math::exp(terms[u] - largest);
      sum += terms[u];
      const double own = grid[u] * grid[u];
      mean += terms[u] * value * (own / (own + error));
    }
    if (!(sum > 0)) return 0;
    for (index j = 0; j < scales; ++j) mass(factor, j) += terms[static_cast<std::size_t>(j)] / sum;
    return mean / sum;
  }

  /// Weights in proportion to the genes that each part took, as `shrink` added them up.
  /// @param mass factors x scales
  void update(const matrix<double>& mass) {
    for (index k = 0; k < weights_.rows(); ++k) {
      double sum = 0;
      for (index j = 0; j < scales; ++j) {
        weights_(k, j) = mass(k, j) + (j == 0 ? genes_without : genes_of_each);
        sum += weights_(k, j);
      }
      for (index j = 0; j < scales; ++j) weights_(k, j) /= sum;
    }
  }

 private:
  /// Genes' worth of belief in the point mass at 0, where the genes cannot tell, and in each other
  /// part, which so never vanishes (the penalty lambda_0 = 10 of Stephens 2017, section 3.1).
  static constexpr double genes_without = 10, genes_of_each = 0.1;

  matrix<double> weights_;  ///< factors x scales
};

}  // namespace harmonium::inline v0_2

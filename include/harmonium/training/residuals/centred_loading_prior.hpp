// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The prior of a factor's loadings that were learned from other cells before.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/training/residuals/loading_prior.hpp"

namespace harmonium::inline v0_2 {

/// A mixture of two times `loading_prior::scales` normals for each factor: around the loading that
/// was known, and around 0, each on the same grid of standard deviations with a point mass. Their
/// weights are estimated over the genes, so that loadings of something else lose theirs.
class centred_loading_prior {
 public:
  static constexpr index scales = loading_prior::scales;
  static constexpr index parts = 2 * scales;

  /// Equal weights.
  explicit centred_loading_prior(index factors)
      : weights_(matrix<double>::Constant(factors, parts, 1.0 / static_cast<double>(parts))) {}

  /// Posterior mean of a loading estimated as `value` with error variance `error` > 0 and known as
  /// `centre`.
  /// @param[in,out] mass factors x parts: the posterior of the mixture's parts is added to the row
  ///                     `factor`
  double shrink(double value, double error, double centre, index factor,
                matrix<double>& mass) const {
    std::array<double, parts> terms;
    const double off = value - centre;
    double largest = -1e300;
    for (std::size_t j = 0; j < scales; ++j) {
      const double variance = error + loading_prior::grid[j] * loading_prior::grid[j];
      const double log_variance = math::log(variance);
      terms[j] = -0.5 * (off * off / variance + log_variance);
      terms[scales + j] = -0.5 * (value * value / variance + log_variance);
      largest = std::max({largest, terms[j], terms[scales + j]});
    }
    double sum = 0, mean = 0;
    for (std::size_t j = 0; j < scales; ++j) {
      const double own = loading_prior::grid[j] * loading_prior::grid[j];
      const double kept = own / (own + error);
      terms[j] = weights_(factor, static_cast<index>(j)) * math::exp(terms[j] - largest);
      terms[scales + j] =
          weights_(factor, static_cast<index>(scales + j)) * math::exp(terms[scales + j] - largest);
      sum += terms[j] + terms[scales + j];
      mean += terms[j] * (centre + off * kept) + terms[scales + j] * value * kept;
    }
    if (!(sum > 0)) return centre;
    for (index j = 0; j < parts; ++j) mass(factor, j) += terms[static_cast<std::size_t>(j)] / sum;
    return mean / sum;
  }

  /// Weights in proportion to the genes that each part took, as `shrink` added them up.
  /// @param mass factors x parts
  void update(const matrix<double>& mass) {
    for (index k = 0; k < weights_.rows(); ++k) {
      double sum = 0;
      for (index j = 0; j < parts; ++j) {
        weights_(k, j) = mass(k, j) + (j == 0 ? genes_at_centre : genes_of_each);
        sum += weights_(k, j);
      }
      for (index j = 0; j < parts; ++j) weights_(k, j) /= sum;
    }
  }

  /// Of each factor, the weight of the parts around what was known. Length factors.
  [[nodiscard]] vector<double> weight_of_centre() const {
    vector<double> weight = vector<double>::Zero(weights_.rows());
    for (index k = 0; k < weights_.rows(); ++k)
      for (index j = 0; j < scales; ++j) weight[k] += weights_(k, j);
    return weight;
  }

 private:
  /// Genes' worth of belief in the known loading itself, where the genes cannot tell, and in each
  /// other part.
  static constexpr double genes_at_centre = 10, genes_of_each = 0.1;

  matrix<double> weights_;  ///< factors x parts
};

}  // namespace harmonium::inline v0_2

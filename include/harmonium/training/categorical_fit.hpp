// SPDX-License-Identifier: MIT
/// @file
/// A harmonium whose hidden layer is one categorical group, in the parameters of the mixture of
/// negative binomials that it is.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/models/rbm.hpp"
#include "harmonium/models/size_factors.hpp"
#include "harmonium/units/categorical.hpp"
#include "harmonium/units/dispersion.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// A trained categorical harmonium.
struct categorical_fit {
  vector<double> weights;                   ///< pi of every component, sums to 1
  matrix<double> mean;                      ///< components x genes
  vector<double> theta;                     ///< inverse dispersion per gene
  std::vector<dispersion_status> statuses;  ///< per gene
  std::vector<index> type;                  ///< label that each component belongs to; all 0 without
  vector<double> sizes;                     ///< size factor of every training cell
  matrix<double> responsibilities;          ///< cells x components: p(component | cell)
  matrix<double> group_factor;  ///< groups x genes: of the means in cells of a batch or donor;
                                ///< empty without groups
  /// Nats per training cell at the last E-step.
  double log_likelihood = -std::numeric_limits<double>::infinity();
  bool converged = false;  ///< false: stopped at the cap

  [[nodiscard]] index components() const noexcept { return mean.rows(); }
  [[nodiscard]] index genes() const noexcept { return mean.cols(); }

  /// The most probable component of every training cell.
  [[nodiscard]] std::vector<index> assignments() const {
    std::vector<index> best(static_cast<std::size_t>(responsibilities.rows()), 0);
    for (index i = 0; i < responsibilities.rows(); ++i)
      for (index c = 1; c < components(); ++c)
        if (responsibilities(i, c) > responsibilities(i, best[static_cast<std::size_t>(i)]))
          best[static_cast<std::size_t>(i)] = c;
    return best;
  }
};

/// The harmonium that a fit without size factors is: negative binomial visible units and one
/// categorical group, with b_c = log pi_c - A_c, A_c the log-partition of the visible layer given
/// category c, and W_c = eta_c relative to a = eta_0. Same likelihood of any cell.
inline rbm<negative_binomial, categorical> to_harmonium(const categorical_fit& fit) {
  const index components = fit.components();
  rbm<negative_binomial, categorical> model(negative_binomial(fit.theta),
                                            categorical(1, components));
  for (index m = 0; m < fit.genes(); ++m) {
    const double base = nb_natural_from_mean(fit.mean(0, m), fit.theta[m]);
    model.bias(0)[static_cast<std::size_t>(m)] = base;
    for (index c = 0; c < components; ++c)
      model.weights(0)(m, c) = nb_natural_from_mean(fit.mean(c, m), fit.theta[m]) - base;
  }
  for (index c = 0; c < components; ++c) {
    double partition = 0;
    for (index m = 0; m < fit.genes(); ++m)
      partition += nb_log_partition_of_mean(fit.mean(c, m), fit.theta[m]);
    model.bias(1)[static_cast<std::size_t>(c)] = math::log(fit.weights[c]) - partition;
  }
  return model;
}

}  // namespace harmonium::inline v0_2

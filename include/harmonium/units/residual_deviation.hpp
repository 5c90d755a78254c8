// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The standard deviations of Gaussian units, re-estimated from residuals: the M-step
///
///     sigma_m^2 = weighted mean over rows of E[(x_m - mu_m(h))^2 | x] ,
///
/// with mu_m(h) the unit's mean given the hidden state h.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// Sums of squared residuals, in double. Feed it every row with every hidden state and that state's
/// probability as the weight; or every row once with the mean of mu over the hidden states, and
/// what mu varies among them.
class residual_deviation {
 public:
  explicit residual_deviation(index units) : squares_(vector<double>::Zero(units)) {}

  /// Adds weight (x - mean)^2.
  /// @param x, mean one entry per unit
  template <class Scalar>
  void add(std::span<const Scalar> x, std::span<const Scalar> mean, double weight = 1) {
    for (std::size_t m = 0; m < x.size(); ++m) {
      const double off = static_cast<double>(x[m]) - static_cast<double>(mean[m]);
      squares_[static_cast<index>(m)] += weight * off * off;
    }
    weight_ += weight;
  }
  /// Adds weight Var[mu(h) | x], for a row whose mean of mu was given to `add`.
  template <class Scalar>
  void add_spread(std::span<const Scalar> variance, double weight = 1) {
    for (std::size_t m = 0; m < variance.size(); ++m)
      squares_[static_cast<index>(m)] += weight * static_cast<double>(variance[m]);
  }
  /// Adds the sums of other rows.
  void add(const residual_deviation& other) {
    squares_ += other.squares_;
    weight_ += other.weight_;
  }

  /// sigma of every unit.
  /// @param lowest > 0, for units whose residuals are smaller: a unit without noise has no density
  /// @throws std::invalid_argument without any row
  template <class Scalar>
  [[nodiscard]] vector<Scalar> standard_deviation(double lowest) const {
    require(weight_ > 0, "residual_deviation", "no row was added");
    require(lowest > 0, "residual_deviation", "the lowest standard deviation must be positive");
    vector<Scalar> sigma(squares_.size());
    for (index m = 0; m < sigma.size(); ++m)
      sigma[m] = static_cast<Scalar>(std::max(lowest, std::sqrt(squares_[m] / weight_)));
    return sigma;
  }

 private:
  vector<double> squares_;
  double weight_ = 0;
};

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Penalties on weights that make some of them exactly zero, given by their proximal operators.
#pragma once

#include <cmath>
#include <concepts>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"

namespace harmonium::inline v0_2 {

/// A penalty on the weights W between two layers (units below x units above):
/// - `penalty.value(W)` is what is taken from the mean log-likelihood per row, in nats, >= 0;
/// - `penalty.shrink(W, rate)` moves W to the minimiser of 0.5 |V - W|^2 + rate x value(V) over V,
///   its proximal operator (Parikh and Boyd 2014, "Proximal algorithms", Foundations and Trends in
///   Optimization 1).
///
/// Law: no weight grows or changes its sign, zero stays zero, and a rate of 0 changes nothing.
template <class P, class Scalar>
concept penalty_for = std::copyable<P> &&
    requires(const P& penalty, weight_span<Scalar> weights, const weight_view<Scalar>& constant,
             double rate) {
  { penalty.value(constant) } -> std::convertible_to<double>;
  { penalty.shrink(weights, rate) } -> std::same_as<void>;
};

/// strength x sum_ik |W_ik| (Tibshirani 1996, "Regression shrinkage and selection via the lasso",
/// JRSS B 58): single weights become zero, by soft thresholding.
struct l1_penalty {
  double strength = 0.01;  ///< nats a unit of weight, >= 0; larger leaves fewer weights

  template <class Scalar>
  [[nodiscard]] double value(const weight_view<Scalar>& weights) const {
    double sum = 0;
    for (index i = 0; i < weights.size(); ++i)
      sum += std::abs(static_cast<double>(weights.data()[i]));
    return strength * sum;
  }

  /// @throws std::invalid_argument unless strength >= 0.
  template <class Scalar>
  void shrink(weight_span<Scalar> weights, double rate) const {
    require(strength >= 0, "l1_penalty",
            "strength must not be negative, got " + std::to_string(strength));
    const auto most = static_cast<Scalar>(rate * strength);
    for (index i = 0; i < weights.size(); ++i) {
      Scalar& w = weights.data()[i];
      const Scalar rest = std::abs(w) - most;
      w = rest > Scalar(0) ? std::copysign(rest, w) : Scalar(0);
    }
  }
};

/// strength x sum_k sqrt(n) |W_k|, W_k the column of hidden unit k with n units below (the group
/// lasso of Yuan and Lin 2006, "Model selection and estimation in regression with grouped
/// variables", JRSS B 68): whole units switch off, by block soft thresholding. With the root of n
/// one strength means the same for a hundred genes and for thousands: what it takes from a unit
/// that stays is `strength` of the root mean square of its weights, at rate 1.
struct group_penalty {
  double strength = 0.1;  ///< nats a unit of weight, >= 0; larger leaves fewer units

  template <class Scalar>
  [[nodiscard]] double value(const weight_view<Scalar>& weights) const {
    double sum = 0;
    for (index k = 0; k < weights.cols(); ++k) sum += norm(weights, k);
    return strength * std::sqrt(static_cast<double>(weights.rows())) * sum;
  }

  /// @throws std::invalid_argument unless strength >= 0.
  template <class Scalar>
  void shrink(weight_span<Scalar> weights, double rate) const {
    require(strength >= 0, "group_penalty",
            "strength must not be negative, got " + std::to_string(strength));
    const double most = rate * strength * std::sqrt(static_cast<double>(weights.rows()));
    for (index k = 0; k < weights.cols(); ++k) {
      const double length = norm(weights, k);
      const auto kept = static_cast<Scalar>(length > most ? 1 - most / length : 0.0);
      for (index i = 0; i < weights.rows(); ++i)
        weights(i, k) = kept > Scalar(0) ? kept * weights(i, k) : Scalar(0);
    }
  }

 private:
  template <class Weights>
  static double norm(const Weights& weights, index unit) {
    double squares = 0;
    for (index i = 0; i < weights.rows(); ++i) {
      const auto w = static_cast<double>(weights(i, unit));
      squares += w * w;
    }
    return std::sqrt(squares);
  }
};

/// How many units of layer `below` + 1 have a weight other than zero with a unit below. Those
/// without are switched off: what is below does not depend on them.
template <class Model>
[[nodiscard]] index units_in_use(const Model& model, std::size_t below = 0) {
  const auto weights = model.weights(below);
  index used = 0;
  for (index k = 0; k < weights.cols(); ++k) {
    bool any = false;
    for (index i = 0; i < weights.rows(); ++i) any |= weights(i, k) != typename Model::scalar(0);
    used += any ? 1 : 0;
  }
  return used;
}

}  // namespace harmonium::inline v0_2

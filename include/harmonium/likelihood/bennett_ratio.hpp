// SPDX-License-Identifier: MIT
/// @file
/// The ratio of two partition functions from samples of both models.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace harmonium::inline v0_2 {

/// log(Z_b / Z_a) and its standard error.
struct bennett_estimate {
  double log_ratio;       ///< nats
  double standard_error;  ///< for independent samples
};

/// Bennett's acceptance ratio (Bennett 1976, "Efficient estimation of free energy differences from
/// Monte Carlo data", J. Comput. Phys. 22), the estimator of least variance from samples of both
/// ends; error as in Shirts, Bair, Hooker and Pande 2003 (PRL 91). It is the root of
///
///     sum_{h ~ a} s(d(h) - c + M) = sum_{h ~ b} s(c - d(h) - M) ,   M = log(n_b / n_a) ,
///
/// with d = log p*_b(h) - log p*_a(h) and s the logistic function of minus its argument.
/// @param from_a d of samples of a; @param from_b d of samples of b; at least one each
/// @throws std::invalid_argument for none.
[[nodiscard]] inline bennett_estimate bennett_ratio(std::span<const double> from_a,
                                                    std::span<const double> from_b) {
  require(!from_a.empty() && !from_b.empty(), "bennett_ratio", "samples of both ends are needed");
  const auto n_a = static_cast<double>(from_a.size()), n_b = static_cast<double>(from_b.size());
  const double shift = math::log(n_b / n_a);
  const auto logistic = [](double x) {
    return x >= 0 ? 1 / (1 + math::exp(-x)) : math::exp(x) / (1 + math::exp(x));
  };
  // Falls in c: what samples of a say of b, less what samples of b say of a.
  const auto balance = [&](double c) {
    double total = 0;
    for (const double d : from_a) total += logistic(d - c + shift);
    for (const double d : from_b) total -= logistic(c - d - shift);
    return total;
  };
  double low = from_a.front(), high = low;
  for (const auto& list : {from_a, from_b})
    for (const double d : list) low = std::min(low, d), high = std::max(high, d);
  const double margin = std::abs(shift) + math::log(n_a + n_b) + 1;
  low -= margin;
  high += margin;
  for (int halving = 0; halving < 200 && high - low > 1e-12 * (1 + std::abs(low)); ++halving) {
    const double middle = (low + high) / 2;
    (balance(middle) > 0 ? low : high) = middle;
  }
  const double c = (low + high) / 2;
  const auto relative_variance = [](double first, double second, double n) {
    const double mean = first / n;
    return mean > 0 ? (second / n - mean * mean) / (mean * mean) / n : 0.0;
  };
  double a1 = 0, a2 = 0, b1 = 0, b2 = 0;
  for (const double d : from_a) {
    const double f = logistic(d - c + shift);
    a1 += f, a2 += f * f;
  }
  for (const double d : from_b) {
    const double f = logistic(c - d - shift);
    b1 += f, b2 += f * f;
  }
  return {c, std::sqrt(relative_variance(a1, a2, n_a) + relative_variance(b1, b2, n_b))};
}

}  // namespace harmonium::inline v0_2

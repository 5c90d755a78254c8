// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Similarity of two points of a UMAP layout as a function of their distance.
#pragma once

#include <algorithm>
#include <cmath>

#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace harmonium::inline v0_2 {

/// Similarity 1 / (1 + a d^(2b)) of points at distance d.
struct umap_curve {
  double a;
  double b;

  [[nodiscard]] double operator()(double distance) const noexcept {
    return distance > 0 ? 1 / (1 + a * math::exp(2 * b * math::log(distance))) : 1.0;
  }
};

/// The curve nearest, by least squares over 300 distances up to 3 * spread, to the one that is 1 up
/// to `min_distance` and exp(-(d - min_distance) / spread) beyond. Levenberg-Marquardt steps in
/// log a and log b.
/// Source: McInnes, Healy & Melville (2018), arXiv:1802.03426, definition 11.
/// @throws std::invalid_argument unless 0 <= min_distance <= spread and spread > 0.
inline umap_curve fit_umap_curve(double min_distance, double spread = 1) {
  require(spread > 0 && min_distance >= 0 && min_distance <= spread, "fit_umap_curve",
          "expected 0 <= min_distance <= spread and spread > 0");
  constexpr int points = 300;
  // Residuals' squares, and their normal equations in (log a, log b).
  struct normal_equations {
    double squares = 0, aa = 0, ab = 0, bb = 0, ga = 0, gb = 0;
  };
  const auto at = [&](double log_a, double log_b) {
    normal_equations sum;
    const double a = math::exp(log_a), b = math::exp(log_b);
    for (int i = 0; i < points; ++i) {
      const double x = 3 * spread * i / (points - 1);
      const double target = x < min_distance ? 1.0 : math::exp(-(x - min_distance) / spread);
      const double log_x = x > 0 ? math::log(x) : 0.0;
      const double grown = x > 0 ? a * math::exp(2 * b * log_x) : 0.0;
      const double value = 1 / (1 + grown);
      const double residual = value - target;
      const double by_a = -value * value * grown;
      const double by_b = by_a * 2 * b * log_x;
      sum.squares += residual * residual;
      sum.aa += by_a * by_a;
      sum.ab += by_a * by_b;
      sum.bb += by_b * by_b;
      sum.ga += by_a * residual;
      sum.gb += by_b * residual;
    }
    return sum;
  };

  double log_a = -2 * math::log(spread), log_b = 0, damping = 1e-3;
  normal_equations now = at(log_a, log_b);
  for (int i = 0; i < 200; ++i) {
    const double aa = now.aa * (1 + damping), bb = now.bb * (1 + damping);
    const double determinant = aa * bb - now.ab * now.ab;
    if (!(determinant > 0)) break;
    const double step_a = (now.ab * now.gb - bb * now.ga) / determinant;
    const double step_b = (now.ab * now.ga - aa * now.gb) / determinant;
    const normal_equations next = at(log_a + step_a, log_b + step_b);
    if (next.squares < now.squares) {
      log_a += step_a;
      log_b += step_b;
      now = next;
      damping = std::max(damping / 10, 1e-12);
      if (std::abs(step_a) + std::abs(step_b) < 1e-10) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return {math::exp(log_a), math::exp(log_b)};
}

}  // namespace harmonium::inline v0_2

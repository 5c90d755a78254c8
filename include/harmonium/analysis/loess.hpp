// SPDX-License-Identifier: MIT
/// @file
/// Local regression of one variable on another.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// At every x, the value of a parabola fitted to the share `span` of the points that are nearest,
/// with tricube weights: what R's `loess(y ~ x, span, surface = "direct")` gives. (Its default
/// surface interpolates between some of these values.) Where the nearest points have too few
/// different x for a parabola, a line or the weighted mean takes its place.
/// Cost: O(n log n + span n^2).
/// Source: Cleveland (1979), "Robust locally weighted regression and smoothing scatterplots", JASA
/// 74:829, doi 10.1080/01621459.1979.10481038, without the robustness iterations.
/// @param x    finite, in any order; @param y as many
/// @param span above 0, up to 1
/// @return fitted values, length x, in the order of x
/// @throws std::invalid_argument if the lengths differ or `span` is out of range.
inline std::vector<double> loess(std::span<const double> x, std::span<const double> y,
                                 double span = 0.75) {
  require(x.size() == y.size(), "loess", "x and y must be equally many");
  require(span > 0 && span <= 1, "loess",
          "span must be above 0 and at most 1, got " + std::to_string(span));
  const std::size_t n = x.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<double> sx, sy;
  for (const std::size_t i : order) {
    sx.push_back(x[i]);
    sy.push_back(y[i]);
  }

  const auto near = std::clamp(static_cast<std::size_t>(static_cast<double>(n) * span + 1e-5),
                               std::size_t{1}, std::max<std::size_t>(n, 1));
  std::vector<double> fitted(n), weight, at;
  std::size_t first = 0;  // the nearest points are [first, first + near)
  for (std::size_t i = 0; i < n; ++i) {
    while (first + near < n && sx[first + near] - sx[i] < sx[i] - sx[first]) ++first;
    const double width = std::max(sx[i] - sx[first], sx[first + near - 1] - sx[i]);
    // Points as far as the farthest count, if at all, by ties; they have no weight.
    weight.assign(near, 1.0);
    at.assign(near, 0.0);
    if (width > 0) {
      for (std::size_t k = 0; k < near; ++k) {
        at[k] = (sx[first + k] - sx[i]) / width;
        const double rest = 1 - std::abs(at[k] * at[k] * at[k]);
        weight[k] = rest > 0 ? rest * rest * rest : 0.0;
      }
    }

    // Polynomials 1, t - a, (t - b) (t - a) - c that are orthogonal under the weights; the fit at
    // t = 0 is the sum of the projections on them. A polynomial that vanishes at all points is
    // left out.
    double w0 = 0, w1 = 0, y0 = 0;
    for (std::size_t k = 0; k < near; ++k) {
      w0 += weight[k];
      w1 += weight[k] * at[k];
      y0 += weight[k] * sy[first + k];
    }
    const double a = w1 / w0;
    double p1 = 0, p1t = 0, y1 = 0;
    for (std::size_t k = 0; k < near; ++k) {
      const double line = at[k] - a;
      p1 += weight[k] * line * line;
      p1t += weight[k] * line * line * at[k];
      y1 += weight[k] * line * sy[first + k];
    }
    double value = y0 / w0;
    if (p1 > 1e-14 * w0) {
      value += -a * y1 / p1;
      const double b = p1t / p1, c = p1 / w0;
      double p2 = 0, y2 = 0;
      for (std::size_t k = 0; k < near; ++k) {
        const double parabola = (at[k] - b) * (at[k] - a) - c;
        p2 += weight[k] * parabola * parabola;
        y2 += weight[k] * parabola * sy[first + k];
      }
      if (p2 > 1e-14 * w0) value += (a * b - c) * y2 / p2;
    }
    fitted[order[i]] = value;
  }
  return fitted;
}

}  // namespace harmonium::inline v0_2

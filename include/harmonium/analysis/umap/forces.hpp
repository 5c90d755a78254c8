// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// How the points of a UMAP layout pull and push each other.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "harmonium/analysis/umap/curve.hpp"
#include "harmonium/core/math/elementary.hpp"

namespace harmonium::inline v0_2 {

/// Steps along the gradient of the cross-entropy between memberships and the similarities
/// s = 1 / (1 + a d^(2b)) of the layout: `attract` ascends log s, `repel` ascends log(1 - s). Every
/// coordinate of a gradient is clipped to [-4, 4], which keeps near points from being shot away.
/// Spans of a static extent are faster.
/// Source: McInnes, Healy & Melville (2018), arXiv:1802.03426, section 3.2 and Algorithm 5.
class umap_forces {
 public:
  explicit umap_forces(umap_curve curve, double repulsion = 1)
      : curve_(curve), repulsion_(repulsion), table_(bins + 1) {
    for (std::size_t bin = 0; bin <= bins; ++bin)
      table_[bin] = power(std::bit_cast<double>((first_bin + bin) << fraction_bits));
  }

  /// point += rate * gradient of log s(point, other)
  template <std::size_t D>
  void attract(std::span<double, D> point, std::span<const double, D> other,
               double rate) const noexcept {
    const double square = squared_distance(point, other);
    if (!(square > 0)) return;
    const double grown = tabulated_power(square);
    move(point, other, -2 * curve_.b * grown / (square * (1 + grown)), rate);
  }

  /// point += rate * repulsion * gradient of log(1 - s(point, other)), softened where they touch
  template <std::size_t D>
  void repel(std::span<double, D> point, std::span<const double, D> other,
             double rate) const noexcept {
    const double square = squared_distance(point, other);
    if (!(square > 0)) return;
    constexpr double softening = 1e-3;
    const double spread = (softening + square) * (1 + tabulated_power(square));
    move(point, other, 2 * curve_.b * repulsion_ / spread, rate);
  }

  /// a * square^b, relative error below 1e-5 of it for b up to 2.
  [[nodiscard]] double tabulated_power(double square) const noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(square);
    const std::uint64_t bin = (bits >> fraction_bits) - first_bin;
    if (bin >= bins) return power(square);  // below 2^-24 or from 2^24 on
    constexpr std::uint64_t mask = (std::uint64_t{1} << fraction_bits) - 1;
    const double along = static_cast<double>(static_cast<std::int64_t>(bits & mask)) * 0x1p-45;
    return table_[bin] + along * (table_[bin + 1] - table_[bin]);
  }

 private:
  // The table holds the power where a double's exponent and the first 7 bits of its fraction are
  // all there is: 128 points for each doubling, with straight lines between.
  static constexpr int fraction_bits = 45;
  static constexpr std::uint64_t first_bin = std::uint64_t{1023 - 24} << 7;
  static constexpr std::size_t bins = std::size_t{48} << 7;

  [[nodiscard]] double power(double square) const noexcept {
    return curve_.a * math::exp(curve_.b * math::log(square));
  }

  template <std::size_t D>
  static double squared_distance(std::span<double, D> u, std::span<const double, D> v) noexcept {
    double sum = 0;
    for (std::size_t d = 0; d < u.size(); ++d) sum += (u[d] - v[d]) * (u[d] - v[d]);
    return sum;
  }

  template <std::size_t D>
  static void move(std::span<double, D> point, std::span<const double, D> other, double coefficient,
                   double rate) noexcept {
    for (std::size_t d = 0; d < point.size(); ++d)
      point[d] += rate * std::clamp(coefficient * (point[d] - other[d]), -4.0, 4.0);
  }

  umap_curve curve_;
  double repulsion_;
  std::vector<double> table_;
};

}  // namespace harmonium::inline v0_2

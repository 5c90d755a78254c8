// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// From distances to the degree to which points are neighbours, first step of UMAP.
#pragma once

#include <span>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// How a point measures: a neighbour at distance d belongs to it with degree
/// exp(-max(0, d - nearest) / scale).
struct local_scale {
  double nearest;  ///< rho >= 0: up to here membership is full
  double scale;    ///< sigma > 0

  [[nodiscard]] double membership(double distance) const noexcept {
    return distance <= nearest ? 1.0 : math::exp((nearest - distance) / scale);
  }
};

/// The scale at which the memberships of one point's neighbours add up to `mass`. Where ties make
/// that impossible the scale ends at a thousandth of the mean distance (at 1 if all are 0).
/// Source: McInnes, Healy & Melville (2018), "UMAP", arXiv:1802.03426, Algorithms 2 and 3.
/// @param distances of the point's neighbours, >= 0, any order
/// @param nearest   the distance up to which membership is full: the least above 0 in that paper
/// @param mass      log2 of the number of neighbours, the point itself included, in that paper
inline local_scale smooth_distances(std::span<const double> distances, double nearest,
                                    double mass) {
  double mean = 0;
  for (const double d : distances) mean += d;
  if (!(mean > 0)) return {nearest, 1};
  mean /= static_cast<double>(distances.size());
  const auto total = [&](double scale) {
    double sum = 0;
    for (const double d : distances) sum += local_scale{nearest, scale}.membership(d);
    return sum;
  };
  // The total grows with the scale: double it until it is enough, then bisect.
  const double least = 1e-3 * mean;
  double low = least, high = mean;
  if (total(low) >= mass) return {nearest, least};
  for (int i = 0; i < 60 && total(high) < mass; ++i) {
    low = high;
    high *= 2;
  }
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (total(middle) < mass ? low : high) = middle;
  }
  return {nearest, (low + high) / 2};
}

/// The least distance above 0, or 0 if there is none.
inline double least_positive(std::span<const double> distances) {
  double least = 0;
  for (const double d : distances)
    if (d > 0 && (least == 0 || d < least)) least = d;
  return least;
}

}  // namespace harmonium::inline v0_2

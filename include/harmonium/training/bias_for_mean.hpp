// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The visible bias that gives a gene the mean it should have.
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/core/widest.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// The bias a at which sum_i weights_i mean(a + offsets_i) = target for one negative-binomial gene.
/// @param weights non-negative, sum 1
/// @param offsets one natural-parameter offset per weight, such as W_m.h_i
/// @param target  > 0
/// @param highest largest admissible a + offset, < 0
/// @return the bias, or the largest admissible one where the target cannot be reached.
inline double nb_bias_for_mean(std::span<const double> weights, std::span<const double> offsets,
                               double theta, double target, double highest) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < offsets.size(); ++i)
    if (weights[i] > 0) largest = std::max(largest, offsets[i]);
  double above = highest - largest;  // at least as large as the answer
  double below = -std::numeric_limits<double>::infinity();
  scratch_vector<double> means(std::ssize(offsets));
  double a = std::min(above, -math::log1p(theta / target) - largest);
  for (int iteration = 0; iteration < 100; ++iteration) {
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      packs::for_each<double, Bytes>(
          std::ssize(offsets), [ a, theta, offset = offsets.data(), mu = means.data() ]<class Pack>(
                                   index i) __attribute__((always_inline)) {
            nb_mean(Pack(a) + Pack::load(offset + i), Pack(theta)).store(mu + i);
          });
    });
    double mean = 0, slope = 0;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const double mu = means[static_cast<index>(i)];
      mean += weights[i] * mu;
      slope += weights[i] * (mu + mu * mu / theta);
    }
    if (mean < target) {
      if (a >= above) return above;
      below = a;
    } else {
      above = a;
    }
    // Newton on the log of the mean, which is nearly linear in a. What so small a step leaves is
    // its square; it may also lead out of the bounds, by rounding.
    const double step = (math::log(target) - math::log(mean)) * mean / slope;
    if (std::abs(step) <= 2e-14 * std::max(1.0, std::abs(a))) return std::min(a + step, above);
    double next = a + step;
    if (!(next < above)) next = std::isinf(below) ? above : 0.5 * (below + above);
    if (!(next > below)) next = 0.5 * (below + above);
    if (next == a) return a;
    a = next;
  }
  return a;
}

}  // namespace harmonium::inline v0_2

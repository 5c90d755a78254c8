// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// From the decoder's output of one cell to its means, and from slopes in the means back.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2 {

/// mean = library * softmax(output). An output more than 60 below the largest counts as 60 below,
/// so that every mean is positive.
/// @param output length genes; left alone unless it is `mean`
template <std::floating_point Scalar>
void softmax_means(const Scalar* output, index genes, double library, Scalar* mean) {
  Scalar largest = output[0];
  for (index m = 1; m < genes; ++m) largest = output[m] > largest ? output[m] : largest;
  Scalar top[16], lowest[16], scale[16];
  std::fill_n(top, 16, largest);
  std::fill_n(lowest, 16, Scalar(-60));
  double total = 0;
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    const Scalar* const from = output;
    Scalar* const to = mean;
    const Scalar* const shift = top;
    const Scalar* const least = lowest;
    total = packs::sum_in_lanes<Scalar, Bytes>(
        genes, [=]<class P>(index m, Scalar * sum) __attribute__((always_inline)) {
          const P power = exp(larger(P::load(from + m) - P::load(shift), P::load(least)));
          power.store(to + m);
          (P::load(sum) + power).store(sum);
        });
  });
  std::fill_n(scale, 16, static_cast<Scalar>(library / total));
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    using wide = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
    Scalar* const to = mean;
    const wide factor = wide::load(scale);
    index m = 0;
    for (; m + wide::lanes <= genes; m += wide::lanes) (wide::load(to + m) * factor).store(to + m);
    for (; m < genes; ++m) to[m] *= scale[0];
  });
}

/// Slopes in log mean become slopes in the output. @return the slope in the log-library
template <std::floating_point Scalar>
double softmax_slopes(const Scalar* mean, index genes, double library, Scalar scale,
                      Scalar* slopes) {
  double total = 0;
  Scalar share[16], factor[16];
  std::fill_n(factor, 16, scale);
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    const Scalar* const from = slopes;
    total = packs::sum_in_lanes<Scalar, Bytes>(
        genes, [=]<class P>(index m, Scalar * sum) __attribute__((always_inline)) {
          (P::load(sum) + P::load(from + m)).store(sum);
        });
  });
  std::fill_n(share, 16, static_cast<Scalar>(total / library));
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    using wide = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
    const Scalar* const mu = mean;
    Scalar* const to = slopes;
    const wide common = wide::load(share), by = wide::load(factor);
    index m = 0;
    for (; m + wide::lanes <= genes; m += wide::lanes)
      (by * (wide::load(to + m) - wide::load(mu + m) * common)).store(to + m);
    for (; m < genes; ++m) to[m] = scale * (to[m] - mu[m] * share[0]);
  });
  return total;
}

}  // namespace harmonium::inline v0_2

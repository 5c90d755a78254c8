// SPDX-License-Identifier: MIT
/// @file
/// Steps of a natural parameter in units of relative change of the mean.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/row_products.hpp"
#include "harmonium/core/scratch.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/parts.hpp"

namespace harmonium::inline v0_2 {

/// d eta / d log mean = mean / variance of every unit at the given means, for families of counts,
/// whose natural parameter is bounded; 1 for the others, where eta itself is the scale.
/// @param means length units.size(); means below 1e-8 count as 1e-8.
/// @param[out] scale length units.size()
template <unit_family Units>
void log_mean_scale(const Units& units, std::span<const typename Units::scalar> means,
                    std::span<typename Units::scalar> scale) {
  using scalar = typename Units::scalar;
  if constexpr (layer_of_parts<Units>) {
    units.for_each_part([&](auto p, const auto& own) {
      log_mean_scale(own, units.stretch(p, means), units.stretch(p, scale));
    });
    return;
  }
  std::fill(scale.begin(), scale.end(), scalar(1));
  if (std::isinf(units.natural_supremum())) return;
  scratch_vector<scalar> mean(units.size()), eta(units.size()), variance(units.size());
  for (index m = 0; m < mean.size(); ++m)
    mean[m] = std::max(means[static_cast<std::size_t>(m)], scalar(1e-8));
  units.natural_from_mean(as_span(std::as_const(mean)), as_span(eta));
  units.variance(as_span(std::as_const(eta)), as_span(variance));
  for (index m = 0; m < mean.size(); ++m)
    if (variance[m] > scalar(0)) scale[static_cast<std::size_t>(m)] = mean[m] / variance[m];
}

/// The same as a vector.
template <unit_family Units>
vector<typename Units::scalar> log_mean_scale(const Units& units,
                                              std::span<const typename Units::scalar> means) {
  vector<typename Units::scalar> scale(units.size());
  log_mean_scale(units, means, as_span(scale));
  return scale;
}

/// Means strictly inside the units' range: `share` of the way towards those of a layer without
/// input. Finite biases then exist, and one-hot groups keep their sum.
template <unit_family Units>
void keep_inside(const Units& units, double share, std::span<typename Units::scalar> means) {
  using scalar = typename Units::scalar;
  const scratch_vector<scalar> none(units.size(), scalar(0));
  scratch_vector<scalar> middle(units.size());
  units.mean(as_span(none), as_span(middle));
  const auto s = static_cast<scalar>(share);
  for (std::size_t k = 0; k < means.size(); ++k)
    means[k] = (scalar(1) - s) * means[k] + s * middle[static_cast<index>(k)];
}

}  // namespace harmonium::inline v0_2

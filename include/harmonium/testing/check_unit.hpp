// SPDX-License-Identifier: MIT
/// @file
/// The laws of `unit_family` and its refinements as one check, called once per family:
///
///     const auto found = harmonium::testing::check_unit<poisson>({
///         .layers = {{poisson(2), {-1.0, 2.0}}, ...},
///         .extremes = {{poisson(1), {-700.0}}, ...},
///         .edge_means = {0}});
///
/// Statistical checks have fixed seeds and tolerances that follow from their sample sizes.
#pragma once

#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "harmonium/testing/findings.hpp"
#include "harmonium/testing/unit_laws.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2::testing {

/// @return the laws that the family does not keep
template <unit_family U>
findings check_unit(const unit_laws<U>& laws) {
  using S = typename U::scalar;
  findings found;
  if (!found.expect(!laws.layers.empty(), "check_unit needs a layer")) return found;
  if constexpr (states_growth<U>) detail::check_growth(found, laws.layers.front().units);
  for (std::size_t n = 0; n < laws.layers.size(); ++n) {
    const auto& layer = laws.layers[n];
    const auto where = found.in("layer " + std::to_string(n));
    if (!found.expect(std::ssize(layer.eta) == layer.units.size(),
                      "check_unit needs one eta for each unit"))
      continue;
    detail::check_derivatives(found, layer);
    detail::check_samples(found, layer);
    detail::check_natural_from_mean(found, layer);
    detail::check_support(found, layer);
    detail::check_finite(found, layer);
    if constexpr (states_range<U>) detail::check_range(found, layer);
    if constexpr (enumerable_unit_family<U>) {
      detail::check_states(found, layer);
      if constexpr (sited_unit_family<U>) detail::check_sites(found, layer);
    } else if (layer.units.size() == 1) {
      detail::check_total_mass(found, layer, laws.whole_numbers);
    }
  }
  for (std::size_t n = 0; n < laws.extremes.size(); ++n) {
    const auto where = found.in("extreme " + std::to_string(n));
    detail::check_finite(found, laws.extremes[n]);
  }
  for (const S edge : laws.edge_means) {
    const auto where = found.in("the mean " + std::to_string(edge));
    const auto& units = laws.layers.front().units;
    const std::vector<S> mean(static_cast<std::size_t>(units.size()), edge);
    for (const S eta : detail::overwritten<S>(
             found, units.size(), [&](std::span<S> out) { units.natural_from_mean(mean, out); })) {
      found.expect(std::isfinite(eta), "natural_from_mean is not finite");
      found.expect(eta < units.natural_supremum(),
                   "natural_from_mean is not below natural_supremum");
    }
  }
  return found;
}

}  // namespace harmonium::inline v0_2::testing

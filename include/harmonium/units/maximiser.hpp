// SPDX-License-Identifier: MIT
/// @file
/// The state of a layer at which a linear function of it is largest.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// Writes the state at which weights'state is largest, the first of equals: by the family's own
/// `write_maximiser` if it has one, else site by site where it has sites, else over all states.
/// @param weights length units.size()
/// @param[out] out length units.size(), overwritten
template <class Units, std::floating_point Weight>
requires requires(const Units& units) {
  units.states();
}
void write_maximiser(const Units& units, std::span<const Weight> weights,
                     std::span<typename Units::scalar> out) {
  using scalar = typename Units::scalar;
  if constexpr (requires { units.write_maximiser(weights, out); }) {
    units.write_maximiser(weights, out);
  } else if constexpr (sited_unit_family<Units>) {
    const auto site = units.site();
    const auto width = static_cast<std::size_t>(site.size());
    std::vector<scalar> state(width);
    for (std::size_t begin = 0; begin < out.size(); begin += width) {
      double most = 0;
      for (index s = 0; s < site.states(); ++s) {
        site.write_state(s, std::span<scalar>(state));
        double value = 0;
        for (std::size_t k = 0; k < width; ++k)
          value += static_cast<double>(weights[begin + k]) * static_cast<double>(state[k]);
        if (s > 0 && !(value > most)) continue;
        most = value;
        std::copy(state.begin(), state.end(), out.begin() + static_cast<std::ptrdiff_t>(begin));
      }
    }
  } else {
    std::vector<scalar> state(out.size());
    double most = 0;
    for (index s = 0; s < units.states(); ++s) {
      units.write_state(s, std::span<scalar>(state));
      double value = 0;
      for (std::size_t k = 0; k < state.size(); ++k)
        value += static_cast<double>(weights[k]) * static_cast<double>(state[k]);
      if (s > 0 && !(value > most)) continue;
      most = value;
      std::copy(state.begin(), state.end(), out.begin());
    }
  }
}

}  // namespace harmonium::inline v0_2

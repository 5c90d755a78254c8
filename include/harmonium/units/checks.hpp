// SPDX-License-Identifier: MIT
/// @file
/// Small parts shared by unit families: checks of parameters and states, bounds of eta.
#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// @throws std::invalid_argument if `size` is negative.
inline index checked_size(index size, const char* function) {
  if (size < 0) {
    require(false, function,
            "the number of units must not be negative, got " + std::to_string(size));
  }
  return size;
}

/// @throws std::domain_error unless every entry is positive and finite; the text names the entry.
template <std::floating_point S>
void require_positive_entries(const vector<S>& entries, const char* function,
                              const char* argument) {
  for (index i = 0; i < entries.size(); ++i) {
    if (entries[i] > 0 && std::isfinite(entries[i])) continue;
    throw std::domain_error(std::string(function) + ": " + argument +
                            " must be positive and finite, got " + std::to_string(entries[i]) +
                            " for unit " + std::to_string(i));
  }
}

/// Whether x is a whole number >= 0.
template <std::floating_point S>
[[nodiscard]] bool is_count(S x) noexcept {
  return x >= 0 && std::isfinite(x) && x == std::floor(x);
}

/// Whether all entries are whole numbers >= 0.
template <std::floating_point S>
[[nodiscard]] bool all_counts(std::span<const S> state) noexcept {
  for (const S x : state)
    if (!is_count(x)) return false;
  return true;
}

/// Whether all entries are 0 or 1.
template <std::floating_point S>
[[nodiscard]] bool all_binary(std::span<const S> state) noexcept {
  for (const S x : state)
    if (!(x == 0 || x == 1)) return false;
  return true;
}

/// Whether `Units::supports_value` holds for all entries.
template <class Units>
[[nodiscard]] bool all_supported(std::span<const typename Units::scalar> state) noexcept {
  for (const auto x : state)
    if (!Units::supports_value(x)) return false;
  return true;
}

/// Where `natural_from_mean` stops, because a mean at the end of its range has no finite eta:
/// e^-700 is 1e-304, and no sample of any size tells it from 0.
template <std::floating_point S>
inline constexpr S largest_natural = S(700);

/// `eta` within +-largest_natural; NaN stays.
template <std::floating_point S>
[[nodiscard]] constexpr S bounded_natural(S eta) noexcept {
  eta = eta < -largest_natural<S> ? -largest_natural<S> : eta;
  return eta > largest_natural<S> ? largest_natural<S> : eta;
}

/// The `natural_supremum()` of families that admit every finite eta.
template <std::floating_point S>
inline constexpr S no_supremum = std::numeric_limits<S>::infinity();

/// The `highest_state` of families whose states have no upper bound.
template <std::floating_point S>
inline constexpr S unbounded_state = std::numeric_limits<S>::infinity();

/// base^exponent for a base >= 1, at most 2^62: the number of states of a layer.
[[nodiscard]] constexpr index saturated_power(index base, index exponent) noexcept {
  constexpr index most = index{1} << 62;
  if (base == 1) return 1;
  index power = 1;
  for (index i = 0; i < exponent; ++i) {
    if (power > most / base) return most;
    power *= base;
  }
  return power;
}

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// What unit families check of parameters and states.
#pragma once

#include <cmath>
#include <concepts>
#include <span>
#include <stdexcept>
#include <string>

#include "harmonium/core/error.hpp"
#include "harmonium/core/matrix.hpp"

namespace harmonium {

/// @throws std::invalid_argument if `size` is negative.
[[nodiscard]] inline index checked_size(index size, const char* function) {
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

/// Whether all entries are whole numbers >= 0.
template <std::floating_point S>
[[nodiscard]] bool all_counts(std::span<const S> state) noexcept {
  for (const S x : state)
    if (!(x >= 0 && std::isfinite(x) && x == std::floor(x))) return false;
  return true;
}

}  // namespace harmonium

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The check of one count that comes from outside, for adaptors that read element by element.
#pragma once

#include <cmath>
#include <concepts>
#include <stdexcept>
#include <string>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// @throws std::domain_error "function: cell C, gene G: count V is not a whole number >= 0" for a
///         number that is negative, broken, infinite or none.
template <class Count>
void require_whole_count(Count count, const char* function, index cell, index gene) {
  bool whole = count >= Count(0);
  if constexpr (std::floating_point<Count>)
    whole = whole && count == std::floor(count) && !std::isinf(count);
  if (!whole)
    throw std::domain_error(std::string(function) + ": cell " + std::to_string(cell) + ", gene " +
                            std::to_string(gene) + ": count " + std::to_string(count) +
                            " is not a whole number >= 0");
}

}  // namespace harmonium::inline v0_2

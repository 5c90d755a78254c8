// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Polynomials with known coefficients, written so that the compiler unrolls and vectorises them.
#pragma once

#include <array>
#include <cstddef>

namespace harmonium::inline v0_2::math {

/// c0, by Horner's rule.
template <class S, class C>
[[nodiscard]] [[gnu::always_inline]] constexpr S horner(const S& /*z*/, C c0) noexcept {
  return S(c0);
}

/// c0 + c1 z + c2 z^2 + ..., by Horner's rule.
template <class S, class C, class... Rest>
[[nodiscard]] [[gnu::always_inline]] constexpr S horner(const S& z, C c0, Rest... rest) noexcept {
  return S(c0) + z * horner(z, rest...);
}

/// A polynomial at `a`, and its slope between `b` and `a`.
struct polynomial_difference {
  double value;  ///< P(a)
  double slope;  ///< (P(a) - P(b)) / (a - b), and P'(a) where a = b; found without subtracting
};

/// @param coefficients from the constant term upwards
template <std::size_t N>
[[nodiscard]] constexpr polynomial_difference difference(const std::array<double, N>& coefficients,
                                                         double a, double b) noexcept {
  polynomial_difference result{0.0, 0.0};
  for (std::size_t i = N; i-- > 0;) {
    result.slope = result.slope * b + result.value;
    result.value = result.value * a + coefficients[i];
  }
  return result;
}

}  // namespace harmonium::inline v0_2::math

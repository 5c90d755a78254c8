// SPDX-License-Identifier: MIT
/// @file
/// Functions of the logistic family and log-sum-exp, stable over the whole range. Branch-free where
/// they work on one number.
///
/// Largest error seen in units of the last place (tests/core/math/logistic_test.cpp):
/// log1mexp 2.2, softplus 1.7, sigmoid 2.3, in float and double alike.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2::math {

/// log(1 - e^x) for x <= 0: accurate both near 0, where e^x is near 1, and far below, where it is
/// small. -inf at 0, NaN above.
/// @see Maechler (2012), Accurately computing log(1 - exp(-|a|)).
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S log1mexp(const S& x) noexcept {
  const auto e = exponentials(x);
  const S u = -e.minus_one;
  // Where e^x < 1/2 the rounding of u hides digits of e^x: give them back, divided by u.
  using format = binary_format<S>;
  constexpr auto log_half = static_cast<typename format::number>(-0.6931471805599453);
  const S lost = select(x < S(log_half), (S(1) - u) - e.power, S(0));
  // log(u (1 + lost / u)); u is at most 1, so that less care is needed than in log_corrected.
  using limits = std::numeric_limits<typename format::number>;
  const auto subnormal = u < S(limits::min());
  const S finite = log_of_normal(select(subnormal, u * S(format::subnormal_scale), u),
                                 lost * (S(1) + e.power * (S(1) + e.power)),
                                 select(subnormal, S(format::subnormal_exponent), S(0)));
  return select(u > S(0), finite,
                select(u == S(0), S(-limits::infinity()), S(limits::quiet_NaN())));
}

/// |x|.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S magnitude(const S& x) noexcept {
  if constexpr (std::floating_point<S>)
    return std::abs(x);
  else
    return number_of(bits_of(x) & (binary_format<S>::sign_bit - 1));
}

/// log(1 + e^x).
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S softplus(const S& x) noexcept {
  return select(x > S(0), x, S(0)) + log1p(exp(-magnitude(x)));
}

/// 1 / (1 + e^-x), also accurate where it is near 0.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S sigmoid(const S& x) noexcept {
  const S e = exp(-magnitude(x));
  return select(x < S(0), e, S(1)) / (S(1) + e);
}

/// log(sum of e^x over `values`); -inf when empty or all are -inf, NaN if any is NaN.
/// The sum is compensated (Neumaier 1974), so the error stays within 3 units of the last place of
/// max(|result|, 1) however many terms there are, apart from the rounding of each x - max.
template <std::floating_point S>
[[nodiscard]] inline S log_sum_exp(std::span<const S> values) noexcept {
  S largest = -std::numeric_limits<S>::infinity();
  for (const S x : values) {
    if (x != x) return x;
    largest = x > largest ? x : largest;
  }
  if (std::isinf(largest)) return largest;
  S sum = 0;
  S lost = 0;
  for (const S x : values) {
    const S term = exp(x - largest);
    const S next = sum + term;
    lost += sum >= term ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  return largest + log(sum + lost);
}

}  // namespace harmonium::inline v0_2::math

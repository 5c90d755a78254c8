// SPDX-License-Identifier: MIT
/// @file
/// Exponential and logarithm as fixed sequences of IEEE additions, multiplications and divisions:
/// equal bits from GCC and Clang (with -ffp-contract=off) whatever their mathematics library does.
/// float, double and packs of them (core/pack.hpp), whose lanes get the bits of a number alone.
/// Without branches, and always inlined: a pack's instruction set is its caller's.
///
/// Largest error seen in units of the last place (tests/core/math/elementary_test.cpp):
/// exp 1, expm1 2, log 0.8, log1p 0.9. Infinities, NaN, signed zeros, subnormal arguments and
/// results are as in C. They rely on round-to-nearest and break under -ffast-math.
///
/// Method: Cody & Waite (1980), Software Manual for the Elementary Functions, for the reduction by
/// ln 2; the polynomials interpolate at Chebyshev nodes, computed with 60 digits.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "harmonium/core/math/polynomial.hpp"
#include "harmonium/core/pack.hpp"

#ifdef __FAST_MATH__
#error "harmonium needs IEEE arithmetic: compile without -ffast-math (exp(0.1) would be 1)"
#endif

namespace harmonium::inline v0_2::math {

/// What the functions below need to know of a floating-point type.
template <packs::arithmetic S>
struct binary_format;

template <>
struct binary_format<double> {
  using number = double;
  using word = std::uint64_t;
  static constexpr word sign_bit = word(1) << 63;
  static constexpr int fraction_bits = 52;
  static constexpr double bias = 1023;
  /// Adding this leaves a whole number in the low bits of the fraction.
  static constexpr double whole = 0x1.8p52;
  /// The bits of 2^52, whose fraction is then a whole number.
  static constexpr word whole_bits = 0x4330000000000000;
  static constexpr double whole_offset = 0x1p52;
  static constexpr word one_bits = 0x3ff0000000000000;
  static constexpr word sqrt_half_bits = 0x3fe6a09e667f3bcd;
  static constexpr double inverse_ln2 = 0x1.71547652b82fep+0;
  static constexpr double ln2_high = 0x1.62e42feep-1;  ///< times any exponent: exact
  static constexpr double ln2_low = 0x1.a39ef35793c76p-33;
  static constexpr double exp_lowest = -746;  ///< e^x is 0 from here on
  static constexpr double exp_highest = 710;  ///< e^x is infinite from here on
  static constexpr double subnormal_scale = 0x1p54;
  static constexpr double subnormal_exponent = 54;

  /// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2, relative to r to 5e-19.
  template <class S>
  [[gnu::always_inline]] static constexpr S exp_tail(const S& r) noexcept {
    return horner(r, 0x1.0000000000000p-1, 0x1.5555555555557p-3, 0x1.5555555555556p-5,
                  0x1.111111111007ep-7, 0x1.6c16c16c1629fp-10, 0x1.a01a01ac1adebp-13,
                  0x1.a01a01a6f59a9p-16, 0x1.71de0190b33a1p-19, 0x1.27e4db08819d2p-22,
                  0x1.af4f375ba602bp-26, 0x1.1f73c205d8d57p-29);
  }
  /// 2 (atanh(s) / s - 1) / s^2 with z = s^2 <= 0.0295, to 5e-18.
  template <class S>
  [[gnu::always_inline]] static constexpr S log_tail(const S& z) noexcept {
    return horner(z, 0x1.5555555555558p-1, 0x1.9999999995273p-2, 0x1.2492492dfd86cp-2,
                  0x1.c71c62d5e53e0p-3, 0x1.7462b91b8df65p-3, 0x1.39fdcceb4bb45p-3,
                  0x1.2b5f68a50d903p-3);
  }
};

template <>
struct binary_format<float> {
  using number = float;
  using word = std::uint32_t;
  static constexpr word sign_bit = word(1) << 31;
  static constexpr int fraction_bits = 23;
  static constexpr float bias = 127;
  static constexpr float whole = 0x1.8p23f;
  static constexpr word whole_bits = 0x4b000000;
  static constexpr float whole_offset = 0x1p23f;
  static constexpr word one_bits = 0x3f800000;
  static constexpr word sqrt_half_bits = 0x3f3504f3;
  static constexpr float inverse_ln2 = 0x1.715476p+0f;
  static constexpr float ln2_high = 0x1.62ep-1f;
  static constexpr float ln2_low = 0x1.0bfbe8p-15f;
  static constexpr float exp_lowest = -104;
  static constexpr float exp_highest = 89;
  static constexpr float subnormal_scale = 0x1p25f;
  static constexpr float subnormal_exponent = 25;

  template <class S>
  [[gnu::always_inline]] static constexpr S exp_tail(const S& r) noexcept {
    return horner(r, 0x1.000000p-1f, 0x1.555556p-3f, 0x1.5554e8p-5f, 0x1.1110e0p-7f,
                  0x1.6d44d2p-10f, 0x1.a12670p-13f);
  }
  template <class S>
  [[gnu::always_inline]] static constexpr S log_tail(const S& z) noexcept {
    return horner(z, 0x1.55555cp-1f, 0x1.997c22p-2f, 0x1.2ee8c8p-2f);
  }
};

template <class S, int Lanes>
struct binary_format<packs::pack<S, Lanes>> : binary_format<S> {};

/// The bits of a number, and back.
template <std::floating_point S>
[[nodiscard]] [[gnu::always_inline]] inline typename binary_format<S>::word bits_of(S x) noexcept {
  return std::bit_cast<typename binary_format<S>::word>(x);
}
/// The number of these bits.
[[nodiscard]] [[gnu::always_inline]] inline double number_of(std::uint64_t bits) noexcept {
  return std::bit_cast<double>(bits);
}
/// The number of these bits.
[[nodiscard]] [[gnu::always_inline]] inline float number_of(std::uint32_t bits) noexcept {
  return std::bit_cast<float>(bits);
}
using packs::select;

/// 2^k for a whole k from 1 - bias to bias (given as a floating-point number).
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S power_of_two(const S& k) noexcept {
  using format = binary_format<S>;
  return number_of(bits_of(k + S(format::whole + format::bias)) << format::fraction_bits);
}

/// e^x and e^x - 1.
template <packs::arithmetic S>
struct exponential_pair {
  S power;      ///< e^x
  S minus_one;  ///< e^x - 1
};

/// Both at little more than the cost of one. `minus_one` is accurate near x = 0, `power` for x far
/// below 0. (`minus_one` of -0 is +0.)
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline exponential_pair<S> exponentials(
    const S& argument) noexcept {
  using format = binary_format<S>;
  // in this order NaN stays
  const S above = select(argument < S(format::exp_lowest), S(format::exp_lowest), argument);
  const S x = select(above > S(format::exp_highest), S(format::exp_highest), above);
  // x = k ln 2 + r
  const S k = (x * S(format::inverse_ln2) + S(format::whole)) - S(format::whole);
  const S r = (x - k * S(format::ln2_high)) - k * S(format::ln2_low);
  const S reduced = r + (r * r) * format::exp_tail(r);
  // 2^k in two factors, because it may leave the normal numbers while its product does not.
  const S k1 = (k * S(0.5) + S(format::whole)) - S(format::whole);
  const S k2 = k - k1;
  const S scale1 = power_of_two(k1);
  const S scale2 = power_of_two(k2);
  return {(scale1 * (S(1) + reduced)) * scale2,
          (scale1 * reduced + (scale1 - power_of_two(-k2))) * scale2};
}

/// e^x.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S exp(const S& x) noexcept {
  return exponentials(x).power;
}

/// e^x - 1, accurate near 0.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S expm1(const S& x) noexcept {
  const S result = exponentials(x).minus_one;
  return select(x == S(0), x, result);  // keeps the sign of zero
}

/// log(u (1 + correction)) - lowered ln 2 for a correction of the size of u's rounding error.
/// @param u positive, normal, finite
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S log_of_normal(const S& u, const S& correction,
                                                            const S& lowered = S(0)) noexcept {
  using format = binary_format<S>;
  using word = typename format::word;
  // u = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2)
  const auto shifted = bits_of(u) + (format::one_bits - format::sqrt_half_bits);
  const auto fraction = shifted & ((word(1) << format::fraction_bits) - 1);
  const S f = number_of(fraction + format::sqrt_half_bits) - S(1);
  const S k = (number_of((shifted >> format::fraction_bits) | format::whole_bits) -
               S(format::whole_offset + format::bias)) -
              lowered;
  // log(1 + f) = f - f^2/2 + s (f^2/2 + s^2 tail(s^2)) with s = f / (2 + f)
  const S s = f / (S(2) + f);
  const S half_square = S(0.5) * f * f;
  const S z = s * s;
  const S small =
      s * (half_square + z * format::log_tail(z)) + (k * S(format::ln2_low) + correction);
  return k * S(format::ln2_high) - ((half_square - small) - f);
}

/// log(u (1 + correction)) as above for every u: -inf at u = 0 and NaN for u < 0.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S log_corrected(const S& u,
                                                            const S& correction) noexcept {
  using format = binary_format<S>;
  using limits = std::numeric_limits<typename format::number>;
  const auto subnormal = u < S(limits::min());
  const S normal = select(subnormal, u * S(format::subnormal_scale), u);
  const S finite =
      log_of_normal(normal, correction, select(subnormal, S(format::subnormal_exponent), S(0)));
  const S positive = select(u <= S(limits::max()), finite, u);
  const S other = select(u == S(0), S(-limits::infinity()), S(limits::quiet_NaN()));
  return select(u > S(0), positive, other);
}

/// log(x): -inf at 0, NaN below.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S log(const S& x) noexcept {
  return log_corrected(x, S(0));
}

/// log(1 + x), accurate near 0: -inf at -1, NaN below.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S log1p(const S& x) noexcept {
  const S u = S(1) + x;
  const S rest = u - S(1);
  const S lost = (S(1) - (u - rest)) + (x - rest);  // 1 + x = u + lost, exactly
  const S result = log_corrected(u, lost / u);
  return select(x == S(0), x, result);  // keeps the sign of zero
}

}  // namespace harmonium::inline v0_2::math

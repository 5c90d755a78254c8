// SPDX-License-Identifier: MIT
/// @file
/// Loops over several numbers at a time: a pack of numbers with the arithmetic of one, and the
/// choice of the widest instructions that the machine at hand has. No instruction fuses a product
/// with a sum and no lane sees another, so that every width gives the bits of the plain loop.
///
/// Packs are GCC's and Clang's vector extension. Whatever takes or returns one must be
/// `gnu::always_inline`, because the instruction set differs from caller to caller.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>

#include "harmonium/core/math/elementary.hpp"

namespace harmonium::simd {

/// `Lanes` numbers, each for itself.
template <std::floating_point S, int Lanes>
struct pack {
  static constexpr int lanes = Lanes;
  using word = typename math::binary_format<S>::word;
  typedef S numbers __attribute__((vector_size(Lanes * sizeof(S))));
  typedef word words __attribute__((vector_size(Lanes * sizeof(S))));
  numbers v;

  /// Wanted in a loop, it is best made before it: GCC 12 takes its time.
  [[gnu::always_inline]] static inline pack all(S x) { return {x - numbers{}}; }
  [[gnu::always_inline]] static inline pack load(const S* from) {
    pack result;
    std::memcpy(&result.v, from, sizeof result.v);
    return result;
  }
  [[gnu::always_inline]] inline void store(S* to) const { std::memcpy(to, &v, sizeof v); }

  [[gnu::always_inline]] friend inline pack operator+(const pack& a, const pack& b) {
    return {a.v + b.v};
  }
  [[gnu::always_inline]] friend inline pack operator-(const pack& a, const pack& b) {
    return {a.v - b.v};
  }
  [[gnu::always_inline]] friend inline pack operator*(const pack& a, const pack& b) {
    return {a.v * b.v};
  }
  [[gnu::always_inline]] friend inline pack operator/(const pack& a, const pack& b) {
    return {a.v / b.v};
  }
  [[gnu::always_inline]] friend inline pack larger(const pack& a, const pack& b) {
    return {a.v > b.v ? a.v : b.v};
  }
};

/// The square root of x >= 0 in each lane, to 4 units of the last place, by Newton's iteration for
/// 1 / sqrt(x): compilers turn std::sqrt into one number at a time. Subnormal x give about 0.
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> square_root(const pack<S, Lanes>& x) {
  using P = pack<S, Lanes>;
  using words = typename P::words;
  constexpr typename P::word magic =
      std::same_as<S, float> ? 0x5f375a86 : static_cast<typename P::word>(0x5fe6eb50c7b537a9);
  const words guess = magic - (reinterpret_cast<words>(x.v) >> 1);
  P y{reinterpret_cast<typename P::numbers>(guess)};
  const P half = P::all(S(0.5)) * x, three_halves = P::all(S(1.5));
  y = y * (three_halves - half * y * y);
  y = y * (three_halves - half * y * y);
  y = y * (three_halves - half * y * y);
  if constexpr (std::same_as<S, double>) y = y * (three_halves - half * y * y);
  return x * y;
}

/// c0 + c1 z + c2 z^2 + ... in each lane, by Horner's rule.
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> horner(const pack<S, Lanes>& /*z*/, S c0) {
  return pack<S, Lanes>::all(c0);
}
template <std::floating_point S, int Lanes, class... Rest>
[[gnu::always_inline]] inline pack<S, Lanes> horner(const pack<S, Lanes>& z, S c0, Rest... rest) {
  return pack<S, Lanes>::all(c0) + z * horner(z, rest...);
}

/// The bits of `math::exp`.
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> exp(const pack<S, Lanes>& argument) {
  using format = math::binary_format<S>;
  using P = pack<S, Lanes>;
  using words = typename P::words;
  const auto lowest = P::all(format::exp_lowest), highest = P::all(format::exp_highest);
  P x{argument.v < lowest.v ? lowest.v : argument.v};
  x = P{x.v > highest.v ? highest.v : x.v};
  const auto whole = P::all(format::whole), one = P::all(1);
  const P k = (x * P::all(format::inverse_ln2) + whole) - whole;
  const P r = (x - k * P::all(format::ln2_high)) - k * P::all(format::ln2_low);
  P tail;
  if constexpr (std::same_as<S, float>) {
    tail = horner(r, 0.5f, 0x1.555556p-3f, 0x1.5554e8p-5f, 0x1.1110e0p-7f, 0x1.6d44d2p-10f,
                  0x1.a12670p-13f);
  } else {
    tail = horner(r, 0.5, 0x1.5555555555557p-3, 0x1.5555555555556p-5, 0x1.111111111007ep-7,
                  0x1.6c16c16c1629fp-10, 0x1.a01a01ac1adebp-13, 0x1.a01a01a6f59a9p-16,
                  0x1.71de0190b33a1p-19, 0x1.27e4db08819d2p-22, 0x1.af4f375ba602bp-26,
                  0x1.1f73c205d8d57p-29);
  }
  const P reduced = r + (r * r) * tail;
  const P k1 = (k * P::all(S(0.5)) + whole) - whole;
  const P k2 = k - k1;
  const P biased1 = k1 + P::all(format::whole + format::bias);
  const P biased2 = k2 + P::all(format::whole + format::bias);
  const words bits1 = reinterpret_cast<words>(biased1.v) << format::fraction_bits;
  const words bits2 = reinterpret_cast<words>(biased2.v) << format::fraction_bits;
  const P scale1{reinterpret_cast<typename P::numbers>(bits1)};
  const P scale2{reinterpret_cast<typename P::numbers>(bits2)};
  return (scale1 * (one + reduced)) * scale2;
}

/// The bits of `math::log1p` for 0 <= x < infinity.
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> log1p(const pack<S, Lanes>& x) {
  using format = math::binary_format<S>;
  using P = pack<S, Lanes>;
  using words = typename P::words;
  using word = typename P::word;
  const auto one = P::all(1), half = P::all(S(0.5));
  const P u = one + x;
  const P rest = u - one;
  const P lost = (one - (u - rest)) + (x - rest);
  const P correction = lost / u;
  const words shifted = reinterpret_cast<words>(u.v) + (format::one_bits - format::sqrt_half_bits);
  const words fraction =
      (shifted & ((word(1) << format::fraction_bits) - 1)) + format::sqrt_half_bits;
  const P f = P{reinterpret_cast<typename P::numbers>(fraction)} - one;
  const words exponent = (shifted >> format::fraction_bits) | format::whole_bits;
  const P k = P{reinterpret_cast<typename P::numbers>(exponent)} -
              P::all(format::whole_offset + format::bias);
  const P s = f / (P::all(2) + f);
  const P half_square = half * f * f;
  const P z = s * s;
  P tail;
  if constexpr (std::same_as<S, float>) {
    tail = horner(z, 0x1.55555cp-1f, 0x1.997c22p-2f, 0x1.2ee8c8p-2f);
  } else {
    tail = horner(z, 0x1.5555555555558p-1, 0x1.9999999995273p-2, 0x1.2492492dfd86cp-2,
                  0x1.c71c62d5e53e0p-3, 0x1.7462b91b8df65p-3, 0x1.39fdcceb4bb45p-3,
                  0x1.2b5f68a50d903p-3);
  }
  const P small = s * (half_square + z * tail) + (k * P::all(format::ln2_low) + correction);
  return k * P::all(format::ln2_high) - ((half_square - small) - f);
}

#if defined(__x86_64__)
template <class Body>
[[gnu::target("avx512f")]] void run_in_64_bytes(const Body& body) {
  body.template operator()<64>();
}
template <class Body>
[[gnu::target("avx2")]] void run_in_32_bytes(const Body& body) {
  body.template operator()<32>();
}
#endif

/// Calls `body.operator()<Bytes>()` with the bytes of the machine's widest registers. `body` is an
/// always-inlined lambda that copies what it captured into locals before its loops.
/// @param widest no more than this many bytes, for tests
template <class Body>
void widest(const Body& body, [[maybe_unused]] int widest = 64) {
#if defined(__x86_64__)
  if (widest >= 64 && __builtin_cpu_supports("avx512f")) return run_in_64_bytes(body);
  if (widest >= 32 && __builtin_cpu_supports("avx2")) return run_in_32_bytes(body);
#endif
  body.template operator()<16>();
}

/// Calls `part<P>(m, sum)` for packs that cover [0, size); each adds to the sums of its lanes.
/// @return the sum of sixteen sums side by side, in that order whatever the machine's width
template <std::floating_point Scalar, int Bytes, class Part>
[[gnu::always_inline]] inline double sum_in_lanes(std::ptrdiff_t size, const Part& part) {
  using wide = pack<Scalar, Bytes / int(sizeof(Scalar))>;
  constexpr std::ptrdiff_t lanes = 16;
  Scalar sums[lanes] = {};
  const std::ptrdiff_t whole = size - size % lanes;
  for (std::ptrdiff_t m = 0; m < whole; m += lanes)
    for (std::ptrdiff_t k = 0; k < lanes; k += wide::lanes)
      part.template operator()<wide>(m + k, sums + k);
  for (std::ptrdiff_t m = whole; m < size; ++m)
    part.template operator()<pack<Scalar, 1>>(m, sums + (m - whole));
  double sum = 0;
  for (const Scalar lane : sums) sum += static_cast<double>(lane);
  return sum;
}

}  // namespace harmonium::simd

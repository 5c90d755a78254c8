// SPDX-License-Identifier: MIT
/// @file
/// Loops over several numbers at a time: a pack of numbers with the arithmetic of one, for the
/// bodies of `packs::widest` (core/widest.hpp). No instruction fuses a product with a sum and no
/// lane sees another, so that every width gives the bits of the plain loop.
///
/// Packs are GCC's and Clang's vector extension: a library's types, such as xsimd's in
/// core/simd.hpp, are those of the compiler's flags and cannot be wider inside one function.
/// Whatever takes or returns a pack must be `gnu::always_inline`, because the instruction set
/// differs from caller to caller.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <utility>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/widest.hpp"

namespace harmonium::inline v0_2::packs {
template <std::floating_point S, int Lanes>
struct pack;
}

namespace harmonium::inline v0_2 {
template <class S, int Lanes>
inline constexpr bool simd::is_pack<packs::pack<S, Lanes>> = true;
template <class S, int Lanes>
struct math::binary_format<packs::pack<S, Lanes>> : math::binary_format<S> {};
}  // namespace harmonium::inline v0_2

namespace harmonium::inline v0_2::packs {

/// Words lane by lane, the bits of a pack of numbers.
template <std::floating_point S, int Lanes>
struct word_pack {
  using word = typename math::binary_format<S>::word;
  typedef word words __attribute__((vector_size(Lanes * sizeof(S))));
  words v;

  [[gnu::always_inline]] static inline word_pack load(const word* from) {
    word_pack result;
    std::memcpy(&result.v, from, sizeof result.v);
    return result;
  }
  [[gnu::always_inline]] friend inline word_pack operator+(const word_pack& a, word b) {
    return {a.v + b};
  }
  [[gnu::always_inline]] friend inline word_pack operator&(const word_pack& a, word b) {
    return {a.v & b};
  }
  [[gnu::always_inline]] friend inline word_pack operator|(const word_pack& a, word b) {
    return {a.v | b};
  }
  [[gnu::always_inline]] friend inline word_pack operator<<(const word_pack& a, int bits) {
    return {a.v << bits};
  }
  [[gnu::always_inline]] friend inline word_pack operator>>(const word_pack& a, int bits) {
    return {a.v >> bits};
  }
};

/// `Lanes` numbers, each for itself. A comparison gives a mask for `select`. The functions of
/// core/math take it as they take a number.
template <std::floating_point S, int Lanes>
struct pack {
  static constexpr int lanes = Lanes;
  typedef S numbers __attribute__((vector_size(Lanes * sizeof(S))));
  using words = typename word_pack<S, Lanes>::words;
  /// What a comparison gives.
  struct mask {
    decltype(numbers{} < numbers{}) v;
  };
  numbers v;

  pack() = default;
  /// The same number in every lane.
  [[gnu::always_inline]] inline pack(S number) {
    fill_lanes(v, number, std::make_index_sequence<Lanes>{});
  }

  [[gnu::always_inline]] static inline pack all(S x) { return pack(x); }
  [[gnu::always_inline]] static inline pack load(const S* from) {
    pack result;
    std::memcpy(&result.v, from, sizeof result.v);
    return result;
  }
  [[gnu::always_inline]] inline void store(S* to) const { std::memcpy(to, &v, sizeof v); }

  [[gnu::always_inline]] friend inline pack operator-(const pack& a) {
    pack result;
    result.v = -a.v;
    return result;
  }
  [[gnu::always_inline]] friend inline pack operator+(const pack& a, const pack& b) {
    pack result;
    result.v = a.v + b.v;
    return result;
  }
  [[gnu::always_inline]] friend inline pack operator-(const pack& a, const pack& b) {
    pack result;
    result.v = a.v - b.v;
    return result;
  }
  [[gnu::always_inline]] friend inline pack operator*(const pack& a, const pack& b) {
    pack result;
    result.v = a.v * b.v;
    return result;
  }
  [[gnu::always_inline]] friend inline pack operator/(const pack& a, const pack& b) {
    pack result;
    result.v = a.v / b.v;
    return result;
  }
  [[gnu::always_inline]] friend inline mask operator<(const pack& a, const pack& b) {
    return {a.v < b.v};
  }
  [[gnu::always_inline]] friend inline mask operator>(const pack& a, const pack& b) {
    return {a.v > b.v};
  }
  [[gnu::always_inline]] friend inline mask operator<=(const pack& a, const pack& b) {
    return {a.v <= b.v};
  }
  [[gnu::always_inline]] friend inline mask operator==(const pack& a, const pack& b) {
    return {a.v == b.v};
  }
  /// `yes` where the mask holds, `no` elsewhere.
  [[gnu::always_inline]] friend inline pack select(const mask& where, const pack& yes,
                                                   const pack& no) {
    pack result;
    result.v = where.v ? yes.v : no.v;
    return result;
  }
  [[gnu::always_inline]] friend inline pack larger(const pack& a, const pack& b) {
    return select(a > b, a, b);
  }
};

template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline word_pack<S, Lanes> bits_of(const pack<S, Lanes>& x) {
  return {reinterpret_cast<typename pack<S, Lanes>::words>(x.v)};
}
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> number_of(const word_pack<S, Lanes>& bits) {
  pack<S, Lanes> result;
  result.v = reinterpret_cast<typename pack<S, Lanes>::numbers>(bits.v);
  return result;
}

/// The square root of x >= 0 in each lane, to 4 units of the last place, by Newton's iteration for
/// 1 / sqrt(x): compilers turn std::sqrt into one number at a time. Subnormal x give about 0.
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> square_root(const pack<S, Lanes>& x) {
  using P = pack<S, Lanes>;
  using words = typename P::words;
  constexpr typename math::binary_format<S>::word magic =
      std::same_as<S, float>
          ? 0x5f375a86
          : static_cast<typename math::binary_format<S>::word>(0x5fe6eb50c7b537a9);
  const words guess = magic - (reinterpret_cast<words>(x.v) >> 1);
  P y;
  y.v = reinterpret_cast<typename P::numbers>(guess);
  const P half = P::all(S(0.5)) * x, three_halves = P::all(S(1.5));
  y = y * (three_halves - half * y * y);
  y = y * (three_halves - half * y * y);
  y = y * (three_halves - half * y * y);
  if constexpr (std::same_as<S, double>) y = y * (three_halves - half * y * y);
  return x * y;
}

/// log(1 + x) for 0 <= x < infinity: the bits of `math::log1p`, without its care for other x.
template <std::floating_point S, int Lanes>
[[gnu::always_inline]] inline pack<S, Lanes> log1p(const pack<S, Lanes>& x) {
  const auto one = pack<S, Lanes>::all(1);
  const auto u = one + x;
  const auto rest = u - one;
  const auto lost = (one - (u - rest)) + (x - rest);
  return math::log_of_normal(u, lost / u);
}
using math::exp;

/// Calls `body<P>(m)` for packs that cover [0, size), of one number each at the end.
template <std::floating_point Scalar, int Bytes, class Body>
[[gnu::always_inline]] inline void for_each(std::ptrdiff_t size, const Body& body) {
  using wide = pack<Scalar, Bytes / int(sizeof(Scalar))>;
  const std::ptrdiff_t whole = size - size % wide::lanes;
  for (std::ptrdiff_t m = 0; m < whole; m += wide::lanes) body.template operator()<wide>(m);
  for (std::ptrdiff_t m = whole; m < size; ++m) body.template operator()<pack<Scalar, 1>>(m);
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

}  // namespace harmonium::inline v0_2::packs

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// A pack of numbers with the arithmetic of one, for the bodies of `packs::widest`
/// (core/widest.hpp). No instruction fuses a product with a sum and no lane sees another, so that a
/// lane has the bits of a number on its own, whatever the width (with -ffp-contract=off).
///
/// Packs are GCC's and Clang's vector extension: the types of intrinsics, and of libraries made of
/// them, are those of the compiler's flags and cannot be wider inside one function. Whatever takes
/// or returns a pack must be `gnu::always_inline`, because the instruction set differs from caller
/// to caller. Loops over packs: core/wide_packs.hpp.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "harmonium/core/widest.hpp"

namespace harmonium::inline v0_2::packs {

/// Words lane by lane, the bits of a pack of numbers.
template <std::floating_point S, int Lanes>
struct word_pack {
  using word = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;
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

/// The upper halves of 64-bit words, one to a lane.
template <int Lanes, std::size_t... Lane>
[[gnu::always_inline]] inline word_pack<float, Lanes> upper_halves(const std::uint64_t* from,
                                                                   std::index_sequence<Lane...>) {
  constexpr std::size_t upper = std::endian::native == std::endian::little ? 1 : 0;
  typename word_pack<float, Lanes>::words a, b;
  std::memcpy(&a, from, sizeof a);
  std::memcpy(&b, from + Lanes / 2, sizeof b);
  word_pack<float, Lanes> result;
  result.v = __builtin_shufflevector(a, b, (2 * Lane + upper)...);
  return result;
}
template <int Lanes>
[[gnu::always_inline]] inline word_pack<float, Lanes> upper_halves(const std::uint64_t* from) {
  return upper_halves<Lanes>(from, std::make_index_sequence<Lanes>{});
}

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

/// The same choice for one number.
template <std::floating_point S>
[[nodiscard]] [[gnu::always_inline]] inline S select(bool where, S yes, S no) noexcept {
  return where ? yes : no;
}

template <class T>
inline constexpr bool is_pack = false;
template <class S, int Lanes>
inline constexpr bool is_pack<pack<S, Lanes>> = true;

/// What the branch-free functions of core/math take: a number or a pack of them.
template <class T>
concept arithmetic = std::floating_point<T> || is_pack<T>;

}  // namespace harmonium::inline v0_2::packs

// SPDX-License-Identifier: MIT
/// @file
/// Several doubles at a time, in the registers that the consumer's compiler flags allow: 2 (SSE2,
/// the default on x86-64), 4 (AVX), 8 (AVX-512). Built on the vector types of GCC and Clang; any
/// other compiler gets packs of one. A lane goes through the same IEEE operations as a number on
/// its own, so that results do not depend on the width (with -ffp-contract=off).
///
///     simd::for_each_pack(out.size(), [&](auto lanes, std::size_t i) {
///       using pack = simd::pack<lanes()>;
///       math::exp(pack::load(x.data() + i)).store(out.data() + i);
///     });
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace harmonium::simd {

/// Doubles in the widest register.
#if defined(__AVX512F__) && defined(__AVX512DQ__)
inline constexpr std::size_t native_lanes = 8;
#elif defined(__AVX2__)
inline constexpr std::size_t native_lanes = 4;
#elif defined(__SSE2__) || defined(__ARM_NEON)
inline constexpr std::size_t native_lanes = 2;
#else
inline constexpr std::size_t native_lanes = 1;
#endif

/// The type behind `Lanes` numbers; a plain one for a single number.
template <class T, std::size_t Lanes>
struct register_of {
  typedef T type __attribute__((vector_size(Lanes * sizeof(T))));
};
template <class T>
struct register_of<T, 1> {
  using type = T;
};

/// 64-bit words, lane by lane.
template <std::size_t Lanes>
struct word_pack {
  using native = typename register_of<std::uint64_t, Lanes>::type;
  native v;

  friend word_pack operator+(word_pack a, std::uint64_t b) noexcept { return {a.v + b}; }
  friend word_pack operator&(word_pack a, std::uint64_t b) noexcept { return {a.v & b}; }
  friend word_pack operator|(word_pack a, std::uint64_t b) noexcept { return {a.v | b}; }
  friend word_pack operator<<(word_pack a, int bits) noexcept { return {a.v << bits}; }
  friend word_pack operator>>(word_pack a, int bits) noexcept { return {a.v >> bits}; }
};

/// Doubles, lane by lane. A comparison gives a mask for `select`.
template <std::size_t Lanes>
struct pack {
  using native = typename register_of<double, Lanes>::type;
  native v;

  pack() = default;
  pack(native lanes) noexcept : v(lanes) {}
  /// The same number in every lane.
  pack(double number) noexcept requires(Lanes > 1) : v(number - native{}) {}

  [[nodiscard]] static pack load(const double* from) noexcept {
    pack result;
    std::memcpy(&result.v, from, sizeof(native));
    return result;
  }
  void store(double* to) const noexcept { std::memcpy(to, &v, sizeof(native)); }

  friend pack operator-(pack a) noexcept { return -a.v; }
  friend pack operator+(pack a, pack b) noexcept { return a.v + b.v; }
  friend pack operator-(pack a, pack b) noexcept { return a.v - b.v; }
  friend pack operator*(pack a, pack b) noexcept { return a.v * b.v; }
  friend pack operator/(pack a, pack b) noexcept { return a.v / b.v; }
  friend auto operator<(pack a, pack b) noexcept { return a.v < b.v; }
  friend auto operator>(pack a, pack b) noexcept { return a.v > b.v; }
  friend auto operator<=(pack a, pack b) noexcept { return a.v <= b.v; }
  friend auto operator==(pack a, pack b) noexcept { return a.v == b.v; }
};

/// `yes` where `mask` holds, `no` elsewhere.
template <std::size_t Lanes, class Mask>
[[nodiscard]] inline pack<Lanes> select(Mask mask, pack<Lanes> yes, pack<Lanes> no) noexcept {
  return mask ? yes.v : no.v;
}
template <std::floating_point S>
[[nodiscard]] inline S select(bool mask, S yes, S no) noexcept {
  return mask ? yes : no;
}

template <std::size_t Lanes>
[[nodiscard]] inline word_pack<Lanes> bits_of(pack<Lanes> x) noexcept {
  return std::bit_cast<word_pack<Lanes>>(x);
}
template <std::size_t Lanes>
[[nodiscard]] inline pack<Lanes> number_of(word_pack<Lanes> bits) noexcept {
  return std::bit_cast<pack<Lanes>>(bits);
}

template <class T>
inline constexpr bool is_pack = false;
template <std::size_t Lanes>
inline constexpr bool is_pack<pack<Lanes>> = true;

/// What the branch-free functions of core/math take: a number or a pack of them.
template <class T>
concept arithmetic = std::floating_point<T> || is_pack<T>;

/// Calls `body(lanes, begin)` for consecutive pieces of [0, size): of `native_lanes` numbers, and
/// of one number each at the end; `lanes` is a std::integral_constant.
template <class Body>
inline void for_each_pack(std::size_t size, Body&& body) {
  const std::size_t whole = size - size % native_lanes;
  for (std::size_t i = 0; i < whole; i += native_lanes)
    body(std::integral_constant<std::size_t, native_lanes>{}, i);
  if constexpr (native_lanes > 1)
    for (std::size_t i = whole; i < size; ++i) body(std::integral_constant<std::size_t, 1>{}, i);
}

/// The sum of eight chains, pairwise.
[[nodiscard]] inline double joined(const std::array<double, 8>& chain) noexcept {
  return ((chain[0] + chain[4]) + (chain[2] + chain[6])) +
         ((chain[1] + chain[5]) + (chain[3] + chain[7]));
}

/// Sum of `term(lanes, i)`, a pack of the terms i, i + 1, ..., over [0, size). In eight interleaved
/// chains whatever the width: the same bits everywhere, and faster than in order.
template <class Term>
[[nodiscard]] inline double sum(std::size_t size, Term&& term) {
  std::array<double, 8> chain{};
  std::array<double, 256> terms;
  for (std::size_t begin = 0; begin < size; begin += terms.size()) {
    const std::size_t count = std::min(terms.size(), size - begin);
    for_each_pack(count, [&](auto lanes, std::size_t i) {
      pack<lanes()>(term(lanes, begin + i)).store(terms.data() + i);
    });
    for (std::size_t i = count; i % 8 != 0; ++i) terms[i] = 0;
    for (std::size_t i = 0; i < count; i += 8)
      for (std::size_t k = 0; k < 8; ++k) chain[k] += terms[i + k];
  }
  return joined(chain);
}

/// a'b, summed as in `sum`.
[[nodiscard]] inline double dot(const double* a, const double* b, std::size_t size) noexcept {
  constexpr std::size_t lanes = native_lanes;
  using part = pack<lanes>;
  const auto product = [&](std::size_t at) { return part::load(a + at) * part::load(b + at); };
  const std::size_t whole = size - size % 8;
  std::array<double, 8> chain{};
  if constexpr (lanes == 1) {
    for (std::size_t i = 0; i < whole; ++i) chain[i % 8] += a[i] * b[i];
  } else {  // written out, because compilers keep arrays of packs in memory
    part first(0.0), second(0.0), third(0.0), fourth(0.0);
    for (std::size_t i = 0; i < whole; i += 8) {
      first = first + product(i);
      if constexpr (lanes <= 4) second = second + product(i + lanes);
      if constexpr (lanes == 2) {
        third = third + product(i + 4);
        fourth = fourth + product(i + 6);
      }
    }
    first.store(&chain[0]);
    if constexpr (lanes <= 4) second.store(&chain[lanes]);
    if constexpr (lanes == 2) {
      third.store(&chain[4]);
      fourth.store(&chain[6]);
    }
  }
  for (std::size_t i = whole; i < size; ++i) chain[i - whole] += a[i] * b[i];
  return joined(chain);
}

}  // namespace harmonium::simd

// SPDX-License-Identifier: MIT
/// @file
/// Several doubles at a time, in the registers that the consumer's compiler flags allow: 2 (SSE2,
/// the default on x86-64), 4 (AVX), 8 (AVX-512). Through xsimd where the compiler sees its headers
/// and HARMONIUM_WITHOUT_XSIMD is not defined, else one at a time. A lane goes through the same
/// IEEE operations as a number on its own, so that results do not depend on the width (with
/// -ffp-contract=off).
///
///     simd::for_each_pack(out.size(), [&](auto lanes, std::size_t i) {
///       using pack = simd::pack<lanes()>;
///       math::exp(pack::load(x.data() + i)).store(out.data() + i);
///     });
#pragma once

#ifndef HARMONIUM_WITHOUT_XSIMD
#if __has_include(<xsimd/xsimd.hpp>)
#include <xsimd/xsimd.hpp>
#else
#define HARMONIUM_WITHOUT_XSIMD
#endif
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace harmonium::inline v0_2::simd {

/// The type behind `Lanes` numbers; a plain one for a single number.
#ifdef HARMONIUM_WITHOUT_XSIMD
template <class T, std::size_t Lanes>
struct register_of;
#else
template <class T, std::size_t Lanes>
struct register_of : xsimd::make_sized_batch<T, Lanes> {};
#endif
template <class T>
struct register_of<T, 1> {
  using type = T;
};

/// Doubles in the widest register.
#ifdef HARMONIUM_WITHOUT_XSIMD
inline constexpr std::size_t native_lanes = 1;
#else
inline constexpr std::size_t native_lanes = xsimd::batch<double>::size;
#endif

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
  pack(double number) noexcept requires(Lanes > 1) : v(number) {}

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
#ifndef HARMONIUM_WITHOUT_XSIMD
template <std::size_t Lanes, class Mask>
requires(Lanes > 1)
    [[nodiscard]] inline pack<Lanes> select(Mask mask, pack<Lanes> yes, pack<Lanes> no) noexcept {
  return xsimd::select(mask, yes.v, no.v);
}
#endif
[[nodiscard]] inline pack<1> select(bool mask, pack<1> yes, pack<1> no) noexcept {
  return mask ? yes : no;
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

/// Lanes 0 and 2 of x, summed, plus lanes 1 and 3, and so on for other widths: as `joined` does it.
template <std::size_t Lanes>
[[nodiscard]] inline double folded(pack<Lanes> x) noexcept {
  if constexpr (Lanes == 1) {
    return x.v;
  } else {
    std::array<double, Lanes> lane;
    x.store(lane.data());
    using half = pack<Lanes / 2>;
    return folded<Lanes / 2>(half::load(&lane[0]) + half::load(&lane[Lanes / 2]));
  }
}

/// The eight chains of a sum of products, in registers; written out, because compilers keep arrays
/// of packs in memory.
class product_chains {
 public:
  /// The next eight products.
  void add(const double* a, const double* b) noexcept {
    if constexpr (lanes == 1) {
      for (std::size_t k = 0; k < 8; ++k) chain_[k] += a[k] * b[k];
    } else {
      first_ = first_ + part::load(a) * part::load(b);
      if constexpr (lanes <= 4) second_ = second_ + part::load(a + lanes) * part::load(b + lanes);
      if constexpr (lanes == 2) {
        third_ = third_ + part::load(a + 4) * part::load(b + 4);
        fourth_ = fourth_ + part::load(a + 6) * part::load(b + 6);
      }
    }
  }

  /// The sum, with the last `rest` < 8 products.
  [[nodiscard]] double total(const double* a, const double* b, std::size_t rest) const noexcept {
    if constexpr (lanes > 1) {
      if (rest == 0) {
        if constexpr (lanes == 2) return folded((first_ + third_) + (second_ + fourth_));
        if constexpr (lanes == 4) return folded(first_ + second_);
        if constexpr (lanes == 8) return folded(first_);
      }
    }
    std::array<double, 8> chain = chain_;
    if constexpr (lanes > 1) first_.store(&chain[0]);
    if constexpr (lanes == 2 || lanes == 4) second_.store(&chain[lanes]);
    if constexpr (lanes == 2) {
      third_.store(&chain[4]);
      fourth_.store(&chain[6]);
    }
    for (std::size_t i = 0; i < rest; ++i) chain[i] += a[i] * b[i];
    return joined(chain);
  }

 private:
  static constexpr std::size_t lanes = native_lanes;
  using part = pack<lanes>;
  std::array<double, 8> chain_{};  ///< where there are no packs
  part first_ = part(0.0), second_ = part(0.0), third_ = part(0.0), fourth_ = part(0.0);
};

/// a'b, summed as in `sum`.
[[nodiscard]] inline double dot(const double* a, const double* b, std::size_t size) noexcept {
  const std::size_t whole = size - size % 8;
  product_chains chains;
  for (std::size_t i = 0; i < whole; i += 8) chains.add(a + i, b + i);
  return chains.total(a + whole, b + whole, size - whole);
}

/// a'b and (a + stride)'b, each as `dot`, in less time than two of them.
[[nodiscard]] inline std::array<double, 2> two_dots(const double* a, std::size_t stride,
                                                    const double* b, std::size_t size) noexcept {
  const std::size_t whole = size - size % 8;
  product_chains one, two;
  for (std::size_t i = 0; i < whole; i += 8) {
    one.add(a + i, b + i);
    two.add(a + stride + i, b + i);
  }
  return {one.total(a + whole, b + whole, size - whole),
          two.total(a + stride + whole, b + whole, size - whole)};
}

}  // namespace harmonium::inline v0_2::simd

// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Where the entries of a dense row are that are not zero.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2 {

/// A bit for each lane of 16 bytes: what a comparison of packs says.
template <std::floating_point S>
[[nodiscard]] [[gnu::always_inline]] inline std::uint64_t lane_bits(
    const typename packs::pack<S, 16 / int(sizeof(S))>::mask& where) noexcept {
#if defined(__SSE2__)
  typedef float floats __attribute__((vector_size(16)));
  typedef double doubles __attribute__((vector_size(16)));
  if constexpr (sizeof(S) == 4)
    return static_cast<std::uint64_t>(__builtin_ia32_movmskps(reinterpret_cast<floats>(where.v)));
  else
    return static_cast<std::uint64_t>(__builtin_ia32_movmskpd(reinterpret_cast<doubles>(where.v)));
#else
  std::uint64_t bits = 0;
  for (int lane = 0; lane < 16 / int(sizeof(S)); ++lane)
    bits |= std::uint64_t{where.v[lane] != 0} << lane;
  return bits;
#endif
}

/// What is found in a row.
struct nonzeros {
  index count;
  bool all_one;  ///< every entry that is not 0 is 1
};

/// Writes the positions of the entries that are not 0, in ascending order. By the bits of 64
/// entries at a time, as a branch on every entry would be mispredicted.
/// @param[out] positions with room for as many as `row` has entries
template <std::floating_point S>
nonzeros find_nonzeros(std::span<const S> row, std::int32_t* positions) noexcept {
  constexpr int lanes = 16 / int(sizeof(S));
  using P = packs::pack<S, lanes>;
  constexpr index word = 64;
  const index size = std::ssize(row);
  std::uint64_t others = 0;
  std::int32_t* to = positions;
  for (index begin = 0; begin < size; begin += word) {
    std::uint64_t found = 0, ones = 0;
    if (begin + word <= size) {
      for (int k = 0; k < word; k += lanes) {
        const P x = P::load(row.data() + begin + k);
        found |= lane_bits<S>(x == P(S(0))) << k;
        ones |= lane_bits<S>(x == P(S(1))) << k;
      }
      found = ~found;  // not a number is not 0
    } else {
      for (index k = begin; k < size; ++k) {
        const S x = row[static_cast<std::size_t>(k)];
        found |= std::uint64_t{x != S(0)} << (k - begin);
        ones |= std::uint64_t{x == S(1)} << (k - begin);
      }
    }
    others |= found & ~ones;
    for (; found != 0; found &= found - 1)
      *to++ = static_cast<std::int32_t>(begin) + std::countr_zero(found);
  }
  return {to - positions, others == 0};
}

}  // namespace harmonium::inline v0_2

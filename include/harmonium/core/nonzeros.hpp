// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Where the entries of a dense row are that are not zero.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2 {

/// For each byte how many bits it has and where they are, in ascending order.
struct bits_of_bytes {
  std::array<std::array<std::uint32_t, 8>, 256> positions{};
  std::array<std::uint8_t, 256> counts{};

  constexpr bits_of_bytes() {
    for (std::size_t byte = 0; byte < 256; ++byte)
      for (std::uint32_t bit = 0; bit < 8; ++bit)
        if ((byte >> bit & 1) != 0) positions[byte][counts[byte]++] = bit;
  }
};
inline constexpr bits_of_bytes byte_table{};

/// A bit for each lane of 16 bytes: what a comparison of packs says.
template <std::floating_point S>
[[nodiscard]] [[gnu::always_inline]] inline std::uint64_t lane_bits(
    const typename packs::pack<S, 16 / int(sizeof(S))>::mask& where) noexcept {
#if defined(__x86_64__)
  using floats = typename packs::pack<float, 4>::numbers;
  using doubles = typename packs::pack<double, 2>::numbers;
  int bits;
  if constexpr (sizeof(S) == 4)
    bits = __builtin_ia32_movmskps(reinterpret_cast<floats>(where.v));
  else
    bits = __builtin_ia32_movmskpd(reinterpret_cast<doubles>(where.v));
  return static_cast<std::uint64_t>(bits);
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

/// How far beyond the last position that it finds `find_nonzeros` may write.
inline constexpr index nonzeros_slack = 8;

/// Writes the positions of the entries that are not 0, in ascending order. By the bits of 64
/// entries at a time, as a branch on every entry would be mispredicted.
/// @param[out] positions with room for `nonzeros_slack` more than `row` has entries
template <std::floating_point S>
nonzeros find_nonzeros(std::span<const S> row, std::int32_t* positions) noexcept {
  constexpr index word = 64;
  constexpr int lanes = 16 / int(sizeof(S));
  using P = packs::pack<S, lanes>;
  using four = packs::word_pack<float, 4>;
  const S* const x = row.data();
  const index size = std::ssize(row);
  std::int32_t* at = positions;
  std::uint64_t others = 0;
  for (index begin = 0; begin < size; begin += word) {
    std::uint64_t zeros = 0, ones = 0;
    if (begin + word <= size) {
      for (int k = 0; k < word; k += lanes) {
        const P some = P::load(x + begin + k);
        zeros |= lane_bits<S>(some == P(S(0))) << k;
        ones |= lane_bits<S>(some == P(S(1))) << k;
      }
    } else {
      zeros = ~std::uint64_t{0} << (size - begin);
      for (index k = begin; k < size; ++k) {
        zeros |= std::uint64_t{x[k] == S(0)} << (k - begin);
        ones |= std::uint64_t{x[k] == S(1)} << (k - begin);
      }
    }
    std::uint64_t found = ~zeros;  // NaN too
    others |= found & ~ones;
    auto first = static_cast<std::uint32_t>(begin);
    for (; found != 0; found >>= 8, first += 8) {
      const auto byte = static_cast<std::size_t>(found & 255);
      const std::uint32_t* const bits = byte_table.positions[byte].data();
      const four low = four::load(bits) + first, high = four::load(bits + 4) + first;
      std::memcpy(at, &low.v, sizeof low.v);
      std::memcpy(at + 4, &high.v, sizeof high.v);
      at += byte_table.counts[byte];
    }
  }
  return {at - positions, others == 0};
}

}  // namespace harmonium::inline v0_2

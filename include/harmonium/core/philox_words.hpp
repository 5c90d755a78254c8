// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405): a block of words, or many, one
/// to a lane where the machine has AVX2 or AVX-512. (Random123's header, which has the same words,
/// costs every program half of what <Eigen/Core> does to compile.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "harmonium/core/widest.hpp"

namespace harmonium::inline v0_2 {

// GCC's builtin functions return registers, in functions that are always inlined.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpsabi"

/// Registers of `Lanes` words of 64 bits, or of halves of them.
template <int Lanes>
struct word_register {
  typedef std::uint64_t words __attribute__((vector_size(8 * Lanes)));
  typedef long long signed_words __attribute__((vector_size(8 * Lanes)));
  typedef int halves __attribute__((vector_size(8 * Lanes)));
};

/// 64-bit words side by side, of which Philox looks at the lower halves.
template <int Lanes>
struct philox_lanes {
  using words = typename word_register<Lanes>::words;
  words v;

  [[gnu::always_inline]] static inline philox_lanes all(std::uint64_t word) {
    philox_lanes result;
    packs::fill_lanes(result.v, word, std::make_index_sequence<Lanes>{});
    return result;
  }
  [[gnu::always_inline]] static inline philox_lanes load(const std::uint64_t* from) {
    philox_lanes result;
    std::memcpy(&result.v, from, sizeof result.v);
    return result;
  }
  [[gnu::always_inline]] inline void store(std::uint64_t* to) const {
    std::memcpy(to, &v, sizeof v);
  }
  [[gnu::always_inline]] friend inline philox_lanes operator+(const philox_lanes& a,
                                                              const philox_lanes& b) {
    return {a.v + b.v};
  }
  [[gnu::always_inline]] friend inline philox_lanes operator^(const philox_lanes& a,
                                                              const philox_lanes& b) {
    return {a.v ^ b.v};
  }
  [[gnu::always_inline]] inline philox_lanes upper() const { return {v >> 32}; }

  /// The product of the lower halves.
  [[gnu::always_inline]] inline philox_lanes times(const philox_lanes& other) const {
#if defined(__x86_64__) && !defined(__clang__)
    // GCC 12 does not see that four multiplications of 16 bytes are one instruction.
    using halves = typename word_register<Lanes>::halves;
    const auto a = reinterpret_cast<halves>(v), b = reinterpret_cast<halves>(other.v);
    if constexpr (Lanes == 8) {
      constexpr auto every = static_cast<unsigned char>(-1);
      const typename word_register<Lanes>::signed_words none{};
      return {reinterpret_cast<words>(__builtin_ia32_pmuludq512_mask(a, b, none, every))};
    } else {
      return {reinterpret_cast<words>(__builtin_ia32_pmuludq256(a, b))};
    }
#else
    constexpr std::uint64_t lower = 0xffffffff;
    return {(v & lower) * (other.v & lower)};
#endif
  }

  /// Words whose lower halves are those of `low` and whose upper halves are the lower of `high`.
  [[gnu::always_inline]] static inline philox_lanes joined(const philox_lanes& low,
                                                           const philox_lanes& high) {
    return {(low.v & 0xffffffff) | (high.v << 32)};
  }
};

/// Stores the first word of `a`, the first of `b`, the second of `a`, and so on.
template <int Lanes, std::size_t... Lane>
[[gnu::always_inline]] inline void store_in_turn(std::index_sequence<Lane...>,
                                                 const philox_lanes<Lanes>& a,
                                                 const philox_lanes<Lanes>& b, std::uint64_t* to) {
  constexpr std::size_t half = Lanes / 2;
  philox_lanes<Lanes>{__builtin_shufflevector(a.v, b.v, (Lane % 2 * Lanes + Lane / 2)...)}.store(
      to);
  philox_lanes<Lanes>{__builtin_shufflevector(a.v, b.v, (half + Lane % 2 * Lanes + Lane / 2)...)}
      .store(to + Lanes);
}

/// Philox's constants: the multipliers of the first and third word, and what is added to the halves
/// of the key between rounds.
struct philox_constants {
  static constexpr std::uint32_t multiplier[2] = {0xD2511F53, 0xCD9E8D57};
  static constexpr std::uint32_t key_step[2] = {0x9E3779B9, 0xBB67AE85};
  static constexpr int rounds = 10;
};

/// One block: four 32-bit words of the stream `item` under `key`.
inline std::array<std::uint32_t, 4> philox_block(std::uint64_t key, std::uint64_t number,
                                                 std::uint64_t item) noexcept {
  using constants = philox_constants;
  const auto lower = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
  const auto upper = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
  std::array<std::uint32_t, 4> c = {lower(number), upper(number), lower(item), upper(item)};
  std::uint32_t k0 = lower(key), k1 = upper(key);
  for (int round = 0; round < constants::rounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{constants::multiplier[0]} * c[0];
    const std::uint64_t p1 = std::uint64_t{constants::multiplier[1]} * c[2];
    c = {upper(p1) ^ c[1] ^ k0, lower(p1), upper(p0) ^ c[3] ^ k1, lower(p0)};
    k0 += constants::key_step[0];
    k1 += constants::key_step[1];
  }
  return c;
}

/// The words of the blocks `first`, `first` + 1, ... of the stream `item` under `key`, two of each.
/// @param[out] words an even number
[[gnu::noinline]] inline void philox_words(std::uint64_t key, std::uint64_t first,
                                           std::uint64_t item, std::span<std::uint64_t> words) {
  const std::size_t blocks = words.size() / 2;
  std::size_t done = 0;
  packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
    if constexpr (Bytes > 16) {
      constexpr std::size_t at_once = Bytes / 8;
      using lanes = philox_lanes<Bytes / 8>;
      using constants = philox_constants;
      const auto m0 = lanes::all(constants::multiplier[0]);
      const auto m1 = lanes::all(constants::multiplier[1]);
      const auto step0 = lanes::all(constants::key_step[0]);
      const auto step1 = lanes::all(constants::key_step[1]);
      const auto items = lanes::all(item), keys = lanes::all(key), stride = lanes::all(at_once);
      std::uint64_t begin[at_once];
      for (std::size_t k = 0; k < at_once; ++k) begin[k] = first + k;
      lanes numbers = lanes::load(begin);
      std::uint64_t* out = words.data();
      for (; done + at_once <= blocks; done += at_once, out += 2 * at_once) {
        lanes c0 = numbers, c1 = c0.upper(), c2 = items, c3 = c2.upper();
        lanes k0 = keys, k1 = k0.upper();
        numbers = numbers + stride;
        for (int round = 0; round < constants::rounds; ++round) {
          const lanes p0 = c0.times(m0), p1 = c2.times(m1);
          c0 = p1.upper() ^ c1 ^ k0;
          c2 = p0.upper() ^ c3 ^ k1;
          c1 = p1;
          c3 = p0;
          k0 = k0 + step0;
          k1 = k1 + step1;
        }
        store_in_turn(std::make_index_sequence<at_once>{}, lanes::joined(c0, c1),
                      lanes::joined(c2, c3), out);
      }
    }
  });
  for (; done < blocks; ++done) {
    const auto drawn = philox_block(key, first + done, item);
    words[2 * done] = static_cast<std::uint64_t>(drawn[1]) << 32 | drawn[0];
    words[2 * done + 1] = static_cast<std::uint64_t>(drawn[3]) << 32 | drawn[2];
  }
}

#pragma GCC diagnostic pop

}  // namespace harmonium::inline v0_2

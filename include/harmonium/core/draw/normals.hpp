// SPDX-License-Identifier: MIT
/// @file
/// Many standard normal numbers at a time, in single precision: one instruction for as many as the
/// machine's registers hold, the same bits for every width.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/polynomial.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/core/widest.hpp"

namespace harmonium::inline v0_2::draw {

/// Lane by lane the standard normal quantile of 32 uniform bits: the upper bit is the sign, the
/// others k give P(|Z| > |z|) = (k + 1/2) / 2^31. Error 1e-6 relative and 2e-7 absolute; |z| ends
/// at 6.3.
/// @see Giles (2012), Approximating the erfinv function, GPU Computing Gems; the coefficients are
///      our own, by least squares at Chebyshev's points.
template <class Pack>
[[gnu::always_inline]] inline Pack normal_of_bits(const std::uint32_t* bits) {
  using numbers = typename Pack::numbers;
  typedef std::int32_t signed_words __attribute__((vector_size(Pack::lanes * sizeof(float))));
  signed_words word;
  std::memcpy(&word, bits, sizeof word);
  Pack k;
  k.v = __builtin_convertvector(word & 0x7fffffff, numbers);
  const Pack one(1.0f), both = (k + Pack(0.5f)) * Pack(0x1p-31f);
  const Pack w = -math::log_of_normal(both * (Pack(2.0f) - both), Pack(0.0f));
  const Pack middle = w - Pack(2.5f);
  Pack shape = math::horner(middle, 2.12331348f, 0.348802705f, -0.00590772125f, -0.00177306829f,
                            0.000308789169f, -6.19939149e-06f, -4.89792547e-06f, 4.84403325e-07f,
                            3.29311762e-08f);
  // w >= 5 takes a k below 2^23, which most packs do not hold.
  const signed_words far = (word & 0x7f800000) == 0;
  std::uint32_t lanes[Pack::lanes], any = 0;
  std::memcpy(lanes, &far, sizeof far);
  for (const std::uint32_t lane : lanes) any |= lane;
  if (any != 0) [[unlikely]] {
    const Pack tail = packs::square_root(larger(w, Pack(1.0f))) - Pack(3.5f);
    const Pack outer = math::horner(tail, 4.71708839f, 1.42462851f, 0.00465659725f, -0.00286773592f,
                                    0.00143985545f, -0.00106561996f, 0.000782818209f,
                                    -0.00025382402f, 8.11594032e-07f);
    shape = select(w < Pack(5.0f), shape, outer);
  }
  const Pack size = shape * (one - both);
  Pack result;
  result.v = reinterpret_cast<numbers>(reinterpret_cast<signed_words>(size.v) |
                                       (word & std::int32_t{-0x7fffffff - 1}));
  return result;
}

/// Independent standard normal numbers. Takes 32 bits of the engine for each, whole words.
/// @param[out] out overwritten
template <bit_source Engine>
void normals(std::span<float> out, Engine& rng) {
  constexpr std::size_t most = 512;
  std::array<std::uint64_t, most / 2> words;
  std::array<std::uint32_t, most> bits;
  for (std::size_t begin = 0; begin < out.size(); begin += most) {
    const std::size_t count = std::min(most, out.size() - begin);
    fill(std::span(words).first((count + 1) / 2), rng);
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(bits.data(), words.data(), count * sizeof(std::uint32_t));
    } else {
      for (std::size_t i = 0; i < count; ++i)
        bits[i] = static_cast<std::uint32_t>(words[i / 2] >> (i % 2 * 32));
    }
    packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
      packs::for_each<float, Bytes>(
          static_cast<std::ptrdiff_t>(count),
          [ from = bits.data(), to = out.data() + begin ]<class Pack>(std::ptrdiff_t m)
              __attribute__((always_inline)) { normal_of_bits<Pack>(from + m).store(to + m); });
    });
  }
}

}  // namespace harmonium::inline v0_2::draw

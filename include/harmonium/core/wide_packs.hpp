// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Loops over several numbers at a time and functions of packs (core/pack.hpp), for the bodies of
/// `packs::widest`.
#pragma once

#include <concepts>
#include <cstddef>

#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/pack.hpp"

namespace harmonium::inline v0_2::packs {

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

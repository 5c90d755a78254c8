// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// Sums of rows of numbers, entry by entry, with the widest registers of the machine
/// (core/widest.hpp). No entry sees another, so that the bits are those of a plain loop, and of an
/// Eigen expression, which takes about ten times as long to compile.
#pragma once

#include <concepts>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2::entrywise {

/// out += scale * x for rows of `size` numbers that do not overlap.
template <std::floating_point Scalar>
void add_scaled(Scalar scale, const Scalar* x, index size, Scalar* out) {
  packs::widest(
      size, [&]<int Bytes>() __attribute__((always_inline)) {
        packs::for_each<Scalar, Bytes>(
            size, [ scale, x, out ]<class P>(index m) __attribute__((always_inline)) {
              (P::load(out + m) + P(scale) * P::load(x + m)).store(out + m);
            });
      });
}

/// out += x * y for rows of `size` numbers; `out` overlaps neither.
template <std::floating_point Scalar>
void add_products(const Scalar* x, const Scalar* y, index size, Scalar* out) {
  packs::widest(
      size, [&]<int Bytes>() __attribute__((always_inline)) {
        packs::for_each<Scalar, Bytes>(
            size, [ x, y, out ]<class P>(index m) __attribute__((always_inline)) {
              (P::load(out + m) + P::load(x + m) * P::load(y + m)).store(out + m);
            });
      });
}

}  // namespace harmonium::inline v0_2::entrywise

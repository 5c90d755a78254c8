// SPDX-License-Identifier: MIT
/// @file
/// @internal
/// The choice, at run time, of the instruction set that a loop runs with (core/kernels.hpp).
#pragma once

#include <cstddef>
#include <utility>

#include "harmonium/core/kernels.hpp"

namespace harmonium::inline v0_2::packs {

/// The same number in every lane of a register of the vector extension. The negative of negatives,
/// because GCC 12 knows the broadcast in an operation on equal lanes, and takes the lanes alone one
/// by one where the register is wider than the flags.
template <class Register, class T, std::size_t... Lane>
[[gnu::always_inline]] inline void fill_lanes(Register& lanes, T number,
                                              std::index_sequence<Lane...>) {
  const T negative = -number;
  lanes = -Register{(static_cast<void>(Lane), negative)...};
}

/// Calls `body` compiled for the kernel. The kernel's type is a part of the function's symbol.
template <class Body>
void run(kernels::narrowest, const Body& body) {
  body.template operator()<kernels::narrowest::bytes>();
}
#if defined(__x86_64__)
template <class Body>
[[gnu::target("avx2")]] void run(kernels::avx2, const Body& body) {
  body.template operator()<kernels::avx2::bytes>();
}
template <class Body>
[[gnu::target("avx512f")]] void run(kernels::avx512, const Body& body) {
  body.template operator()<kernels::avx512::bytes>();
}
#endif

/// Calls `body.operator()<Bytes>()` with the bytes of the registers of the kernel in use. `body` is
/// an always-inlined lambda that copies what it captured into locals before its loops.
/// @throws std::invalid_argument as `kernel_in_use`
template <class Body>
void widest(const Body& body) {
  switch (kernel_in_use()) {
#if defined(__x86_64__)
    case kernel::avx512:
      return run(kernels::avx512{}, body);
    case kernel::avx2:
      return run(kernels::avx2{}, body);
#endif
    default:
      return run(kernels::narrowest{}, body);
  }
}

/// The same for a body that works on so many numbers: for up to 16 the narrowest registers, as
/// others cost more to come to (AVX asks for the upper halves to be cleared) than they bring.
template <class Body>
void widest(std::ptrdiff_t numbers, const Body& body) {
  if (numbers <= 16) return run(kernels::narrowest{}, body);
  widest(body);
}

}  // namespace harmonium::inline v0_2::packs

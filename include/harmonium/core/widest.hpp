// SPDX-License-Identifier: MIT
/// @file
/// The choice, at run time, of the widest instructions that the machine at hand has.
#pragma once

#include <cstddef>
#include <utility>

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

#if defined(__x86_64__)
template <class Body>
[[gnu::target("avx512f")]] void run_in_64_bytes(const Body& body) {
  body.template operator()<64>();
}
template <class Body>
[[gnu::target("avx2")]] void run_in_32_bytes(const Body& body) {
  body.template operator()<32>();
}
#endif

/// Calls `body.operator()<Bytes>()` with the bytes of the machine's widest registers. `body` is an
/// always-inlined lambda that copies what it captured into locals before its loops.
/// @param widest no more than this many bytes, for tests
template <class Body>
void widest(const Body& body, [[maybe_unused]] int widest = 64) {
#if defined(__x86_64__)
  if (widest >= 64 && __builtin_cpu_supports("avx512f")) return run_in_64_bytes(body);
  if (widest >= 32 && __builtin_cpu_supports("avx2")) return run_in_32_bytes(body);
#endif
  body.template operator()<16>();
}

}  // namespace harmonium::inline v0_2::packs

// SPDX-License-Identifier: MIT
/// @file
/// One number for the bits of many: equal fingerprints mean equal results to the last bit.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

/// FNV-1a over 64-bit words.
class fingerprint {
 public:
  void add(std::integral auto word) {
    value_ = (value_ ^ static_cast<std::uint64_t>(word)) * 0x100000001b3u;
    value_ ^= value_ >> 32;  // lets the high bits of a word reach the low bits of the result
  }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }

  [[nodiscard]] std::uint64_t value() const { return value_; }

  /// Of `draws` calls of `draw`.
  template <class Draw>
  static std::uint64_t of(int draws, Draw draw) {
    fingerprint all;
    for (int i = 0; i < draws; ++i) all.add(draw());
    return all.value();
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325u;
};

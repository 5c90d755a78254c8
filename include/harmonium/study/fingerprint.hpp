// SPDX-License-Identifier: MIT
/// @file
/// One number for data and settings, by which a study knows its own.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "harmonium/core/counts.hpp"

namespace harmonium::inline v0_2 {

/// FNV-1a with 64 bits, over a sequence of values. Tells accidents, not attacks. Same on every
/// machine.
/// Source: Fowler, Noll & Vo, http://www.isthe.com/chongo/tech/comp/fnv/.
class fingerprint {
 public:
  /// A whole number: its eight bytes, lowest first.
  template <std::integral Number>
  fingerprint& add(Number number) noexcept {
    auto word = static_cast<std::uint64_t>(number);
    for (int byte = 0; byte < 8; ++byte, word >>= 8) mix(word & 0xff);
    return *this;
  }
  /// A text, its length first.
  fingerprint& add(std::string_view text) noexcept {
    add(text.size());
    for (const char c : text) mix(static_cast<unsigned char>(c));
    return *this;
  }
  /// Sparse counts with their shape.
  template <count_source Counts>
  fingerprint& add(const Counts& counts) noexcept {
    add(counts.cells()).add(counts.genes());
    for (index i = 0; i < counts.cells(); ++i) {
      const auto cell = counts.cell(i);
      add(cell.size());
      for (std::size_t k = 0; k < cell.size(); ++k)
        add(static_cast<std::int64_t>(cell.genes[k]))
            .add(static_cast<std::int64_t>(cell.values[k]));
    }
    return *this;
  }

  [[nodiscard]] std::uint64_t value() const noexcept { return state_; }
  /// Sixteen hexadecimal digits.
  [[nodiscard]] std::string str() const {
    std::string text(16, '0');
    for (std::size_t k = 0; k < 16; ++k)
      text[k] = "0123456789abcdef"[(state_ >> (60 - 4 * k)) & 15];
    return text;
  }

 private:
  void mix(std::uint64_t byte) noexcept { state_ = (state_ ^ byte) * 0x100000001b3; }

  std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace harmonium::inline v0_2

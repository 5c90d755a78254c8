// SPDX-License-Identifier: MIT
/// @file
/// Uniform numbers: real, whole, orders and subsets. Everything else in this folder is made from
/// them, never from a distribution of the standard library, whose results differ between vendors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// What `uniform` makes of a word of the engine.
[[nodiscard]] inline double uniform_of(std::uint64_t word) noexcept {
  return (static_cast<double>(static_cast<std::int64_t>(word >> 12)) + 0.5) * 0x1p-52;
}

/// Uniform on (0, 1), never 0 or 1: the midpoints of 2^52 equal cells, that is the odd multiples of
/// 2^-53, each exact in double. One word of the engine.
template <bit_source Engine>
double uniform(Engine& rng) {
  return uniform_of(rng());
}

/// Uniform between `low` and `high`; rounding may yield one of the two.
template <bit_source Engine>
double uniform(double low, double high, Engine& rng) {
  return low + (high - low) * uniform(rng);
}

/// The next words of the engine, as many as `words` holds; an engine that can makes them faster
/// together than one by one.
template <bit_source Engine>
void fill(std::span<std::uint64_t> words, Engine& rng) {
  if constexpr (requires { rng.fill(words); }) {
    rng.fill(words);
  } else {
    for (std::uint64_t& word : words) word = rng();
  }
}

/// A whole number below `n`, each equally likely. Mostly one word of the engine.
/// @throws std::domain_error if `n` is 0.
/// @see Lemire (2019), Fast random integer generation in an interval, ACM TOMACS 29(1).
template <bit_source Engine>
std::uint64_t below(std::uint64_t n, Engine& rng) {
  if (n == 0) throw std::domain_error("below: n must be at least 1, got 0");
  // The 128-bit product word * n: the high half is the result, the low half tells whether the word
  // belongs to the incomplete last round of words and must be drawn again.
  struct product {
    std::uint64_t high, low;
  };
  const auto multiply = [n](std::uint64_t word) -> product {
    const std::uint64_t a = word >> 32, b = word & 0xffffffffu;
    const std::uint64_t c = n >> 32, d = n & 0xffffffffu;
    const std::uint64_t middle = (b * d >> 32) + (b * c & 0xffffffffu) + (a * d & 0xffffffffu);
    return {a * c + (b * c >> 32) + (a * d >> 32) + (middle >> 32), word * n};
  };
  product p = multiply(rng());
  if (p.low < n) {
    const std::uint64_t incomplete = (0 - n) % n;
    while (p.low < incomplete) p = multiply(rng());
  }
  return p.high;
}

/// Puts `items` into random order, each order equally likely (Fisher-Yates).
template <class T, bit_source Engine>
void shuffle(std::span<T> items, Engine& rng) {
  for (std::size_t left = items.size(); left > 1; --left) {
    using std::swap;
    const auto chosen = static_cast<std::size_t>(below(left, rng));
    swap(items[left - 1], items[chosen]);
  }
}

/// `k` different numbers of [0, n), every subset equally likely, in ascending order (`shuffle` them
/// if the order matters). Cost: `k` draws, O(n) time, n bits of memory.
/// @throws std::invalid_argument unless 0 <= k <= n.
/// @see Bentley & Floyd (1987), A sample of brilliance, CACM 30(9).
template <bit_source Engine>
std::vector<index> sample_without_replacement(index n, index k, Engine& rng) {
  if (k < 0 || k > n) {
    throw std::invalid_argument("sample_without_replacement: k must be in [0, n = " +
                                std::to_string(n) + "], got " + std::to_string(k));
  }
  std::vector<bool> taken(static_cast<std::size_t>(n), false);
  for (index last = n - k; last < n; ++last) {
    const auto candidate = below(static_cast<std::uint64_t>(last) + 1, rng);
    taken[taken[candidate] ? static_cast<std::size_t>(last) : candidate] = true;
  }
  std::vector<index> chosen;
  chosen.reserve(static_cast<std::size_t>(k));
  for (index i = 0; i < n; ++i)
    if (taken[static_cast<std::size_t>(i)]) chosen.push_back(i);
  return chosen;
}

}  // namespace harmonium::inline v0_2::draw

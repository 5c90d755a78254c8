// SPDX-License-Identifier: MIT
/// @file
/// The counter-based random engine: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as
/// easy as 1, 2, 3", doi 10.1145/2063384.2063405).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "harmonium/core/philox_words.hpp"

namespace harmonium::inline v0_2 {

/// A source of uniform 64-bit words: what our distributions draw from. A uniform random bit
/// generator of the standard, such as `random_engine` and `std::mt19937_64`.
template <class Engine>
concept bit_source = requires(Engine& rng) {
  { rng() } -> std::same_as<std::uint64_t>;
  requires std::same_as<typename Engine::result_type, std::uint64_t>;
  requires Engine::min()
  == 0;
  requires Engine::max()
  == std::numeric_limits<std::uint64_t>::max();
};

/// A small value (key, item, position) that yields the same words everywhere. Two engines with
/// different keys or different items are independent streams; each has 2^65 words.
class random_engine {
 public:
  using result_type = std::uint64_t;

  /// @param seed any number; equal seeds give equal streams.
  /// @param item which stream of this seed: a cell, a chain, a repeat.
  explicit random_engine(std::uint64_t seed, std::uint64_t item = 0) noexcept
      : key_(seed), item_(item) {}

  static constexpr result_type min() noexcept { return 0; }
  static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }

  result_type operator()() noexcept {
    if (second_ready_) {
      second_ready_ = false;
      return second_;
    }
    const auto words = block(key_, block_++, item_);
    second_ = join(words[2], words[3]);
    second_ready_ = true;
    return join(words[0], words[1]);
  }

  /// The next words, the same as that many calls.
  /// @throws std::invalid_argument as `kernel_in_use`
  void fill(std::span<result_type> words) {
    if (words.empty()) return;
    if (second_ready_) {
      words.front() = (*this)();
      words = words.subspan(1);
    }
    const std::size_t blocks = words.size() / 2;
    philox_words(key_, block_, item_, words.first(2 * blocks));
    block_ += blocks;
    if (2 * blocks < words.size()) words.back() = (*this)();
  }

  /// Number of words drawn so far; `engine.seek(engine.position())` changes nothing.
  [[nodiscard]] std::uint64_t position() const noexcept {
    return 2 * block_ - (second_ready_ ? 1 : 0);
  }

  /// Goes to the state after `position` words, in constant time.
  void seek(std::uint64_t position) noexcept {
    block_ = position / 2;
    second_ready_ = false;
    if (position % 2 == 1) (*this)();
  }

  [[nodiscard]] std::uint64_t seed() const noexcept { return key_; }
  [[nodiscard]] std::uint64_t item() const noexcept { return item_; }

  friend bool operator==(const random_engine& a, const random_engine& b) noexcept {
    return a.key_ == b.key_ && a.item_ == b.item_ && a.position() == b.position();
  }

  /// One Philox block: four 32-bit words of the stream `item` under `key`.
  static std::array<std::uint32_t, 4> block(std::uint64_t key, std::uint64_t number,
                                            std::uint64_t item) noexcept {
    return philox_block(key, number, item);
  }

 private:
  static constexpr std::uint64_t join(std::uint32_t lower, std::uint32_t upper) noexcept {
    return (static_cast<std::uint64_t>(upper) << 32) | lower;
  }

  std::uint64_t key_;
  std::uint64_t item_;
  std::uint64_t block_ = 0;
  std::uint64_t second_ = 0;
  bool second_ready_ = false;
};

/// The streams of one stage of a computation: `streams[cell]` does not depend on which thread asks,
/// nor on what other items drew. Made from an engine, which moves on by one word.
///
///     const random_streams streams(rng);
///     random_engine cell_engine = streams[cell];
class random_streams {
 public:
  explicit random_streams(random_engine& rng) noexcept : key_(rng()) {}

  [[nodiscard]] random_engine operator[](std::uint64_t item) const noexcept {
    return random_engine(key_, item);
  }

 private:
  std::uint64_t key_;
};

}  // namespace harmonium::inline v0_2

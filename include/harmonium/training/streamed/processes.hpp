// SPDX-License-Identifier: MIT
/// @file
/// Processes that each read a part of the cells and add up what they saw.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

#include "harmonium/core/matrix.hpp"

namespace harmonium::inline v0_2 {

/// What processes of one training do together; every one calls the same functions in the same
/// order. Laws: afterwards all have the same; `sum` and `maximum` are of all processes, element by
/// element; `gather` puts the words of all behind one another, by rank.
template <class P>
concept training_processes = std::copy_constructible<P> &&
    requires(const P& all, std::span<double> values, const std::vector<std::int32_t>& words) {
  { all.rank() } -> std::same_as<index>;
  { all.size() } -> std::same_as<index>;
  all.sum(values);
  all.maximum(values);
  { all.gather(words) } -> std::same_as<std::vector<std::int32_t>>;
};

/// The only one.
struct one_process {
  [[nodiscard]] index rank() const noexcept { return 0; }
  [[nodiscard]] index size() const noexcept { return 1; }
  void sum(std::span<double> /*values*/) const noexcept {}
  void maximum(std::span<double> /*values*/) const noexcept {}
  [[nodiscard]] std::vector<std::int32_t> gather(const std::vector<std::int32_t>& words) const {
    return words;
  }
};

static_assert(training_processes<one_process>);

/// Of so many cells the part that a process reads.
struct cell_range {
  index begin = 0;  ///< the first
  index end = 0;    ///< after the last
};

/// Consecutive parts by rank, as equal as can be.
template <training_processes Processes>
[[nodiscard]] cell_range part_of(const Processes& all, index cells) {
  return {cells * all.rank() / all.size(), cells * (all.rank() + 1) / all.size()};
}

}  // namespace harmonium::inline v0_2

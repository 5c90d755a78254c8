// SPDX-License-Identifier: MIT
/// @file
/// A Bernoulli machine of small pictures: ten digits of 5 x 7 dots at random places of 8 x 8, a dot
/// in twenty wrong, learned by 10 hidden units (1024 states).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/models/dbm.hpp"
#include "harmonium/training/stages/exact_em.hpp"
#include "harmonium/training/train_with.hpp"
#include "harmonium/units/bernoulli.hpp"
#include "samplers/targets/target.hpp"

namespace targets {

/// Pictures x 64 dots, compressed by picture.
inline hm::count_matrix<> digit_pictures(hm::index pictures, hm::random_engine& rng) {
  static constexpr std::array<std::array<unsigned, 7>, 10> rows{{
      {14, 17, 19, 21, 25, 17, 14},
      {4, 12, 4, 4, 4, 4, 14},
      {14, 17, 1, 2, 4, 8, 31},
      {31, 2, 4, 2, 1, 17, 14},
      {2, 6, 10, 18, 31, 2, 2},
      {31, 16, 30, 1, 1, 17, 14},
      {6, 8, 16, 30, 17, 17, 14},
      {31, 1, 2, 4, 8, 8, 8},
      {14, 17, 17, 14, 17, 17, 14},
      {14, 17, 17, 15, 1, 2, 12},
  }};
  hm::count_matrix<> out(64);
  std::vector<double> dots(64);
  for (hm::index i = 0; i < pictures; ++i) {
    const auto& glyph = rows[static_cast<std::size_t>(i % 10)];
    const auto right = static_cast<std::size_t>(4 * hm::draw::uniform(rng));
    const auto down = static_cast<std::size_t>(2 * hm::draw::uniform(rng));
    for (std::size_t y = 0; y < 8; ++y)
      for (std::size_t x = 0; x < 8; ++x) {
        const bool within = y >= down && y - down < 7 && x >= right && x - right < 5;
        const bool dot = within && (glyph[y - down] >> (4 - (x - right)) & 1) != 0;
        dots[8 * y + x] = dot != (hm::draw::uniform(rng) < 0.05) ? 1 : 0;
      }
    out.push_row(std::span<const double>(dots));
    out.finish_cell();
  }
  return out;
}

inline auto digits() {
  using machine = hm::dbm<hm::bernoulli, hm::bernoulli>;
  hm::random_engine rng(11);
  const auto pictures = digit_pictures(600, rng);
  return enumerated("digits", hm::train<machine>(hm::serial_executor{}, pictures, {.hidden = {10}},
                                                 hm::exact_em{}, rng));
}

}  // namespace targets

// SPDX-License-Identifier: MIT
/// @file
/// Coin tosses.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/pack.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// True with probability `p`, to within 2^-53; never for p = 0, always for p = 1.
/// @throws std::domain_error unless 0 <= p <= 1.
template <bit_source Engine>
bool bernoulli(double p, Engine& rng) {
  require_domain(p >= 0 && p <= 1, "bernoulli", "p", p, "in [0, 1]");
  return uniform(rng) < p;
}

/// True with probability 1 / (1 + exp(-eta)); `eta` may be infinite.
/// @throws std::domain_error if `eta` is not a number.
template <bit_source Engine>
bool bernoulli_logit(double eta, Engine& rng) {
  require_domain(!std::isnan(eta), "bernoulli_logit", "eta", eta, "a number");
  return uniform(rng) * (1 + math::exp(-eta)) < 1;
}

/// `bernoulli_logit` of every `eta`, ones and zeros, several at a time; the same bits.
/// @param[out] out as long as `eta`
template <std::floating_point Scalar, bit_source Engine>
void bernoulli_logits(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) {
  constexpr std::size_t most = 64;
  std::array<std::uint64_t, most> words;
  std::array<double, most> odds;
  for (std::size_t begin = 0; begin < eta.size(); begin += most) {
    const std::size_t count = std::min(most, eta.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      odds[i] = static_cast<double>(eta[begin + i]);
      require_domain(!std::isnan(odds[i]), "bernoulli_logits", "eta", odds[i], "a number");
    }
    std::fill(odds.begin() + count, odds.begin() + (count + 7) / 8 * 8, 0.0);  // whole packs
    const auto size = static_cast<std::ptrdiff_t>(count);
    packs::widest(
        size, [&]<int Bytes>() __attribute__((always_inline)) {
          using P = packs::pack<double, Bytes / 8>;
          double* const to = odds.data();
          const std::ptrdiff_t end = size;
          for (std::ptrdiff_t i = 0; i < end; i += P::lanes)
            math::exp(-P::load(to + i)).store(to + i);
        });
    fill(std::span(words).first(count), rng);
    for (std::size_t i = 0; i < count; ++i)
      out[begin + i] = uniform_of(words[i]) * (1 + odds[i]) < 1 ? Scalar(1) : Scalar(0);
  }
}

}  // namespace harmonium::inline v0_2::draw

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
#include <cstring>
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

/// What `bernoulli_logits` knows of some coins at first sight: 1 and 0, and 2 for those that single
/// precision leaves open, NaN among them.
template <int Lanes>
[[gnu::always_inline]] inline packs::pack<float, Lanes> toss_nearly(
    const packs::pack<float, Lanes>& eta, const std::uint64_t* words, float error) {
  using P = packs::pack<float, Lanes>;
  const P odds = P(1.0f) + math::exp(-eta);
  // The uniform number lies in a cell of width 2^-23 that begins here.
  const P begin = packs::number_of((packs::upper_halves<Lanes>(words) >> 9) |
                                   math::binary_format<float>::one_bits) -
                  P(1.0f);
  const P low = begin * odds * P(1 - error), high = (begin + P(0x1p-23f)) * odds * P(1 + error);
  return select(high < P(1.0f), P(1.0f), select(P(1.0f) <= low, P(0.0f), P(2.0f)));
}

/// `bernoulli_logit` of every `eta`, ones and zeros, several at a time; the same bits.
/// @param[out] out as long as `eta`
template <std::floating_point Scalar, bit_source Engine>
void bernoulli_logits(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) {
  constexpr std::size_t most = 256, group = 16;
  // Of e^-eta (|eta| <= 104 where it is neither 0 nor infinite in float), one sum, two products.
  constexpr float error = std::same_as<Scalar, float> ? 1e-6f : 1e-5f;
  std::array<std::uint64_t, most> words;
  std::array<float, most> coins;
  for (std::size_t begin = 0; begin < eta.size(); begin += most) {
    const std::size_t count = std::min(most, eta.size() - begin);
    const std::size_t whole = (count + group - 1) / group * group;
    std::fill(words.begin() + count, words.begin() + whole, 0);
    fill(std::span(words).first(count), rng);
    bool open = false;
    packs::widest(
        static_cast<std::ptrdiff_t>(count), [&]<int Bytes>() __attribute__((always_inline)) {
          using P = packs::pack<float, Bytes / 4>;
          constexpr std::size_t lanes = Bytes / 4;
          const Scalar* const from = eta.data() + begin;
          const std::uint64_t* const uniform = words.data();
          float* const to = coins.data();
          const std::size_t end = count;
          P largest(0.0f);
          for (std::size_t i = 0; i < end; i += lanes) {
            P near;
            if (std::same_as<Scalar, float> && i + lanes <= end) {
              std::memcpy(&near.v, from + i, sizeof near.v);
            } else {
              float some[lanes] = {};
              const std::size_t last = std::min(lanes, end - i);
              for (std::size_t k = 0; k < last; ++k) some[k] = static_cast<float>(from[i + k]);
              near = P::load(some);
            }
            const P coin = toss_nearly(near, uniform + i, error);
            coin.store(to + i);
            largest = larger(largest, coin);
          }
          float all[lanes];
          largest.store(all);
          open = *std::max_element(all, all + lanes) > 1;
        });
    if (open) [[unlikely]] {
      for (std::size_t i = 0; i < count; ++i) {
        if (coins[i] <= 1) continue;
        const auto x = static_cast<double>(eta[begin + i]);
        require_domain(!std::isnan(x), "bernoulli_logits", "eta", x, "a number");
        coins[i] = uniform_of(words[i]) * (1 + math::exp(-x)) < 1 ? 1.0f : 0.0f;
      }
    }
    if constexpr (std::same_as<Scalar, float>) {
      std::copy_n(coins.data(), count, out.data() + begin);
    } else {
      for (std::size_t i = 0; i < count; ++i) out[begin + i] = static_cast<Scalar>(coins[i]);
    }
  }
}

}  // namespace harmonium::inline v0_2::draw

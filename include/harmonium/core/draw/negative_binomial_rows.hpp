// SPDX-License-Identifier: MIT
/// @file
/// Negative binomial counts of many genes whose parameters change from one row to the next.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/wide_packs.hpp"

namespace harmonium::inline v0_2::draw {

/// One count by its natural parameter, with 32 random bits given and more from the engine where
/// needed.
/// @throws std::domain_error unless eta < 0 and theta > 0; std::overflow_error for counts about
/// 1e15
template <bit_source Engine>
std::int64_t negative_binomial_from_bits(double eta, double theta, std::uint32_t bits,
                                         Engine& rng) {
  const auto e = math::exponentials(eta);
  const double mean = theta * (e.power / -e.minus_one);
  // A mean from eta >= 0 is negative, infinite or NaN.
  require_domain(mean >= 0 && mean < std::numeric_limits<double>::infinity(), "negative_binomials",
                 "eta", eta, "below 0");
  require_domain(theta > 0, "negative_binomials", "theta", theta, "positive");
  if (!suits_inversion(mean, theta)) return negative_binomial_mixture(mean, theta, rng);
  const std::uint64_t word = std::uint64_t{bits} << 32 | (rng() >> 32);
  const double zero = math::exp(theta * math::log1mexp(eta));  // P(X = 0) = (1 - e^eta)^theta
  return invert_negative_binomial(uniform_of(word), zero, 0, e.power, theta);
}

/// Sequential inversion of many genes at a time in single precision, with a bound on its error: a
/// count is told only where the 32 random bits given leave no doubt what inversion in double
/// precision would make of them and of any further bits. The doubtful ones, about one in a
/// thousand, and those that do not suit inversion are left open. (The idea is that of filtered
/// predicates in geometry: Shewchuk 1997, Adaptive precision floating-point arithmetic,
/// doi 10.1007/PL00009321.)
///
/// All genes of a piece go through the counts 0 to 3; those that are not settled then make room for
/// each other and go through twice as many counts, and so on.
class inversion_filter {
 public:
  /// Most genes at once.
  static constexpr std::size_t most = 512;

  /// @param eta, theta up to `most` genes
  /// @param bits       uniform, one per gene
  /// @param[out] out   counts of the genes that are not left open
  /// @return the genes left open
  template <std::floating_point Scalar>
  std::span<const std::uint16_t> operator()(std::span<const Scalar> eta,
                                            std::span<const Scalar> theta,
                                            std::span<const std::uint32_t> bits,
                                            std::span<Scalar> out) {
    const std::size_t size = eta.size();
    convert(eta.data(), size, eta_.data());
    convert(theta.data(), size, theta_.data());
    std::copy(bits.begin(), bits.end(), bits_.begin());
    packs::widest([&]<int Bytes>()
                      __attribute__((always_inline)) { this->template start<Bytes>(size); });
    opens_ = 0;
    std::size_t first = 0, left = size;
    for (std::size_t steps = 4; left > 0; first += steps, steps *= 2) {
      const bool is_last = first + 3 * steps > largest;
      packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        this->advance<Bytes>(left, first, steps, is_last);
      });
      left = first == 0 ? settle<true>(left, out) : settle<false>(left, out);
    }
    return std::span(open_).first(opens_);
  }

 private:
  /// Counts beyond this are left open.
  static constexpr std::size_t largest = 4 * ((std::size_t{1} << 6) - 1);
  static constexpr auto inverses = [] {
    std::array<float, largest> result{};
    for (std::size_t x = 0; x < largest; ++x) result[x] = 1 / (static_cast<float>(x) + 1);
    return result;
  }();
  // Verdicts: 0 settled, 1 goes on, 2 or more doubtful. Positive numbers compare as their bits do,
  // which saves converting them.
  static constexpr auto goes_on = std::bit_cast<std::uint32_t>(1.0f);

  template <class From, class To>
  static void convert(const From* from, std::size_t size, To* to) {
    constexpr std::size_t together = 8;  // which compilers do
    std::size_t i = 0;
    for (; i + together <= size; i += together)
      for (std::size_t k = 0; k < together; ++k) to[i + k] = static_cast<To>(from[i + k]);
    for (; i < size; ++i) to[i] = static_cast<To>(from[i]);
  }

  /// Probabilities of zero and bounds of the error of all that is added up to them.
  template <int Bytes>
  [[gnu::always_inline]] inline void start(std::size_t size) {
    using P = packs::pack<float, Bytes / 4>;
    const P none(0.0f);
    for (std::size_t i = 0; i < size; i += P::lanes) {
      const P given = P::load(&eta_[i]), theta = P::load(&theta_[i]);
      const P eta = larger(given, P(-80.0f));  // rarer is 0 and no subnormal number
      const auto e = math::exponentials(eta);
      const P q = e.power, p = -e.minus_one, mean = theta * (q / p);
      const P lost = select(eta < P(-0.7f), (P(1.0f) - p) - q, none);
      const P log_zero = larger(theta * math::log_of_normal(p, lost), P(-60.0f));
      // In units of 2^-24: q and P(0) are off by |eta| + 6 times the mean at most, every further
      // probability by |eta| + 5 for every count before it, which are mean counts on average, the
      // sum by 1 for every term, the uniform number by 1. Four times that.
      const P bound = P(0x1p-21f) + P(0x1p-21f) * mean * (P(6.0f) - eta);
      const P infinite(std::numeric_limits<float>::infinity());
      // Added up, because GCC 12 takes choices inside choices lane by lane.
      const P unsuitable =
          select(given < none, none, infinite) + select(theta > none, none, infinite) +
          select(theta <= P(1e6f), none, infinite) + select(mean <= P(28.0f), none, infinite) +
          select(mean <= P(900.0f) * theta, none, infinite);
      const P tolerance = bound + unsuitable;
      tolerance.store(&tolerance_[i]);
      q.store(&q_[i]);
      math::exp(log_zero).store(&mass_[i]);
      // The upper 23 bits as a number in [1, 2), less 1 and half of their last place.
      using format = math::binary_format<float>;
      const auto fraction = packs::word_pack<float, P::lanes>::load(&bits_[i]) >> 9;
      (number_of(fraction | format::one_bits) - P(1 - 0x1p-24f)).store(&left_[i]);
    }
  }

  /// Goes on from the count `first` by `steps`.
  template <int Bytes>
  [[gnu::always_inline]] inline void advance(std::size_t size, std::size_t first, std::size_t steps,
                                             bool is_last) {
    using P = packs::pack<float, Bytes / 4>;
    const P none(0.0f), one(1.0f), two(2.0f), begin(static_cast<float>(first));
    const P going_on(is_last ? 2.0f : 1.0f);
    for (std::size_t i = 0; i < size; i += P::lanes) {
      const P theta = P::load(&theta_[i]), q = P::load(&q_[i]);
      P left = P::load(&left_[i]), mass = P::load(&mass_[i]), count = begin, at = begin;
      for (std::size_t k = first; k < first + steps; ++k) {
        const P rest = left - mass, next = mass * (q * (theta + at) * P(inverses[k]));
        left = select(rest > none, rest, left);
        mass = select(rest > none, next, mass);
        count = count + select(rest > none, one, none);
        at = at + one;
      }
      const P tolerance = P::load(&tolerance_[i]), rest = left - mass;
      const P doubts = select(left > tolerance, none, two) + select(-rest > tolerance, none, two);
      const P verdict = select(rest > none, select(mass > two * tolerance, going_on, two), doubts);
      left.store(&left_[i]);
      mass.store(&mass_[i]);
      count.store(&count_[i]);
      verdict.store(&verdict_[i]);
    }
  }

  /// Tells the counts of genes that are settled and moves those that go on to the front.
  /// @tparam First all genes are there, in order
  /// @return how many go on
  template <bool First, std::floating_point Scalar>
  std::size_t settle(std::size_t size, std::span<Scalar> out) {
    std::array<std::uint16_t, most + 1> going;
    std::size_t left = 0, opens = opens_;
    if constexpr (First) convert(count_.data(), size, out.data());
    for (std::size_t i = 0; i < size; ++i) {
      const auto verdict = std::bit_cast<std::uint32_t>(verdict_[i]);
      const auto here = static_cast<std::uint16_t>(i), gene = First ? here : gene_[i];
      if constexpr (!First) out[gene] = static_cast<Scalar>(count_[i]);
      going[left] = here;
      left += static_cast<std::size_t>(verdict == goes_on);
      open_[opens] = gene;
      opens += static_cast<std::size_t>(verdict > goes_on);
    }
    opens_ = opens;
    for (std::size_t k = 0; k < left; ++k) {
      const std::uint16_t i = going[k];
      gene_[k] = First ? i : gene_[i];
      left_[k] = left_[i];
      mass_[k] = mass_[i];
      theta_[k] = theta_[i];
      q_[k] = q_[i];
      tolerance_[k] = tolerance_[i];
    }
    return left;
  }

  // Of the genes not settled, in order; beyond them anything.
  alignas(64) std::array<float, most> eta_{}, theta_{}, q_;
  alignas(64) std::array<float, most> mass_;  ///< probability of the count reached
  alignas(64) std::array<float, most> left_;  ///< of the uniform number after the counts before it
  alignas(64) std::array<float, most> tolerance_, count_, verdict_;
  alignas(64) std::array<std::uint32_t, most> bits_{};
  std::array<std::uint16_t, most> gene_;
  std::array<std::uint16_t, most + 1> open_;
  std::size_t opens_ = 0;
};

/// One count of each of many genes with natural parameters `eta`, so that means are theta / (e^-eta
/// - 1). Costs 32 bits of the engine each; some take more.
/// @param[out] out as long as `eta` and `theta`
/// @throws std::domain_error unless every eta < 0 and theta > 0; std::overflow_error for counts
///         about 1e15
template <std::floating_point Scalar, bit_source Engine>
void negative_binomials(std::span<const Scalar> eta, std::span<const Scalar> theta,
                        std::span<Scalar> out, Engine& rng) {
  constexpr std::size_t most = inversion_filter::most;
  std::array<std::uint64_t, most / 2> words;
  std::array<std::uint32_t, most> bits;
  inversion_filter filter;
  for (std::size_t begin = 0; begin < eta.size(); begin += most) {
    const std::size_t count = std::min(most, eta.size() - begin);
    fill(std::span(words).first((count + 1) / 2), rng);
    if constexpr (std::endian::native == std::endian::little) {
      std::memcpy(bits.data(), words.data(), count * sizeof(std::uint32_t));
    } else {
      for (std::size_t i = 0; i < count; ++i)
        bits[i] = static_cast<std::uint32_t>(words[i / 2] >> (i % 2 * 32));
    }
    const auto open =
        filter(eta.subspan(begin, count), theta.subspan(begin, count),
               std::span<const std::uint32_t>(bits).first(count), out.subspan(begin, count));
    for (const std::size_t i : open) {
      const std::size_t m = begin + i;
      out[m] = static_cast<Scalar>(negative_binomial_from_bits(
          static_cast<double>(eta[m]), static_cast<double>(theta[m]), bits[i], rng));
    }
  }
}

}  // namespace harmonium::inline v0_2::draw

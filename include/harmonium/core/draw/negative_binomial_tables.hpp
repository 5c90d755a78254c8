// SPDX-License-Identifier: MIT
/// @file
/// Negative binomial counts of many genes whose parameters stay: one table look-up per count.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/negative_binomial.hpp"
#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/random_engine.hpp"

namespace harmonium::inline v0_2::draw {

/// An alias table per gene: 2^b slots of equal probability, each shared by two counts. The last of
/// the 2^b outcomes stands for all larger counts together; where it comes, in less than one draw of
/// 64, the count goes on by inversion. A draw takes 32 bits; where these leave it open which side
/// of a threshold they are on, further bits decide, so that every probability is kept to within
/// 2^-48. Genes of means that need more than 512 slots have no table and are drawn as by
/// `negative_binomial`. Cost of the tables: about as much as 4 draws by inversion, 8 bytes a slot.
/// @see Walker (1977), An efficient method for generating discrete random variables with general
///      distributions, ACM TOMS 3; Vose (1991), A linear algorithm for generating random numbers
///      with a given distribution, IEEE Transactions on Software Engineering 17.
class negative_binomial_tables {
 public:
  /// @param eta   natural parameter of every gene: its mean is theta / (e^-eta - 1)
  /// @param theta inverse dispersion of every gene, > 0
  /// @throws std::domain_error unless every eta < 0
  template <std::floating_point Scalar>
  negative_binomial_tables(std::span<const Scalar> eta, std::span<const Scalar> theta) {
    assert(eta.size() == theta.size());
    genes_.reserve(eta.size());
    tails_.reserve(eta.size());
    for (std::size_t m = 0; m < eta.size(); ++m)
      add(static_cast<double>(eta[m]), static_cast<double>(theta[m]));
  }

  [[nodiscard]] std::size_t size() const noexcept { return genes_.size(); }

  /// One count of every gene.
  /// @param[out] out length size()
  /// @throws std::overflow_error for counts about 1e15
  template <std::floating_point Scalar, bit_source Engine>
  void operator()(std::span<Scalar> out, Engine& rng) const {
    assert(out.size() == size());
    constexpr std::size_t most = 256;
    std::array<std::uint64_t, most / 2> words;
    for (std::size_t begin = 0; begin < out.size(); begin += most) {
      const std::size_t count = std::min(most, out.size() - begin);
      fill(std::span(words).first((count + 1) / 2), rng);
      for (std::size_t i = 0; i < count; ++i) {
        const auto half = static_cast<std::uint32_t>(words[i / 2] >> (i % 2 * 32));
        const std::size_t m = begin + i;
        const std::uint32_t drawn = look_up(genes_[m], half);
        if (drawn == open) [[unlikely]]
          out[m] = static_cast<Scalar>(settle(m, half, rng));
        else
          out[m] = static_cast<Scalar>(static_cast<std::int32_t>(drawn));
      }
    }
  }

  /// The same counts without zeros.
  /// @param[out] genes  of the counts, ascending; room for size()
  /// @param[out] counts as many; room for size()
  /// @return how many
  /// @throws std::overflow_error for counts of 2^31 and more
  template <bit_source Engine>
  std::size_t nonzeros(std::int32_t* genes, std::int32_t* counts, Engine& rng) const {
    constexpr std::size_t most = 256;
    std::array<std::uint64_t, most / 2> words;
    std::size_t kept = 0;
    for (std::size_t begin = 0; begin < size(); begin += most) {
      const std::size_t end = std::min(size(), begin + most);
      fill(std::span(words).first((end - begin + 1) / 2), rng);
      for (std::size_t m = begin; m < end; ++m) {
        const std::size_t i = m - begin;
        const auto half = static_cast<std::uint32_t>(words[i / 2] >> (i % 2 * 32));
        std::uint32_t drawn = look_up(genes_[m], half);
        if (drawn == open) [[unlikely]]
          drawn = checked_count(settle(m, half, rng), m);
        genes[kept] = static_cast<std::int32_t>(m);
        counts[kept] = static_cast<std::int32_t>(drawn);
        kept += drawn != 0 ? 1 : 0;
      }
    }
    return kept;
  }

  /// Bytes that the tables take.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return slots_.size() * sizeof(std::uint64_t) + genes_.size() * sizeof(gene) +
           tails_.size() * sizeof(tail);
  }

 private:
  static constexpr std::uint32_t open = 0xffffffff;  ///< what a look-up does not tell
  static constexpr std::uint32_t fewest_bits = 2, most_bits = 9;
  /// Where the last outcome may begin: smaller means larger tables and fewer inversions.
  static constexpr double tail_mass = 1.0 / 64;

  struct gene {
    std::uint32_t begin;  ///< of its slots: threshold in the upper 48 bits, alias in the lower 16
    std::uint32_t bits;
  };
  /// For counts beyond the table.
  struct tail {
    double theta;
    double q;      ///< e^eta
    double first;  ///< P(X = last outcome | X >= last outcome); 0: no table
  };

  void add(double eta, double theta) {
    const auto e = math::exponentials(eta);
    const double q = e.power, mean = theta * (q / -e.minus_one);
    require_domain(mean >= 0 && mean < std::numeric_limits<double>::infinity(),
                   "negative_binomial_tables", "eta", eta, "below 0");
    require_domain(theta > 0, "negative_binomial_tables", "theta", theta, "positive");
    std::array<double, std::size_t{1} << most_bits> mass;
    mass[0] = math::exp(theta * math::log1mexp(eta));
    double below = mass[0];
    std::uint32_t bits = fewest_bits;
    std::size_t known = 1;
    const bool brief = mean <= 256 && mean <= 1000 * theta && theta < poisson_like_theta;
    for (; brief && bits <= most_bits; ++bits) {
      const std::size_t last = (std::size_t{1} << bits) - 1;
      for (; known < last; ++known) {
        const auto x = static_cast<double>(known - 1);
        mass[known] = mass[known - 1] * (q * (theta + x) / (x + 1));
        below += mass[known];
      }
      if (below > 1 - tail_mass) break;
    }
    if (!brief || bits > most_bits) {
      // Slots that always give the last outcome send the gene to the general sampler.
      if (!has_shared_) {
        shared_ = static_cast<std::uint32_t>(slots_.size());
        slots_.insert(slots_.end(), std::size_t{1} << fewest_bits, (1u << fewest_bits) - 1);
        has_shared_ = true;
      }
      genes_.push_back({shared_, fewest_bits});
      tails_.push_back({theta, mean, 0});
      return;
    }
    const std::size_t last = known;
    const auto x = static_cast<double>(last - 1);
    const double next = mass[last - 1] * (q * (theta + x) / (x + 1));
    const double beyond = std::max(1 - below, next);
    mass[last] = beyond;
    genes_.push_back({static_cast<std::uint32_t>(slots_.size()), bits});
    tails_.push_back({theta, q, beyond > 0 ? next / beyond : 1});
    append_slots(std::span(mass).first(last + 1));
  }

  /// Vose's method: every slot below its equal share is filled up from one above.
  void append_slots(std::span<double> mass) {
    const std::size_t size = mass.size(), begin = slots_.size();
    std::array<std::uint16_t, std::size_t{1} << most_bits> small, large;
    std::size_t smalls = 0, larges = 0;
    for (std::size_t i = 0; i < size; ++i) {
      mass[i] *= static_cast<double>(size);
      (mass[i] < 1 ? small[smalls++] : large[larges++]) = static_cast<std::uint16_t>(i);
      slots_.push_back(i);  // all its own, unless it is filled up below
    }
    while (smalls > 0 && larges > 0) {
      const std::size_t i = small[--smalls], donor = large[larges - 1];
      slots_[begin + i] = static_cast<std::uint64_t>(mass[i] * 0x1p48) << 16 | donor;
      mass[donor] -= 1 - mass[i];
      if (mass[donor] < 1) {
        --larges;
        small[smalls++] = static_cast<std::uint16_t>(donor);
      }
    }
  }

  /// The count, or `open`.
  [[nodiscard]] [[gnu::always_inline]] inline std::uint32_t look_up(
      gene here, std::uint32_t half) const noexcept {
    const std::uint32_t fraction = half << here.bits;
    const std::uint32_t slot = half >> (32 - here.bits);
    const std::uint64_t entry = slots_[here.begin + slot];
    const auto threshold = static_cast<std::uint32_t>(entry >> 32);
    const auto alias = static_cast<std::uint32_t>(entry & 0xffff);
    const std::uint32_t drawn = fraction < threshold ? slot : alias;
    const bool undecided = ((fraction ^ threshold) >> here.bits) == 0;
    return undecided || drawn + 1 == (1u << here.bits) ? open : drawn;
  }

  static std::uint32_t checked_count(std::int64_t count, std::size_t m) {
    if (count > std::numeric_limits<std::int32_t>::max())
      throw std::overflow_error("negative_binomial_tables: count " + std::to_string(count) +
                                " of gene " + std::to_string(m) + " is too large");
    return static_cast<std::uint32_t>(count);
  }

  /// The draws that a look-up leaves open.
  template <bit_source Engine>
  [[nodiscard]] std::int64_t settle(std::size_t m, std::uint32_t half, Engine& rng) const {
    const gene here = genes_[m];
    const std::uint32_t fraction = half << here.bits, slot = half >> (32 - here.bits);
    const tail& beyond = tails_[m];
    if (beyond.first == 0) return negative_binomial(beyond.q, beyond.theta, rng);
    const std::uint64_t entry = slots_[here.begin + slot];
    const std::uint64_t more = rng() & ((std::uint64_t{1} << (16 + here.bits)) - 1);
    const std::uint64_t finer = static_cast<std::uint64_t>(fraction) << 16 | more;
    auto count = static_cast<std::int64_t>(finer < entry >> 16 ? slot : entry & 0xffff);
    if (count + 1 < std::int64_t{1} << here.bits) return count;
    return invert_negative_binomial(uniform(rng), beyond.first, count, beyond.q, beyond.theta);
  }

  std::vector<gene> genes_;
  std::vector<tail> tails_;
  std::vector<std::uint64_t> slots_;
  std::uint32_t shared_ = 0;  ///< where the slots of genes without table begin
  bool has_shared_ = false;
};

}  // namespace harmonium::inline v0_2::draw

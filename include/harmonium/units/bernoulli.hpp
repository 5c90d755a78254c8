// SPDX-License-Identifier: MIT
/// @file
/// Bernoulli units: x in {0, 1} with log p(x) = eta x - log(1 + e^eta).
#pragma once

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/draw/bernoulli.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A layer of Bernoulli units. The mean is the logistic function of eta.
template <std::floating_point Scalar>
class basic_bernoulli {
 public:
  using scalar = Scalar;

  static constexpr Scalar lowest_state = 0, highest_state = 1;
  static constexpr log_partition_growth growth = log_partition_growth::linear;

  /// @param size number of units
  /// @throws std::invalid_argument if negative
  explicit basic_bernoulli(index size) : size_(checked_size(size, "bernoulli")) {}

  [[nodiscard]] index size() const noexcept { return size_; }

  /// Sum of softplus(eta).
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    constexpr std::ptrdiff_t most = 64;
    Scalar terms[most];
    double sum = 0;
    for (std::ptrdiff_t begin = 0; begin < std::ssize(eta); begin += most) {
      const std::ptrdiff_t count = std::min(most, std::ssize(eta) - begin);
      // Whole packs, as the last numbers one by one would cost the most.
      std::fill(std::copy_n(eta.data() + begin, count, terms), terms + most, Scalar(0));
      packs::widest([ at = &terms[0], count ]<int Bytes>() __attribute__((always_inline)) {
        using P = packs::pack<Scalar, Bytes / int(sizeof(Scalar))>;
        for (std::ptrdiff_t i = 0; i < count; i += P::lanes)
          math::softplus(P::load(at + i)).store(at + i);
      });
      for (std::ptrdiff_t i = 0; i < count; ++i)  // one sum in order, in which no pack has a part
        sum += static_cast<double>(terms[i]);
    }
    return static_cast<Scalar>(sum);
  }

  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> /*state*/) const noexcept {
    return Scalar(0);
  }

  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    packs::widest(
        std::ssize(eta), [&]<int Bytes>() __attribute__((always_inline)) {
          packs::for_each<Scalar, Bytes>(
              std::ssize(eta), [ from = eta.data(), to = out.data() ]<class P>(std::ptrdiff_t i)
                                   __attribute__((always_inline)) {
                                     math::sigmoid(P::load(from + i)).store(to + i);
                                   });
        });
  }

  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = math::sigmoid(eta[i]) * math::sigmoid(-eta[i]);
  }

  /// @throws std::domain_error if an eta is NaN
  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    draw::bernoulli_logits(eta, out, rng);
  }

  /// @param mean in [0, 1]; the ends give eta = -700 and 700.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i)
      out[i] = bounded_natural(math::log(mean[i]) - math::log1p(-mean[i]));
  }

  [[nodiscard]] Scalar natural_supremum() const noexcept { return no_supremum<Scalar>; }

  /// Zero or one.
  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return x == 0 || x == 1; }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && all_supported<basic_bernoulli>(state);
  }

  /// 2^size, at most 2^62.
  [[nodiscard]] index states() const noexcept { return saturated_power(2, size_); }

  /// @param state in [0, states()); its bit i is unit i.
  void write_state(index state, std::span<Scalar> out) const {
    assert(state >= 0 && state < states() && std::ssize(out) == size());
    for (Scalar& unit : out) {
      unit = static_cast<Scalar>(state % 2);
      state /= 2;
    }
  }

  /// The number whose state that is.
  [[nodiscard]] index state_number(std::span<const Scalar> state) const noexcept {
    index number = 0;
    for (std::size_t i = state.size(); i-- > 0;)
      number = 2 * number + (state[i] != Scalar(0) ? 1 : 0);
    return number;
  }

  /// The state at which weights'state is largest.
  template <std::floating_point Weight>
  void write_maximiser(std::span<const Weight> weights, std::span<Scalar> out) const {
    assert(std::ssize(weights) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = weights[i] > Weight(0) ? Scalar(1) : Scalar(0);
  }

  /// One unit.
  [[nodiscard]] basic_bernoulli site() const { return basic_bernoulli(1); }

 private:
  index size_;
};

/// In double precision, as machines have it.
using bernoulli = basic_bernoulli<double>;

static_assert(sited_unit_family<basic_bernoulli<double>> &&
              sited_unit_family<basic_bernoulli<float>>);

}  // namespace harmonium::inline v0_2

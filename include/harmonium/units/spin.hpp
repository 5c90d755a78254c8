// SPDX-License-Identifier: MIT
/// @file
/// Spin units: x in {-1, 1} with log p(x) = eta x - log(2 cosh eta).
#pragma once

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/draw/bernoulli.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A layer of spins. The mean is tanh(eta). With 0 as the input both states are equally probable,
/// so that a bias is not needed to centre a layer, as it is for Bernoulli units.
template <std::floating_point Scalar>
class basic_spin {
 public:
  using scalar = Scalar;
  static constexpr Scalar lowest_state = -1, highest_state = 1;
  static constexpr log_partition_growth growth = log_partition_growth::linear;

  /// @param size number of units
  /// @throws std::invalid_argument if negative
  explicit basic_spin(index size) : size_(checked_size(size, "spin")) {}

  [[nodiscard]] index size() const noexcept { return size_; }

  /// Sum of log(2 cosh eta) = |eta| + log(1 + e^(-2 |eta|)).
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    double sum = 0;
    for (const Scalar e : eta) {
      const double magnitude = std::abs(static_cast<double>(e));
      sum += magnitude + math::log1p(math::exp(-2 * magnitude));
    }
    return static_cast<Scalar>(sum);
  }

  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> /*state*/) const noexcept {
    return Scalar(0);
  }

  /// tanh(eta), also accurate near 0.
  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const auto e = math::exponentials(Scalar(-2) * std::abs(eta[i]));
      out[i] = std::copysign(-e.minus_one / (Scalar(1) + e.power), eta[i]);
    }
  }

  /// 1 / cosh^2(eta).
  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const Scalar odds = math::exp(Scalar(-2) * std::abs(eta[i]));
      out[i] = Scalar(4) * odds / ((Scalar(1) + odds) * (Scalar(1) + odds));
    }
  }

  /// One word of the engine per unit.
  /// @throws std::domain_error if an eta is NaN
  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = draw::bernoulli_logit(2 * static_cast<double>(eta[i]), rng) ? Scalar(1) : Scalar(-1);
  }

  /// @param mean in [-1, 1]; the ends give eta = -700 and 700.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i)
      out[i] = bounded_natural(Scalar(0.5) * (math::log1p(mean[i]) - math::log1p(-mean[i])));
  }

  [[nodiscard]] Scalar natural_supremum() const noexcept { return no_supremum<Scalar>; }

  /// -1 or 1.
  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return x == 1 || x == -1; }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && all_supported<basic_spin>(state);
  }

  /// 2^size, at most 2^62.
  [[nodiscard]] index states() const noexcept { return saturated_power(2, size_); }

  /// @param state in [0, states()); unit i is 1 where its bit i is set, else -1.
  void write_state(index state, std::span<Scalar> out) const {
    assert(state >= 0 && state < states() && std::ssize(out) == size());
    for (Scalar& unit : out) {
      unit = state % 2 == 1 ? Scalar(1) : Scalar(-1);
      state /= 2;
    }
  }

  /// The number whose state that is.
  [[nodiscard]] index state_number(std::span<const Scalar> state) const noexcept {
    index number = 0;
    for (std::size_t i = state.size(); i-- > 0;) number = 2 * number + (state[i] > 0 ? 1 : 0);
    return number;
  }

  /// The state at which weights'state is largest.
  template <std::floating_point Weight>
  void write_maximiser(std::span<const Weight> weights, std::span<Scalar> out) const {
    assert(std::ssize(weights) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = weights[i] > Weight(0) ? Scalar(1) : Scalar(-1);
  }

  /// One unit.
  [[nodiscard]] basic_spin site() const { return basic_spin(1); }

 private:
  index size_;
};

/// In double precision, as machines have it.
using spin = basic_spin<double>;

static_assert(sited_unit_family<basic_spin<double>> && sited_unit_family<basic_spin<float>>);

}  // namespace harmonium::inline v0_2

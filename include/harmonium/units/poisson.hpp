// SPDX-License-Identifier: MIT
/// @file
/// Poisson units: x = 0, 1, 2, ... with log p(x) = eta x - e^eta - log x!. The mean is e^eta.
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>

#include "harmonium/core/draw/poisson.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/math/saddle_point.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// log p(x) in nats, without the cancellation of eta x - e^eta - log x! at large counts.
/// @param x a whole number >= 0
/// @param rate e^eta > 0
[[nodiscard]] inline double poisson_log_pmf(double x, double rate) noexcept {
  if (x == 0) return -rate;
  constexpr double two_pi = 6.283185307179586;
  return (-0.5 * math::log(two_pi * x) - math::stirling_error(x)) - math::deviance_part(x, rate);
}

/// A layer of Poisson units.
template <std::floating_point Scalar>
class basic_poisson {
 public:
  using scalar = Scalar;

  static constexpr Scalar lowest_state = 0, highest_state = unbounded_state<Scalar>;
  static constexpr log_partition_growth growth = log_partition_growth::exponential;

  /// @param size number of units
  /// @throws std::invalid_argument if negative
  explicit basic_poisson(index size) : size_(checked_size(size, "poisson")) {}

  [[nodiscard]] index size() const noexcept { return size_; }

  /// Sum of e^eta.
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    double sum = 0;
    for (const Scalar e : eta) sum += static_cast<double>(math::exp(e));
    return static_cast<Scalar>(sum);
  }

  /// Sum of -log x!.
  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> state) const {
    assert(std::ssize(state) == size());
    double sum = 0;
    for (const Scalar x : state) sum -= math::log_factorial(static_cast<double>(x));
    return static_cast<Scalar>(sum);
  }

  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i) out[i] = math::exp(eta[i]);
  }

  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const { mean(eta, out); }

  /// @throws std::domain_error where e^eta exceeds 1e15. A float holds counts above 2^24 rounded.
  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = static_cast<Scalar>(draw::poisson(math::exp(static_cast<double>(eta[i])), rng));
  }

  /// @param mean >= 0; 0 gives eta = -700.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i) out[i] = bounded_natural(math::log(mean[i]));
  }

  /// Every eta has a distribution, but beyond 34.5 (a mean of 1e15) it cannot be drawn from.
  [[nodiscard]] Scalar natural_supremum() const noexcept { return Scalar(34.5); }

  /// Whole numbers >= 0.
  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return is_count(x); }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && all_supported<basic_poisson>(state);
  }

 private:
  index size_;
};

/// In double precision, as machines have it.
using poisson = basic_poisson<double>;

static_assert(unit_family<basic_poisson<double>> && unit_family<basic_poisson<float>>);

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Rectified (half-Gaussian) units: x >= 0 with
///
///     log p(x) = eta x - x^2 / (2 sigma^2) - log(sigma sqrt(pi / 2)) - A(eta) ,
///     A(eta) = sigma^2 eta^2 / 2 + log(2 P(Z < sigma eta)) ,
///
/// a Gaussian with mean sigma^2 eta cut off below zero. For large eta the mean is that of the
/// Gaussian, far below zero it is -1 / eta: a smooth rectifier (Nair and Hinton 2010, "Rectified
/// linear units improve restricted Boltzmann machines", approximate such units by noisy softplus;
/// these are exact).
#pragma once

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/draw/domain.hpp"
#include "harmonium/core/draw/rectified_normal.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/rectified_normal.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A layer of rectified Gaussian units, each with its own sigma.
template <std::floating_point Scalar>
class basic_rectified_gaussian {
 public:
  using scalar = Scalar;
  static constexpr Scalar lowest_state = 0, highest_state = unbounded_state<Scalar>;
  static constexpr log_partition_growth growth = log_partition_growth::quadratic;

  /// @param size number of units
  /// @param standard_deviation sigma > 0 of every unit
  /// @throws std::invalid_argument, std::domain_error
  explicit basic_rectified_gaussian(index size, Scalar standard_deviation = Scalar(1))
      : basic_rectified_gaussian(vector<Scalar>::Constant(checked_size(size, "rectified_gaussian"),
                                                          standard_deviation)) {}

  /// @param standard_deviation sigma > 0 of each unit
  /// @throws std::domain_error
  explicit basic_rectified_gaussian(vector<Scalar> standard_deviation)
      : sigma_(std::move(standard_deviation)) {
    require_positive_entries(sigma_, "rectified_gaussian", "the standard deviation");
  }

  [[nodiscard]] index size() const noexcept { return sigma_.size(); }

  /// sigma: that of the Gaussian before it is cut off.
  [[nodiscard]] const vector<Scalar>& standard_deviation() const noexcept { return sigma_; }

  /// Sum of A(eta); 0 at eta = 0.
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    double sum = 0;
    for (std::size_t i = 0; i < eta.size(); ++i)
      sum += math::rectified_log_partition(sigma(i) * static_cast<double>(eta[i]));
    return static_cast<Scalar>(sum);
  }

  /// Sum of -x^2 / (2 sigma^2) - log(sigma sqrt(pi / 2)).
  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> state) const {
    assert(std::ssize(state) == size());
    constexpr double half_log_half_pi = 0.22579135264472743236;
    double sum = 0;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const double scaled = static_cast<double>(state[i]) / sigma(i);
      sum -= 0.5 * scaled * scaled + (math::log(sigma(i)) + half_log_half_pi);
    }
    return static_cast<Scalar>(sum);
  }

  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = static_cast<Scalar>(
          sigma(i) * math::rectified_moments(sigma(i) * static_cast<double>(eta[i])).mean);
  }

  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i)
      out[i] = static_cast<Scalar>(
          sigma(i) * sigma(i) *
          math::rectified_moments(sigma(i) * static_cast<double>(eta[i])).variance);
  }

  /// @throws std::domain_error if an eta is not finite
  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const auto e = static_cast<double>(eta[i]);
      draw::require_domain(std::isfinite(e), "rectified_gaussian::sample", "eta", e, "finite");
      out[i] = static_cast<Scalar>(sigma(i) * draw::rectified_normal(sigma(i) * e, rng));
    }
  }

  /// @param mean >= 0; means below 1e-9 sigma give sigma eta = -1e9.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i)
      out[i] = static_cast<Scalar>(
          math::rectified_location(static_cast<double>(mean[i]) / sigma(i)) / sigma(i));
  }

  [[nodiscard]] Scalar natural_supremum() const noexcept { return no_supremum<Scalar>; }

  /// Finite numbers >= 0.
  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return x >= 0 && std::isfinite(x); }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && all_supported<basic_rectified_gaussian>(state);
  }

 private:
  [[nodiscard]] double sigma(std::size_t unit) const {
    return static_cast<double>(sigma_[static_cast<index>(unit)]);
  }

  vector<Scalar> sigma_;
};

/// In double precision, as machines have it.
using rectified_gaussian = basic_rectified_gaussian<double>;
/// The name under which neural networks know such units.
using relu = rectified_gaussian;

static_assert(hidden_unit_family<basic_rectified_gaussian<double>> &&
              hidden_unit_family<basic_rectified_gaussian<float>>);

}  // namespace harmonium::inline v0_2

// SPDX-License-Identifier: MIT
/// @file
/// Gaussian units with known standard deviation sigma: the statistic is x itself, so that
///
///     log p(x) = eta x - x^2 / (2 sigma^2) - log(sigma sqrt(2 pi)) - sigma^2 eta^2 / 2
///
/// with mean sigma^2 eta.
#pragma once

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/draw/normal.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"

namespace harmonium::inline v0_2 {

/// A layer of Gaussian units, each with its own standard deviation.
template <std::floating_point Scalar>
class basic_gaussian {
 public:
  using scalar = Scalar;

  static constexpr Scalar lowest_state = -unbounded_state<Scalar>,
                          highest_state = unbounded_state<Scalar>;
  static constexpr log_partition_growth growth = log_partition_growth::quadratic;

  /// @param size number of units
  /// @param standard_deviation sigma > 0 of every unit
  /// @throws std::invalid_argument, std::domain_error
  explicit basic_gaussian(index size, Scalar standard_deviation = Scalar(1))
      : basic_gaussian(
            vector<Scalar>::Constant(checked_size(size, "gaussian"), standard_deviation)) {}

  /// @param standard_deviation sigma > 0 of each unit
  /// @throws std::domain_error
  explicit basic_gaussian(vector<Scalar> standard_deviation)
      : sigma_(std::move(standard_deviation)) {
    require_positive_entries(sigma_, "gaussian", "the standard deviation");
  }

  [[nodiscard]] index size() const noexcept { return sigma_.size(); }

  [[nodiscard]] const vector<Scalar>& standard_deviation() const noexcept { return sigma_; }

  /// The mean is sigma^2 eta: to keep it, multiply eta, that is the bias and the weights of each
  /// unit, by what this returns.
  /// @return (old sigma / new sigma)^2 of each unit
  /// @throws std::invalid_argument for another length, std::domain_error for other values than
  ///         positive finite ones; the units then stay as they were.
  vector<Scalar> set_standard_deviation(const vector<Scalar>& standard_deviation) {
    require(standard_deviation.size() == size(), "gaussian::set_standard_deviation",
            "one value per unit is needed");
    require_positive_entries(standard_deviation, "gaussian::set_standard_deviation",
                             "the standard deviation");
    vector<Scalar> rescale = sigma_.cwiseQuotient(standard_deviation).cwiseAbs2();
    sigma_ = standard_deviation;
    return rescale;
  }

  /// Sum of sigma^2 eta^2 / 2.
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    double sum = 0;
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const double scaled = double(sigma(i)) * double(eta[i]);
      sum += 0.5 * scaled * scaled;
    }
    return static_cast<Scalar>(sum);
  }

  /// Sum of -x^2 / (2 sigma^2) - log(sigma sqrt(2 pi)).
  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> state) const {
    assert(std::ssize(state) == size());
    constexpr double half_log_two_pi = 0.91893853320467274178;
    double sum = 0;
    for (std::size_t i = 0; i < state.size(); ++i) {
      const double scaled = double(state[i]) / double(sigma(i));
      sum -= 0.5 * scaled * scaled + (math::log(double(sigma(i))) + half_log_two_pi);
    }
    return static_cast<Scalar>(sum);
  }

  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i) out[i] = sigma(i) * sigma(i) * eta[i];
  }

  /// sigma^2, whatever eta is.
  void variance([[maybe_unused]] std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = sigma(i) * sigma(i);
  }

  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < eta.size(); ++i) {
      const double deviation = sigma(i);
      out[i] = static_cast<Scalar>(
          draw::normal(deviation * deviation * static_cast<double>(eta[i]), deviation, rng));
    }
  }

  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i) out[i] = mean[i] / (sigma(i) * sigma(i));
  }

  [[nodiscard]] Scalar natural_supremum() const noexcept { return no_supremum<Scalar>; }

  /// Finite numbers.
  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return std::isfinite(x); }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && all_supported<basic_gaussian>(state);
  }

 private:
  [[nodiscard]] Scalar sigma(std::size_t unit) const { return sigma_[static_cast<index>(unit)]; }

  vector<Scalar> sigma_;
};

/// In double precision, as machines have it.
using gaussian = basic_gaussian<double>;

static_assert(hidden_unit_family<basic_gaussian<double>> &&
              hidden_unit_family<basic_gaussian<float>>);

}  // namespace harmonium::inline v0_2

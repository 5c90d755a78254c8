// SPDX-License-Identifier: MIT
/// @file
/// Negative binomial units in their natural parameterisation, and its scalar functions.
///
///     log p(x) = log C(x + theta - 1, x) + eta x + theta log(1 - e^eta),   x = 0, 1, 2, ...
///
/// with natural parameter eta < 0 and inverse dispersion theta > 0. The mean is
/// mu = theta e^eta / (1 - e^eta), the variance mu + mu^2 / theta.
#pragma once

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

#include "harmonium/core/draw/negative_binomial_rows.hpp"
#include "harmonium/core/draw/negative_binomial_tables.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/gamma.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/math/saddle_point.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/core/wide_packs.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/nb_steps.hpp"

namespace harmonium::inline v0_2 {

/// A(eta) = -theta log(1 - e^eta). Infinite at eta = 0, NaN above. Branch-free.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S nb_log_partition(const S& eta,
                                                               const S& theta) noexcept {
  return -theta * math::log1mexp(eta);
}

/// mu = A'(eta) = theta / (e^-eta - 1). Branch-free.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S nb_mean(const S& eta, const S& theta) noexcept {
  return theta / math::expm1(-eta);
}

/// A''(eta) = mu + mu^2 / theta. Branch-free.
template <packs::arithmetic S>
[[nodiscard]] [[gnu::always_inline]] inline S nb_variance(const S& eta, const S& theta) noexcept {
  const S mean = nb_mean(eta, theta);
  return mean + mean * (mean / theta);
}

/// The eta with mean mu: log(mu / (mu + theta)), but no less than -700, which is also the answer
/// for mu = 0.
template <std::floating_point S>
[[nodiscard]] inline S nb_natural_from_mean(S mean, S theta) noexcept {
  return bounded_natural(-math::log1p(theta / mean));
}

/// log C(x + theta - 1, x) = log Gamma(x + theta) - log Gamma(theta) - log x!.
/// Relative error 1e-14 of max(|result|, 1), for x up to 1e15 and theta in [1e-6, 1e12].
[[nodiscard]] inline double nb_log_base_measure(double x, double theta) noexcept {
  if (x == 0) return 0;
  if (x <= 16 && x == std::floor(x) && theta < 1e18) {
    double rising = theta;
    double factorial = 1;
    for (double i = 1; i < x; i += 1) {
      rising *= theta + i;
      factorial *= i + 1;
    }
    return math::log(rising / factorial);
  }
  // Stirling's formula for all three; the large terms that remain are positive.
  constexpr double two_pi = 6.283185307179586;
  const double n = x + theta;
  const double correction =
      math::stirling_error(n) - math::stirling_error(theta) - math::stirling_error(x);
  return (x * math::log1p(theta / x) + theta * math::log1p(x / theta)) +
         (0.5 * math::log(theta / (two_pi * x * n)) + correction);
}

/// log p(x) in nats. Relative error 1e-12 up to 10^7 counts, also near the mean; 2e-11 up to 10^15,
/// where the rounding of eta itself matters as much.
/// @param x a whole number >= 0, up to 1e15
/// @param eta < 0
/// @param theta in [1e-6, 1e12]
[[nodiscard]] inline double nb_log_pmf(double x, double eta, double theta) noexcept {
  if (x > 16) {
    // Near the mean the terms of the plain sum are far larger than the result: take the
    // saddle-point form, with successes and failures as the two cells of a binomial of size n.
    const auto e = math::exponentials(eta);
    const double n = x + theta;
    const double gap = x * -e.minus_one - theta * e.power;  // x - n e^eta = n (1 - e^eta) - theta
    if (std::abs(gap) < 0.1 * (x < theta ? x : theta)) {
      constexpr double two_pi = 6.283185307179586;
      const double correction =
          math::stirling_error(n) - math::stirling_error(theta) - math::stirling_error(x);
      const double deviance = math::deviance_part(x, n * e.power, gap) +
                              math::deviance_part(theta, n * -e.minus_one, -gap);
      return (0.5 * math::log(theta / (two_pi * x * n)) + correction) - deviance;
    }
  }
  return (nb_log_base_measure(x, theta) + eta * x) - nb_log_partition(eta, theta);
}

class nb_log_masses;

/// A layer of negative binomial units, each with its own inverse dispersion: counts of genes.
template <std::floating_point Scalar>
class basic_negative_binomial {
 public:
  using scalar = Scalar;
  using steps_type = nb_steps<Scalar>;  ///< see units/visible_steps.hpp

  static constexpr Scalar lowest_state = 0, highest_state = unbounded_state<Scalar>;
  static constexpr log_partition_growth growth = log_partition_growth::pole;

  /// @param size number of units
  /// @param inverse_dispersion theta > 0 of every unit
  /// @throws std::invalid_argument, std::domain_error
  explicit basic_negative_binomial(index size, Scalar inverse_dispersion = Scalar(1))
      : basic_negative_binomial(vector<Scalar>::Constant(checked_size(size, "negative_binomial"),
                                                         inverse_dispersion)) {}

  /// @param inverse_dispersion theta > 0 of each unit
  /// @throws std::domain_error
  explicit basic_negative_binomial(vector<Scalar> inverse_dispersion)
      : theta_(std::move(inverse_dispersion)) {
    require_positive_entries(theta_, "negative_binomial", "the inverse dispersion");
  }

  [[nodiscard]] index size() const noexcept { return theta_.size(); }

  [[nodiscard]] const vector<Scalar>& inverse_dispersion() const noexcept { return theta_; }

  /// @throws std::invalid_argument for another length, std::domain_error for other values than
  ///         positive finite ones; the units then stay as they were.
  void set_inverse_dispersion(const vector<Scalar>& inverse_dispersion) {
    require(inverse_dispersion.size() == size(), "negative_binomial::set_inverse_dispersion",
            "one value per unit is needed");
    require_positive_entries(inverse_dispersion, "negative_binomial::set_inverse_dispersion",
                             "the inverse dispersion");
    theta_ = inverse_dispersion;
  }

  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    if constexpr (std::same_as<Scalar, double>) {
      double sum = 0;
      packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        const double *natural = eta.data(), *shape = theta_.data();
        sum = packs::sum_in_lanes<double, Bytes>(
            size(), [=]<class Pack>(index m, double* lane) __attribute__((always_inline)) {
              const auto added = nb_log_partition(Pack::load(natural + m), Pack::load(shape + m));
              (Pack::load(lane) + added).store(lane);
            });
      });
      return sum;
    } else {
      double sum = 0;
      for (std::size_t i = 0; i < eta.size(); ++i)
        sum += static_cast<double>(nb_log_partition(eta[i], theta(i)));
      return static_cast<Scalar>(sum);
    }
  }

  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> state) const {
    assert(std::ssize(state) == size());
    double sum = 0;
    for (std::size_t i = 0; i < state.size(); ++i) sum += nb_log_base_measure(state[i], theta(i));
    return static_cast<Scalar>(sum);
  }

  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    each(
        eta, out,
        [](const auto& e, const auto& t) __attribute__((always_inline)) { return nb_mean(e, t); });
  }

  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    each(
        eta, out, [](const auto& e, const auto& t) __attribute__((always_inline)) {
          return nb_variance(e, t);
        });
  }

  /// @throws std::domain_error unless every eta < 0; std::overflow_error for counts about 1e15.
  ///         A float holds counts above 2^24 rounded.
  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    draw::negative_binomials(eta, thetas(), out, rng);
  }

  /// Tables for many draws with the same eta, from the same distribution as `sample`.
  /// @throws std::domain_error unless every eta < 0
  [[nodiscard]] draw::negative_binomial_tables tabulate(std::span<const Scalar> eta) const {
    return {eta, thetas()};
  }

  /// Log base measures of small counts, to look up; include units/nb_log_masses.hpp.
  template <class Table = nb_log_masses>
  [[nodiscard]] Table base_measure_table() const {
    return Table(thetas());
  }

  /// @param mean >= 0; 0 gives eta = -700.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i) out[i] = nb_natural_from_mean(mean[i], theta(i));
  }

  /// eta must stay below 0.
  [[nodiscard]] Scalar natural_supremum() const noexcept { return Scalar(0); }

  /// Whole numbers >= 0.
  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return is_count(x); }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && all_supported<basic_negative_binomial>(state);
  }

 private:
  [[nodiscard]] Scalar theta(std::size_t unit) const { return theta_[static_cast<index>(unit)]; }
  [[nodiscard]] std::span<const Scalar> thetas() const {
    return {theta_.data(), static_cast<std::size_t>(theta_.size())};
  }

  /// out = function(eta, theta), several units at a time for double.
  template <class Function>
  void each(std::span<const Scalar> eta, std::span<Scalar> out, Function function) const {
    if constexpr (std::same_as<Scalar, double>) {
      packs::widest([&]<int Bytes>() __attribute__((always_inline)) {
        packs::for_each<double, Bytes>(
            size(), [ =, natural = eta.data(), shape = theta_.data(),
                      result = out.data() ]<class Pack>(index m) __attribute__((always_inline)) {
              function(Pack::load(natural + m), Pack::load(shape + m)).store(result + m);
            });
      });
    } else {
      for (std::size_t i = 0; i < eta.size(); ++i) out[i] = function(eta[i], theta(i));
    }
  }

  vector<Scalar> theta_;
};

/// In double precision, as machines have it.
using negative_binomial = basic_negative_binomial<double>;

static_assert(unit_family<basic_negative_binomial<double>> &&
              unit_family<basic_negative_binomial<float>>);

}  // namespace harmonium::inline v0_2

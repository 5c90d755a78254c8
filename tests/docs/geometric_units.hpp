// SPDX-License-Identifier: MIT
/// @file
/// The unit family of docs/add-a-unit-family.md, which quotes this file.
#pragma once

#include <cmath>
#include <concepts>
#include <span>
#include <stdexcept>
#include <string>

#include "harmonium/core/draw/uniform.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"

namespace guide {

namespace hm = harmonium;

/// Geometric units: x = 0, 1, 2, ... with log p(x) = eta x + log(1 - e^eta), eta < 0.
template <std::floating_point Scalar>
class basic_geometric {
 public:
  using scalar = Scalar;
  static constexpr Scalar lowest_state = 0, highest_state = hm::unbounded_state<Scalar>;
  static constexpr hm::log_partition_growth growth = hm::log_partition_growth::pole;

  /// @throws std::invalid_argument if negative
  explicit basic_geometric(hm::index size) : size_(hm::checked_size(size, "geometric")) {}

  [[nodiscard]] hm::index size() const noexcept { return size_; }

  /// Sum of -log(1 - e^eta).
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    double sum = 0;
    for (const Scalar e : eta) sum -= static_cast<double>(hm::math::log1mexp(e));
    return static_cast<Scalar>(sum);
  }

  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> /*state*/) const noexcept {
    return Scalar(0);
  }

  /// 1 / (e^-eta - 1).
  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    for (std::size_t i = 0; i < eta.size(); ++i) out[i] = Scalar(1) / hm::math::expm1(-eta[i]);
  }

  /// mean + mean^2.
  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    mean(eta, out);
    for (Scalar& v : out) v += v * v;
  }

  /// By inversion: P(x >= k) = e^(eta k). One uniform number per unit.
  /// @throws std::domain_error unless every eta < 0.
  template <hm::bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    for (std::size_t i = 0; i < eta.size(); ++i) {
      if (!(eta[i] < 0))
        throw std::domain_error("geometric: eta must be below 0, got " + std::to_string(eta[i]));
      const double log_tail = hm::math::log(hm::draw::uniform(rng));
      out[i] = static_cast<Scalar>(std::floor(log_tail / static_cast<double>(eta[i])));
    }
  }

  /// -log(1 + 1 / mean). A mean of 0 gives -700, as in the other families.
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    for (std::size_t i = 0; i < mean.size(); ++i)
      out[i] = hm::bounded_natural(-hm::math::log1p(Scalar(1) / mean[i]));
  }

  /// eta must stay below 0.
  [[nodiscard]] Scalar natural_supremum() const noexcept { return Scalar(0); }

  [[nodiscard]] static bool supports_value(Scalar x) noexcept { return hm::is_count(x); }
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size_ && hm::all_supported<basic_geometric>(state);
  }

 private:
  hm::index size_;
};

static_assert(hm::unit_family<basic_geometric<double>>);
static_assert(hm::unit_family<basic_geometric<float>>);

}  // namespace guide

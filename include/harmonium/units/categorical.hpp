// SPDX-License-Identifier: MIT
/// @file
/// Categorical units: groups of units of which exactly one is 1 and the others 0, with
/// log p(x) = eta'x - log(sum of e^eta) in each group.
#pragma once

#include <cassert>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>

#include "harmonium/core/draw/categorical.hpp"
#include "harmonium/core/error.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/math/logistic.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/core/random_engine.hpp"
#include "harmonium/units/checks.hpp"
#include "harmonium/units/concepts.hpp"
#include "harmonium/units/layer_size.hpp"

namespace harmonium::inline v0_2 {

/// A layer of `groups` one-hot groups of `categories` units each; the units of a group are
/// neighbours. The mean is the softmax of eta within the group. Adding a constant to the eta of a
/// group changes nothing but the log-partition.
template <std::floating_point Scalar>
class basic_categorical {
 public:
  using scalar = Scalar;

  static constexpr Scalar lowest_state = 0, highest_state = 1;
  static constexpr log_partition_growth growth = log_partition_growth::linear;

  /// @param groups     number of one-hot groups
  /// @param categories units of a group, at least 1
  /// @throws std::invalid_argument
  basic_categorical(index groups, index categories)
      : groups_(checked_size(groups, "categorical")), categories_(categories) {
    if (categories < 1) {
      require(false, "categorical",
              "a group needs at least 1 category, got " + std::to_string(categories));
    }
  }

  /// One group of that many categories, or the groups asked for.
  /// @throws std::invalid_argument
  [[nodiscard]] static basic_categorical of_size(const layer_size& size) {
    return size.in_groups() ? basic_categorical(size.groups(), size.categories())
                            : basic_categorical(1, size.units());
  }

  [[nodiscard]] index size() const noexcept { return groups_ * categories_; }
  [[nodiscard]] index groups() const noexcept { return groups_; }
  [[nodiscard]] index categories() const noexcept { return categories_; }

  /// Sum of the groups' log-sum-exp.
  [[nodiscard]] Scalar log_partition(std::span<const Scalar> eta) const {
    assert(std::ssize(eta) == size());
    double sum = 0;
    for (std::size_t begin = 0; begin < eta.size(); begin += width())
      sum += static_cast<double>(math::log_sum_exp(eta.subspan(begin, width())));
    return static_cast<Scalar>(sum);
  }

  [[nodiscard]] Scalar log_base_measure(std::span<const Scalar> /*state*/) const noexcept {
    return Scalar(0);
  }

  void mean(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t begin = 0; begin < eta.size(); begin += width()) {
      const group_weights sum = weigh(eta.subspan(begin, width()), out.subspan(begin, width()));
      for (std::size_t i = begin; i < begin + width(); ++i) out[i] /= Scalar(1) + sum.others;
    }
  }

  /// mean (1 - mean) of each unit.
  void variance(std::span<const Scalar> eta, std::span<Scalar> out) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t begin = 0; begin < eta.size(); begin += width()) {
      const group_weights sum = weigh(eta.subspan(begin, width()), out.subspan(begin, width()));
      const Scalar total = Scalar(1) + sum.others;
      // 1 - mean is tiny for the largest alone: there it is what the others weigh.
      for (std::size_t i = 0; i < width(); ++i) {
        const Scalar rest = i == sum.largest ? sum.others : total - out[begin + i];
        out[begin + i] = (out[begin + i] / total) * (rest / total);
      }
    }
  }

  /// @throws std::domain_error if an eta is NaN or +infinity
  template <bit_source Engine>
  void sample(std::span<const Scalar> eta, std::span<Scalar> out, Engine& rng) const {
    assert(std::ssize(eta) == size() && std::ssize(out) == size());
    for (std::size_t begin = 0; begin < eta.size(); begin += width()) {
      const index chosen = draw::categorical_log(eta.subspan(begin, width()), rng);
      for (std::size_t i = 0; i < width(); ++i)
        out[begin + i] = static_cast<index>(i) == chosen ? Scalar(1) : Scalar(0);
    }
  }

  /// @param mean in [0, 1], sums to 1 in each group; 0 gives eta = -700. The answer is log(mean).
  void natural_from_mean(std::span<const Scalar> mean, std::span<Scalar> out) const {
    assert(std::ssize(mean) == size() && std::ssize(out) == size());
    for (std::size_t i = 0; i < mean.size(); ++i) out[i] = bounded_natural(math::log(mean[i]));
  }

  [[nodiscard]] Scalar natural_supremum() const noexcept { return no_supremum<Scalar>; }

  /// Zeros and ones, a single one in each group.
  [[nodiscard]] bool supports(std::span<const Scalar> state) const noexcept {
    return std::ssize(state) == size() && unsupported_unit(state) < 0;
  }
  /// The first unit for which a state of size() entries is none: neither 0 nor 1, a second 1 of its
  /// group, or the first unit of a group without a 1; -1 if there is none.
  [[nodiscard]] index unsupported_unit(std::span<const Scalar> state) const noexcept {
    for (std::size_t begin = 0; begin < state.size(); begin += width()) {
      bool taken = false;
      for (std::size_t i = begin; i < begin + width(); ++i) {
        const bool on = state[i] == Scalar(1);
        if ((!on && state[i] != Scalar(0)) || (on && taken)) return static_cast<index>(i);
        taken = taken || on;
      }
      if (!taken) return static_cast<index>(begin);
    }
    return -1;
  }

  /// categories^groups, at most 2^62.
  [[nodiscard]] index states() const noexcept { return saturated_power(categories_, groups_); }

  /// @param state in [0, states()); its digits in base `categories` are the groups' categories, the
  ///              first group's being the least significant.
  void write_state(index state, std::span<Scalar> out) const {
    assert(state >= 0 && state < states() && std::ssize(out) == size());
    for (std::size_t begin = 0; begin < out.size(); begin += width()) {
      for (std::size_t i = 0; i < width(); ++i)
        out[begin + i] = static_cast<index>(i) == state % categories_ ? Scalar(1) : Scalar(0);
      state /= categories_;
    }
  }

  /// The number whose state that is.
  [[nodiscard]] index state_number(std::span<const Scalar> state) const noexcept {
    index number = 0;
    for (std::size_t end = state.size(); end > 0; end -= width()) {
      number *= categories_;
      for (std::size_t i = 0; i < width(); ++i)
        if (state[end - width() + i] != Scalar(0)) number += static_cast<index>(i);
    }
    return number;
  }

  /// The state at which weights'state is largest; in each group the first of equals.
  template <std::floating_point Weight>
  void write_maximiser(std::span<const Weight> weights, std::span<Scalar> out) const {
    assert(std::ssize(weights) == size() && std::ssize(out) == size());
    for (std::size_t begin = 0; begin < out.size(); begin += width()) {
      std::size_t best = begin;
      for (std::size_t i = begin; i < begin + width(); ++i) {
        if (weights[i] > weights[best]) best = i;
        out[i] = Scalar(0);
      }
      out[best] = Scalar(1);
    }
  }

  /// One group.
  [[nodiscard]] basic_categorical site() const { return basic_categorical(1, categories_); }

 private:
  struct group_weights {
    std::size_t largest;  ///< the unit whose weight is 1
    Scalar others;        ///< what the other units weigh together
  };

  [[nodiscard]] std::size_t width() const noexcept { return static_cast<std::size_t>(categories_); }

  /// Writes e^(eta - largest eta) of one group.
  static group_weights weigh(std::span<const Scalar> eta, std::span<Scalar> out) {
    group_weights sum{0, 0};
    for (std::size_t i = 1; i < eta.size(); ++i)
      if (eta[i] > eta[sum.largest]) sum.largest = i;
    const Scalar highest = eta[sum.largest];
    for (std::size_t i = 0; i < eta.size(); ++i) {
      out[i] = math::exp(eta[i] - highest);
      if (i != sum.largest) sum.others += out[i];
    }
    return sum;
  }

  index groups_;
  index categories_;
};

/// In double precision, as machines have it.
using categorical = basic_categorical<double>;

static_assert(sited_unit_family<basic_categorical<double>> &&
              sited_unit_family<basic_categorical<float>>);

}  // namespace harmonium::inline v0_2

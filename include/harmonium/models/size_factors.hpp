// SPDX-License-Identifier: MIT
/// @file
/// How the depth of a cell enters its negative binomials: policies.
#pragma once

#include <concepts>

#include "harmonium/core/counts.hpp"
#include "harmonium/core/math/elementary.hpp"
#include "harmonium/core/matrix.hpp"
#include "harmonium/units/negative_binomial.hpp"

namespace harmonium::inline v0_2 {

/// The log-partition A of a negative binomial in its mean: -log P(0).
[[nodiscard]] inline double nb_log_partition_of_mean(double mean, double theta) noexcept {
  return theta * math::log1p(mean / theta);
}

/// What a size factor s (1 for an average cell) does to the mean and the inverse dispersion of
/// every gene, given `value`s at size 1. `log_partition` is that of a cell of size s, `weight` what
/// one of its counts weighs in the mean at size 1 that maximises the likelihood: mean = sum of
/// weight * count / sum of weight * s (a fixed-point equation where the weight depends on the
/// mean).
///
/// Law: with `separable`, the natural parameter does not depend on s and log_partition(s, ...) =
/// dispersion(s, 1) * log_partition(1, ...), so that cells share tables.
template <class P>
concept size_factor_policy = std::default_initializable<P> &&
    requires(double s, double value, double theta) {
  { P::uses_sizes } -> std::convertible_to<bool>;
  { P::separable } -> std::convertible_to<bool>;
  { P::mean(s, value) } -> std::same_as<double>;
  { P::dispersion(s, value) } -> std::same_as<double>;
  { P::log_partition(s, value, theta) } -> std::same_as<double>;
  { P::weight(s, value, theta) } -> std::same_as<double>;
};

/// Depth is nothing of its own: part of a component and of the residual correlation. The default.
struct no_size_factors {
  static constexpr bool uses_sizes = false, separable = true;
  static double mean(double, double mean) noexcept { return mean; }
  static double dispersion(double, double theta) noexcept { return theta; }
  static double log_partition(double, double mean, double theta) noexcept {
    return nb_log_partition_of_mean(mean, theta);
  }
  static double weight(double, double, double) noexcept { return 1; }
};

/// NB(s mean, s theta), a sum of s independent parts of a cell: the log-partition is multiplied by
/// s, so that the model stays in the exponential family.
struct scaled_dispersion {
  static constexpr bool uses_sizes = true, separable = true;
  static double mean(double s, double mean) noexcept { return s * mean; }
  static double dispersion(double s, double theta) noexcept { return s * theta; }
  static double log_partition(double s, double mean, double theta) noexcept {
    return s * nb_log_partition_of_mean(mean, theta);
  }
  static double weight(double, double, double) noexcept { return 1; }
};

/// NB(s mean, theta), as in edgeR and scVI. Leaves the exponential family: counts of deep cells
/// weigh less.
struct scaled_mean {
  static constexpr bool uses_sizes = true, separable = false;
  static double mean(double s, double mean) noexcept { return s * mean; }
  static double dispersion(double, double theta) noexcept { return theta; }
  static double log_partition(double s, double mean, double theta) noexcept {
    return nb_log_partition_of_mean(s * mean, theta);
  }
  static double weight(double s, double mean, double theta) noexcept {
    return 1 / (1 + s * mean / theta);
  }
};

static_assert(size_factor_policy<no_size_factors> && size_factor_policy<scaled_dispersion> &&
              size_factor_policy<scaled_mean>);

/// Counts of each cell over the mean of those in `reference`, the cells a model learned from; 1 for
/// all cells where the policy uses no sizes. A cell without counts gets the size of half a count,
/// so that its likelihood exists.
template <size_factor_policy Sizes, count_source Counts, count_source Reference>
vector<double> size_factors_like(const Counts& counts, const Reference& reference) {
  vector<double> sizes = vector<double>::Ones(counts.cells());
  if constexpr (Sizes::uses_sizes) {
    sizes = library_sizes(counts);
    const auto known = library_sizes(reference);
    double total = 0;
    for (index i = 0; i < known.size(); ++i) total += known[i];
    const double mean = total > 0 ? total / static_cast<double>(known.size()) : 1;
    for (index i = 0; i < sizes.size(); ++i) sizes[i] = (sizes[i] > 0 ? sizes[i] : 0.5) / mean;
  }
  return sizes;
}

/// The same relative to the cells themselves.
template <size_factor_policy Sizes, count_source Counts>
vector<double> size_factors(const Counts& counts) {
  return size_factors_like<Sizes>(counts, counts);
}

}  // namespace harmonium::inline v0_2
